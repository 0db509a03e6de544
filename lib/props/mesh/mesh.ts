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
   * The tag of the Envoy image, such as `v1.40.0`; from Envoy 1.37 on, older ones do not know the whole configuration.
   * Not a distroless one: ECS needs a shell to check its health. Not one that moves from release to release, such as
   * `v1.40-latest`: two deployments might not run the same Envoy. Not together with `image`. This version of the library is
   * tested with Envoy 1.37 and 1.40; a newer one causes the warning `envoy-newer-than-tested`.
   *
   * @default - a current release, pinned by this library's version
   */
  readonly version?: string;

  /**
   * An Envoy image of your own, such as one from an ECR pull-through cache: Envoy 1.37 or later, started by the entry
   * point with the container's command as arguments. It needs `bash` and `grep` for the health check.
   *
   * @default - docker.io/envoyproxy/envoy, which `cdk deploy` copies into the account's ECR, so that tasks do not depend on
   * Docker Hub and its limit of anonymous pulls; this needs Docker or a replacement of it (CDK_DOCKER)
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
   */
  readonly image?: ContainerImage;

  /**
   * An image of the mesh agent of your own, such as a copy of the default one in a registry of yours. It must do what
   * this version's agent does: see `programs/agent/` in the sources.
   *
   * @default - built from this package by `cdk deploy`, which needs Docker or a replacement of it (CDK_DOCKER)
   */
  readonly agentImage?: ContainerImage;

  /**
   * How often an agent asks Cloud Map for the tasks of a callee that can have more than 8 of them, 1 to 10 whole
   * seconds. Such a callee waits for five times as long before it stops. Callees with fewer tasks are found by DNS.
   *
   * @default Duration.seconds(2)
   * @see https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html
   */
  readonly discoveryInterval?: Duration;

  /**
   * How often an agent asks Systems Manager for the weights of the versions that its service calls, 1 to 300 whole seconds:
   * one call for each ten such services. Systems Manager takes 40 calls a second from all tasks of an account and region,
   * at no cost; raise this where there are more than 40 such tasks for each of its seconds.
   *
   * @default Duration.seconds(15)
   * @see https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
   */
  readonly weightsInterval?: Duration;

  /**
   * Longest life of an HTTP, HTTP/2 or gRPC connection between two tasks, 10 seconds to 3 days in whole seconds. A certificate is
   * checked when a connection begins; a new connection is a new proof. The old one takes no further requests, and those in flight
   * end undisturbed. Streams that last longer than this, and TCP connections, go on: limit them with `Timeout.of({ stream })`.
   * Without certificates (`Certificates.none()`) there is no such limit.
   *
   * @default Duration.hours(24)
   * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#envoy-v3-api-field-config-core-v3-httpprotocoloptions-max-connection-duration
   */
  readonly maxConnectionDuration?: Duration;

  /**
   * Envoy's own log level (not the access log).
   *
   * @default EnvoyLogLevel.WARNING
   */
  readonly logLevel?: EnvoyLogLevel;
}

/**
 * Certificates of AWS Certificate Manager for servers of `Mesh.appMesh()`.
 *
 * @example
 * const certificates: AppMeshCertificateOptions = {
 *   certificateArns: { orders: 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555' },
 *   authorityArns: ['arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555'],
 * };
 */
export interface AppMeshCertificateOptions {
  /**
   * The private certificate of each service that has one, by the name of the service. It must hold the name
   * `<service>.<namespace>` (`orders.tasks.shop.internal`), which callers check, one name for all versions of the service;
   * and be in the account and region of the stack. Tokens may stand in the values. App Mesh hands renewed certificates to
   * Envoy by itself.
   *
   * @see https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html#virtual-node-tls-prerequisites
   */
  readonly certificateArns: { readonly [service: string]: string };

  /** The root authorities of AWS Private CA that have issued the certificates, 1 to 3 ARNs: callers trust them. */
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
   * The tag of App Mesh's Envoy image, such as `v1.34.13.0-prod`; from Envoy 1.34 on. Not together with `image`.
   *
   * @default - the last release, pinned by this library's version
   * @see https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy.html
   */
  readonly version?: string;

  /**
   * An Envoy image of your own, such as the one in App Mesh's private repository of a region
   * (`840364872350.dkr.ecr.<region>.amazonaws.com/aws-appmesh-envoy`). It must be App Mesh's: Envoy alone does not
   * know how to ask App Mesh.
   *
   * @default - public.ecr.aws/appmesh/aws-appmesh-envoy
   */
  readonly image?: ContainerImage;

