import type { Duration } from 'aws-cdk-lib';
import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { factoryInput } from '../factory-input';
import type { EnvoyLogLevel } from '../observability/log-level';

/**
 * Options of `Mesh.envoy()`.
 *
 * @example
 * const options: EnvoyMeshOptions = { image: ContainerImage.fromEcrRepository(repository, 'v1.40.0'), logLevel: EnvoyLogLevel.INFO };
 */
export interface EnvoyMeshOptions {
  /**
   * Tag of the Envoy image, such as `v1.40.0`. Not together with `image`.
   *
   * - Envoy 1.37 is the first release that supports the whole configuration. This version of the library is tested with 1.37 and
   *   1.40; a newer release causes the warning `envoy-newer-than-tested`.
   * - Distroless images are an error: the health check of ECS needs a shell.
   * - Tags that move from release to release, such as `v1.40-latest`, are an error: two deployments might run different Envoys.
   *
   * @default - a recent release, which each version of this library pins
   */
  readonly version?: string;

  /**
   * Envoy image of your own, such as one from an ECR pull-through cache. It must hold Envoy 1.37 or later, which the entry point
   * starts with the container's command as arguments, and `bash` and `grep` for the health check.
   *
   * @default - docker.io/envoyproxy/envoy, which `cdk deploy` copies to Amazon ECR in the account, so that tasks do not depend on
   * Docker Hub and its rate limit for anonymous pulls; this requires Docker, or a replacement of it (CDK_DOCKER)
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
   */
  readonly image?: ContainerImage;

  /**
   * Image of the mesh agent of your own, such as a copy of the default image in your registry. It must do what the agent of this
   * version of the library does: see `programs/agent/` in the sources.
   *
   * @default - an image that `cdk deploy` builds from this package; this requires Docker, or a replacement of it (CDK_DOCKER)
   */
  readonly agentImage?: ContainerImage;

  /**
   * Shortest interval at which an agent requests the tasks of a callee from Cloud Map, 1 to 10 whole seconds.
   *
   * Only for callees that can have more than 8 tasks, since a DNS response of Cloud Map holds 8 records at most; other callees
   * are discovered by DNS. An agent requests at this interval after a change, and at up to four times the interval, but 8 seconds at
   * most, while nothing changes. Where all agents together would make more requests than `discoveryRateLimit`, the interval is longer,
   * with the warning `cloud-map-requests`.
   *
   * @default Duration.seconds(2)
   * @see https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html
   */
  readonly discoveryInterval?: Duration;

  /**
   * Rate limit of the requests by which all agents of the system learn whether tasks of callees started or stopped
   * (`DiscoverInstancesRevision`), in requests per second, 1 to 100,000. Of `DiscoverInstances`, they make a third of it at most.
   *
   * Each task has its share, with as many tasks as there can be outside of a deployment; while a deployment replaces all tasks, there
   * may be twice as many requests. Raise it when AWS has raised both quotas of the account and Region. Lower it if other systems of
   * the account need them.
   *
   * @default - 1500, half of the default quota of an account and Region
   * @see https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html
   */
  readonly discoveryRateLimit?: number;

  /**
   * Shortest interval at which an agent requests the weights of the versions of its callees from Systems Manager, 1 to 300 whole
   * seconds.
   *
   * One request returns the weights of up to ten callees. Where all agents together would make more requests than `weightsRateLimit`,
   * the interval is longer, with the warning `ssm-requests`: at the defaults, from 300 tasks on that make one request each.
   *
   * @default Duration.seconds(15)
   * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
   */
  readonly weightsInterval?: Duration;

  /**
   * Rate limit of the requests for weights (`GetParameters`) of all agents of the system, in requests per second, 1 to 100,000.
   *
   * Each task has its share, as with `discoveryRateLimit`. Raise it when the account and Region has higher throughput of Parameter
   * Store, which costs.
   *
   * @default - 20, half of what an account and Region has at no cost
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html
   */
  readonly weightsRateLimit?: number;

