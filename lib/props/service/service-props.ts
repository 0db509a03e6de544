import type { Duration } from 'aws-cdk-lib';
import type { LogDriver } from 'aws-cdk-lib/aws-ecs';
import type { AllowRule } from '../security/allow-rule';
import type { CallPolicyProps } from '../traffic/call-policy-props';
import type { ContainerProps, ExtraContainerProps } from './container-props';
import type { GrpcApi } from './grpc-api';
import type { Shift } from './shift';
import type { LoadBalancerTarget } from './load-balancer-target';
import type { Protocol } from './protocol';
import type { RequestPolicyProps } from '../traffic/request-policy-props';
import type { RoleProps } from './role-props';
import type { ServicePortProps } from './service-port';
import type { SizingProps } from './sizing-props';
import type { MirrorProps, VersionProps } from './version-props';
import type { Volume } from './volume';

/**
 * A service of the mesh.
 *
 * @example
 * const ui: ServiceProps = {
 *   image: ContainerImage.fromRegistry('public.ecr.aws/aws-containers/retail-store-sample-ui:1.6.2'),
 *   port: 8080,
 *   calls: ['catalog'],
 *   environment: { RETAIL_UI_ENDPOINTS_CATALOG: 'http://catalog.shop.internal:15080' },
 * };
 */
export interface ServiceProps extends ContainerProps, SizingProps, RoleProps, CallPolicyProps, RequestPolicyProps {
  /**
   * Port on which the application listens inside its task, 1 to 65535. It cannot be reached from outside of the task.
   *
   * @default - none: the service is a worker, which calls others and is called by nobody. It registers nowhere, its Envoy accepts no
   * calls, and its tasks are healthy as their containers' health checks say
   */
  readonly port?: number;

  /**
   * Ports of the application beside `port`, by name: DNS labels, such as `grpc`. Each is called by a name of its own,
   * `<service>-<port>`. Not together with `versions`.
   *
   * @default - none
   */
  readonly ports?: { readonly [name: string]: ServicePortProps };

  /**
   * Protocol of the application.
   *
   * @default Protocol.HTTP
   */
  readonly protocol?: Protocol;

  /**
   * API of the service, by which routes of edges can call it with JSON (`grpc`, `grpcRoutes`). Only with `Protocol.GRPC`.
   *
   * @default - none
   */
  readonly grpcApi?: GrpcApi;

  /**
   * Group whose stack the service stands in, by its name in `groups` of the system: a team or a domain. To change it for a service that is
   * deployed replaces all of its resources, so that it is done in two deployments.
   *
   * @default - none: the service stands in the stack of the system
   */
  readonly group?: string;

  /**
   * Services, and external services, that this one calls: the only ones that it can reach, at `<name>.<domain>:<virtualPort>`.
   *
   * @default - none
   */
  readonly calls?: string[];

  /**
   * Restricts what callers may request: a request that matches no rule gets 403, with the reason in the access log of this
   * service's Envoy. A caller that no rule names may request nothing.
   *
   * @default - services that list this one in `calls`, and the edge's routes to it, may request everything, and nobody
   * else anything
   */
  readonly allow?: AllowRule[];

  /**
   * Lets load balancers of your own lead to the tasks, by `loadBalancerTarget()` of a workload. With `allow`, only what a rule that
   * names `load-balancer` accepts gets in.
   *
   * @default - none: the tasks accept calls of the mesh only
   */
  readonly loadBalancerTarget?: LoadBalancerTarget;

  /**
   * Port in the URLs of callers, 1024 to 65535. It may not be a port on which a caller itself listens:
   * Linux gives a port to one listener of a network namespace, if that listens on 0.0.0.0.
   *
   * @default - 15080; for TCP services, `port`
   */
  readonly virtualPort?: number;

  /**
   * Overrides of the call policies of called services, by their names. Each field of an entry replaces that of the called
   * service.
   *
   * @default - the policies of the called services
   */
  readonly callPolicies?: { readonly [service: string]: CallPolicyProps };