  /**
   * An image of the mesh agent of your own; see `EnvoyMeshOptions.agentImage`.
   *
   * @default - built from this package by `cdk deploy`
   */
  readonly agentImage?: ContainerImage;

  /**
   * Envoy's own log level (not the access log).
   *
   * @default EnvoyLogLevel.WARNING
   */
  readonly logLevel?: EnvoyLogLevel;

  /**
   * Whether App Mesh lets applications reach everything outside of the mesh (ALLOW_ALL). Otherwise Envoy drops what goes
   * neither to a service in `calls` nor to an API of AWS: databases and websites too. App Mesh does not apply it to a
   * service with `calls`, which must name everything that it reaches, in `external` for one, and security groups let out
   * only what is declared, unless there is `egress: Egress.open()`: the warning `app-mesh-allow-all-egress` says so.
   *
   * @default false
   * @see https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_EgressFilter.html
   */
  readonly allowAllEgress?: boolean;

  /**
   * TCP ports on which applications reach other hosts past Envoy, such as 5432 of a database that is not in the mesh; at
   * most 15, and none on which a service or an external service is called (`virtualPort`). Security groups open by
   * `connections`: `database.connections.allowDefaultPortFrom(system.service('orders'))`.
   *
   * @default - none
   */
  readonly ignoredEgressPorts?: number[];

  /**
   * Whether Envoys find tasks by the DNS names of Cloud Map, which name eight tasks at most, and not by its API.
   *
   * @default false
   */
  readonly dnsDiscovery?: boolean;

  /**
   * Services that prove who they are by a certificate of ACM. Their callers still prove who they are by the
   * certificates of the mesh, unless that has `Certificates.none()`.
   *
   * @default - every service has a certificate of the mesh, in files
   */
  readonly serverCertificates?: AppMeshCertificateOptions;
}

/**
 * What carries the calls between services.
 *
 * @example
 * const props: MicroservicesProps = { services, mesh: Mesh.envoy({ version: 'v1.40.0' }) };
 */
export class Mesh {
  /** Envoy sidecars that hold their whole configuration in the task definition: no control plane. */
  public static envoy(options: EnvoyMeshOptions = {}): Mesh {
    // From JavaScript, null may stand where the default does not reach.
    return Mesh._of('envoy', options ?? {});
  }

  /**
   * AWS App Mesh, which AWS shut down on 2026-09-30: for accounts that still have it, and to see what a mesh on it is
   * in terms of this library. A warning says so. `Mesh.envoy()` takes the same props, and callers' URLs stay the same;
   * what App Mesh cannot do (authorization, rate limits, header changes ...) is refused by name.
   *
   * What `Mesh.envoy()` does by default and this does not:
   *
   * - A task that fails (no connection, 502, 503, 504) goes on getting requests: App Mesh ejects only by a count of every
   *   5xx, the application's own too, which `outlierDetection` with `consecutiveServerErrors` asks for.
   * - Envoys send no pings to each other, so requests on a connection to a host that failed wait until they time out,
   *   and TCP connections are not probed. How long connecting may take is App Mesh's choice.
   * - There are no circuit breakers unless `circuitBreaker` sets limits, and no bound for all retries together.
   * - Paths are not normalized, and `%2F` is not refused between services; nor, at the edge, are paths that can be read in
   *   two ways.
   * - The application does not learn who calls: `x-forwarded-client-cert` is taken off, and none is set
   *   (aws/aws-app-mesh-roadmap#356).
   * - Weights of versions are no SSM parameter: a deployment shifts them, with no task replaced.
   *
   * Its Envoys read the certificates of the mesh once. So each task makes way for another one before its certificate is
   * too old, after 3.5 to 5.25 days, and within ten minutes after the authorities have changed: let services have two
   * tasks. App Mesh knows nine methods; one that it does not know (of WebDAV, say) is retried as an idempotent one.
   *
   * @see https://aws.amazon.com/blogs/containers/migrating-from-aws-app-mesh-to-amazon-ecs-service-connect/
   */
  public static appMesh(options: AppMeshOptions = {}): Mesh {
    return Mesh._of('appMesh', options ?? {});
  }

  /**
   * A mesh of a provider in the registry.
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