  /**
   * Maximum duration of an HTTP, HTTP/2 or gRPC connection between two tasks, 10 seconds to 3 days in whole seconds.
   *
   * Certificates are verified only when a connection is opened, so an old connection outlives a certificate that has expired. At
   * the maximum, a connection takes no new requests, and those in flight are completed. Streams that last longer, and TCP
   * connections, are not closed: limit them with `Timeout.of({ stream })`. There is no maximum without certificates
   * (`Certificates.none()`).
   *
   * @default Duration.hours(24)
   * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#envoy-v3-api-field-config-core-v3-httpprotocoloptions-max-connection-duration
   */
  readonly maxConnectionDuration?: Duration;

  /**
   * Log level of Envoy itself; it does not affect the access log.
   *
   * @default EnvoyLogLevel.WARNING
   */
  readonly logLevel?: EnvoyLogLevel;
}

/**
 * Certificates of AWS Certificate Manager (ACM) for called services, with `Mesh.appMesh()`.
 *
 * @example
 * const certificates: AppMeshCertificateOptions = {
 *   certificateArns: { orders: 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555' },
 *   authorityArns: ['arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555'],
 * };
 */
export interface AppMeshCertificateOptions {
  /**
   * ARNs of private certificates, by the name of the service. Values may be CDK tokens.
   *
   * A certificate must be in the account and region of the stack, and valid for the name `<service>.<namespace>` (such as
   * `orders.tasks.shop.internal`), which callers verify; all versions of a service share it. App Mesh passes renewed certificates
   * to Envoy.
   *
   * @see https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html#virtual-node-tls-prerequisites
   */
  readonly certificateArns: { readonly [service: string]: string };

  /** ARNs of the root authorities of AWS Private CA that callers trust, 1 to 3: those that have issued the certificates. */
  readonly authorityArns: string[];
}

/**
 * Options of `Mesh.appMesh()`.
 *
 * @example
 * const options: AppMeshOptions = { ignoredEgressPorts: [5432], logLevel: EnvoyLogLevel.INFO };
 */
export interface AppMeshOptions {
  /**
   * Tag of App Mesh's Envoy image, such as `v1.34.13.0-prod`, from Envoy 1.34 on. Not together with `image`.
   *
   * @default - the last release, which each version of this library pins
   * @see https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy.html
   */
  readonly version?: string;

  /**
   * Envoy image of your own, such as the one in App Mesh's private repository of a region
   * (`840364872350.dkr.ecr.<region>.amazonaws.com/aws-appmesh-envoy`). It must be made from App Mesh's image: other Envoy images
   * cannot get their configuration from App Mesh.
   *
   * @default - public.ecr.aws/appmesh/aws-appmesh-envoy
   */
  readonly image?: ContainerImage;

  /**
   * Image of the mesh agent of your own; see `EnvoyMeshOptions.agentImage`.
   *
   * @default - an image that `cdk deploy` builds from this package
   */
  readonly agentImage?: ContainerImage;

  /**
   * Log level of Envoy itself; it does not affect the access log.
   *
   * @default EnvoyLogLevel.WARNING
   */
  readonly logLevel?: EnvoyLogLevel;

  /**
   * Whether App Mesh lets applications reach hosts outside of the mesh (egress filter `ALLOW_ALL`).
   *
   * If not, Envoy drops traffic that goes neither to a service in `calls` nor to an API of AWS, such as traffic to databases and
   * websites. App Mesh does not apply the filter to a service with `calls`, which must declare everything that it reaches, for
   * instance in `external`. Security groups still let out only what is declared, unless there is `egress: Egress.open()`. The
   * warning `app-mesh-allow-all-egress` reports both.
   *
   * @default false
   * @see https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_EgressFilter.html
   */
  readonly allowAllEgress?: boolean;

