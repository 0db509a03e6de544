import type { Duration } from 'aws-cdk-lib';
import type { AllowRule } from '../security/allow-rule';
import type { CallPolicyProps } from '../traffic/call-policy-props';
import type { ContainerProps, ExtraContainerProps } from './container-props';
import type { Protocol } from './protocol';
import type { RequestPolicyProps } from '../traffic/request-policy-props';
import type { SizingProps } from './sizing-props';
import type { MirrorProps, VersionProps } from './version-props';

/**
 * One service of the mesh.
 *
 * @example
 * const ui: ServiceProps = {
 *   image: ContainerImage.fromRegistry('public.ecr.aws/aws-containers/retail-store-sample-ui:1.6.2'),
 *   port: 8080,
 *   calls: ['catalog'],
 *   environment: { RETAIL_UI_ENDPOINTS_CATALOG: 'http://catalog.shop.internal:15080' },
 * };
 */
export interface ServiceProps extends ContainerProps, SizingProps, CallPolicyProps, RequestPolicyProps {
  /** The port on which the application listens inside its task, 1 to 65535. Nobody outside of the task can reach it. */
  readonly port: number;

  /**
   * What the application speaks.
   *
   * @default Protocol.HTTP
   */
  readonly protocol?: Protocol;

  /**
   * The services, and external services, that this one calls: the only ones that it can reach, at `<name>.<domain>:<virtualPort>`.
   *
   * @default - none
   */
  readonly calls?: string[];

  /**
   * Narrows what callers may ask for: a request that fits no rule gets 403, with the reason in the access log of this
   * service's Envoy. A caller that no rule names may do nothing.
   *
   * @default - services that list this one in `calls`, and the edge's routes to it, may ask for everything, and nobody
   * else for anything
   */
  readonly allow?: AllowRule[];

  /**
   * The port in the URLs of callers, 1024 to 65535. It may not be a port on which a caller itself listens:
   * Linux gives a port to one listener of a network namespace, if that listens on 0.0.0.0.
   *
   * @default - 15080; for TCP services, `port`
   */
  readonly virtualPort?: number;

  /**
   * What this service wants another way than the services that it calls say: by their names. Each field of an entry
   * stands in place of that of the called service.
   *
   * @default - as the called services say
   */
  readonly callPolicies?: { readonly [service: string]: CallPolicyProps };

  /**
   * Versions of the service that run beside each other, by name, such as `v1`: DNS labels. Callers share their calls out
   * among them by `weight`, request by request (of a TCP service connection by connection). What the service itself says
   * of its tasks (`image`, `environment`, `cpu`, `desiredCount` ...) is what a version has that says nothing else; no
   * task has no version.
   *
   * @default - one version, which is the service itself
   */
  readonly versions?: { readonly [name: string]: VersionProps };

  /**
   * The name of a header by which a request chooses a version, such as `x-version`: `x-version: v2` goes to `v2`, whatever
   * the weights of the versions, or of a route, say. All else that a route does it does to such requests, too; only copies
   * for a `mirror` are not made of them. Any other value is as none. The gateway takes it from clients, too. Not for TCP
   * services.
   *
   * @default - no header chooses a version
   */
  readonly versionHeader?: string;

  /**
   * Sends copies of requests to a version, those that change something included. Their answers are thrown away, and callers
   * do not wait for them. Of a WebSocket all that its caller sends is copied. Requests that choose a version by
   * `versionHeader` are not copied. Not for TCP services.
   *
   * @default - nothing is copied
   */
  readonly mirror?: MirrorProps;

  /**
   * How long the application has between SIGTERM and SIGKILL, 2 to 120 whole seconds. As long (all in all 2 minutes at
   * most) the task waits for requests in flight before it tells the application to stop.
   *
   * @default Duration.seconds(30)
   */
  readonly stopTimeout?: Duration;

  /**
   * Containers beside the application, by name. A task has at most ten: the application, Envoy, `mesh-init`,
   * `mesh-agent`, the collector (if traced) and the CDK's log router (if a container logs with FireLens) are among
   * them. Names are letters, digits, hyphens and underscores.
   *
   * @default - none
   */
  readonly extraContainers?: { readonly [name: string]: ExtraContainerProps };
}