  /**
   * Versions of the service that run beside each other, by name, such as `v1`: DNS labels. Callers distribute their calls
   * among them by `weight`, per request (for a TCP service, per connection). A version inherits the settings of the service's
   * tasks (`image`, `environment`, `cpu`, `desiredCount` ...) that it does not set itself; every task belongs to a version.
   *
   * @default - one version, which is the service itself
   */
  readonly versions?: { readonly [name: string]: VersionProps };

  /**
   * Name of a header by which a request selects a version, such as `x-version`: `x-version: v2` goes to `v2`, whatever the
   * weights of the versions, or of a route, are. All else that a route does applies to such requests, too, except that a
   * `mirror` gets no copies of them. Any other value is ignored. The gateway accepts the header from clients, too. Not for TCP
   * services.
   *
   * @default - no header selects a version
   */
  readonly versionHeader?: string;

  /**
   * Moves the weights of the versions by themselves after a deployment, step by step, and takes them back at once when a version is worse
   * than those before it, or on an alarm.
   *
   * @default - weights are where they are to be as soon as they are deployed
   */
  readonly shift?: Shift;

  /**
   * Sends copies of requests to a version, those that change something included. Their responses are discarded, and callers
   * do not wait for them. Of a WebSocket, all that its caller sends is copied. Requests that select a version by
   * `versionHeader` are not copied. Not for TCP services.
   *
   * @default - nothing is copied
   */
  readonly mirror?: MirrorProps;

  /**
   * Time that the application may take until it listens on `port`, 0 to 900 whole seconds. Until then its task does not count as
   * healthy, so a deployment does not stop the tasks that it replaces. A task whose application takes longer is replaced, and the
   * deployment fails. The mesh agent connects to the port from inside the task every half second, sends nothing, and asks no more once
   * the port is open. Above 300 seconds, the longest start period of Amazon ECS, a task is found healthy up to 67 seconds late.
   *
   * Nobody waits for a service that no other service and no edge calls, and that has no `loadBalancerTarget`. 0 waits for no application:
   * its tasks count as healthy at once.
   *
   * @default Duration.minutes(5)
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
   */
  readonly startupTimeout?: Duration;

  /**
   * Time between SIGTERM and SIGKILL, 2 to 120 whole seconds. The task also waits for requests in flight, as long as this
   * and 2 minutes at most in all, before the application gets SIGTERM.
   *
   * @default Duration.seconds(30)
   */
  readonly stopTimeout?: Duration;

  /**
   * Containers beside the application, and before it, by name. A task has at most ten: the application, Envoy, `mesh-init`,
   * `mesh-agent`, the collector (if traced) and the CDK's log router (if a container logs with FireLens) are among
   * them. Names are letters, digits, hyphens and underscores.
   *
   * @default - none
   */
  readonly extraContainers?: { readonly [name: string]: ExtraContainerProps };

  /**
   * Log driver of the containers that the mesh adds to the tasks of this service: Envoy with its access log, the mesh agent, the collector.
   * With `LogDrivers.firelens()` the CDK adds a container `log-router` to the task.
   *
   * @default - that of the system (`logs.driver`); otherwise the mesh's log group
   */
  readonly sidecarLogging?: LogDriver;

  /**
   * Volumes of the task, by name, which `mountPoints` of its containers name. Names are letters, digits, hyphens and underscores; `mesh`,
   * `collector-etc` and `collector-var` are reserved.
   *
   * @default - none
   */
  readonly volumes?: { readonly [name: string]: Volume };

  /**
   * Ephemeral storage of the task, 21 to 200 GiB, for images, what containers write, and volumes of `Volume.empty()`.
   *
   * @default - 20 GiB, the least that AWS Fargate has, at no charge
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
   */
  readonly ephemeralStorageGiB?: number;
}