  /**
   * TCP ports of other hosts that applications reach without Envoy, such as 5432 of a database outside of the mesh; 15 at most.
   *
   * A port on which a service or an external service is called (`virtualPort`) is an error. Open the security groups by
   * `connections`: `database.connections.allowDefaultPortFrom(system.service('orders'))`.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#proxyConfiguration
   */
  readonly ignoredEgressPorts?: number[];

  /**
   * Whether Envoys discover tasks by the DNS names of Cloud Map, which return 8 tasks at most, instead of by its API.
   *
   * @default false
   */
  readonly dnsDiscovery?: boolean;

  /**
   * Certificates of ACM for called services, instead of the certificates of the mesh. Their callers still use the certificates of
   * the mesh, unless it has `Certificates.none()`.
   *
   * @default - every service has a certificate of the mesh, in files
   */
  readonly serverCertificates?: AppMeshCertificateOptions;
}

/**
 * Provider of the service mesh, which carries the calls between services.
 *
 * @example
 * const props: MicroservicesProps = { services, mesh: Mesh.envoy({ version: 'v1.40.0' }) };
 */
export class Mesh {
  /** Creates a mesh of Envoy sidecars that have their whole configuration in the task definition, with no control plane. */
  public static envoy(options: EnvoyMeshOptions = {}): Mesh {
    // From JavaScript, null may stand where the default does not reach.
    return Mesh._of('envoy', options ?? {});
  }

  /**
   * Creates a mesh of AWS App Mesh. AWS shut App Mesh down on 2026-09-30: this is for accounts that still have it, and to express
   * an existing mesh in the props of this library. The warning `app-mesh-shut-down` reports it. `Mesh.envoy()` takes the same
   * props, and the URLs of callers stay the same. Features that App Mesh lacks, such as authorization, rate limits and header
   * changes, are errors.
   *
   * Differences from the default behavior of `Mesh.envoy()`:
   *
   * - A failing task (no connection, 502, 503, 504) is not ejected by default. App Mesh can only count all 5xx responses, those of
   *   the application included: set `outlierDetection` with `consecutiveServerErrors`.
   * - Envoys do not ping each other: when a host fails, requests on connections to it wait until they time out. There are no TCP
   *   keep-alive probes. App Mesh sets the connect timeout.
   * - There are no circuit breakers unless `circuitBreaker` sets limits, and no limit on concurrent retries.
   * - Envoys do not ask each task's Envoy whether it is there: a task that does not answer gets its share of requests.
   * - A response of an application that cannot be passed on is 502 or 503 to callers, who ask again, and not 500.
   * - At the edge, paths that can be read in two ways are not refused.
   * - The application is not informed of the caller: `x-forwarded-client-cert` is removed, and not set
   *   (aws/aws-app-mesh-roadmap#356).
   * - Weights of versions are not in an SSM parameter: a deployment changes them, without replacing tasks.
   *
   * Envoys of App Mesh read the certificates of the mesh only once. So each task is replaced before its certificate expires, after
   * 3.5 to 5.25 days, and within ten minutes after the authorities have changed: run two tasks or more of each service. App Mesh
   * can match nine HTTP methods; requests with other methods, such as those of WebDAV, are retried like idempotent ones.
   *
   * @see https://aws.amazon.com/blogs/containers/migrating-from-aws-app-mesh-to-amazon-ecs-service-connect/
   */
  public static appMesh(options: AppMeshOptions = {}): Mesh {
    return Mesh._of('appMesh', options ?? {});
  }

  /**
   * Creates a mesh of a provider in the registry.
   *
   * @internal
   */
  public static _of(provider: string, options: Pick<EnvoyMeshOptions, 'image' | 'agentImage'>): Mesh {
    return new Mesh(provider, options);
  }

  /** @internal */
  public readonly _type = 'Mesh';

  private constructor(
    private readonly provider: string,
    /** @internal */
    public readonly _options: Pick<EnvoyMeshOptions, 'image' | 'agentImage'>,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { provider: this.provider });
  }
}
