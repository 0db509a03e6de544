import type { Compression } from './compression';
import type { HeaderChangesProps } from './header-changes';
import type { PathMatch } from './path-match';
import type { PathRewrite } from './path-rewrite';
import type { RetryProps } from './retry-props';
import type { Timeout } from './timeout';
import type { ValueMatch } from './value-match';
import type { MirrorProps } from '../service/version-props';

/**
 * Requests that a route takes: those that match all of it. A service has one port, so there is no match by port.
 *
 * @example
 * const match: RouteMatchProps = {
 *   path: PathMatch.prefix('/orders/'),
 *   methods: ['GET', 'HEAD'],
 *   headers: { 'x-beta': ValueMatch.present() },
 *   queryParameters: { version: ValueMatch.exact('2') },
 * };
 */
export interface RouteMatchProps {
  /**
   * Path, as the caller requested it: not normalized, before any rewrite. For gRPC services, the gRPC service or method.
   *
   * @default - every path
   */
  readonly path?: PathMatch;

  /**
   * HTTP methods, such as `GET`, in upper case. Not for gRPC, whose calls are all `POST`.
   *
   * @default - every method
   */
  readonly methods?: string[];

  /**
   * Headers by their names; gRPC metadata are headers. Of a header with several values, one text is compared, with commas between
   * them, whether they arrive in one line or in several, and with every release of Envoy: `x` and `y` are `x,y`, which is not `x`,
   * so `ValueMatch.not(ValueMatch.exact('x'))` matches. With `Mesh.envoy()` the service gets such values in one line. The exception
   * is `cookie`, which a client sends once: several lines of HTTP/1.1 stay as they are, and how they compare depends on the
   * release.
   *
   * @default - none
   */
  readonly headers?: { readonly [header: string]: ValueMatch };

  /**
   * Query parameters by their names, of which the first value counts, with its escapes as they are. Not for gRPC.
   *
   * @default - none
   */
  readonly queryParameters?: { readonly [parameter: string]: ValueMatch };
}

/**
 * Path and host that the service gets instead of those that the caller requested.
 *
 * @example
 * const rewrite: RouteRewriteProps = { path: PathRewrite.prefix('/'), host: 'legacy.example.com' };
 */
export interface RouteRewriteProps {
  /**
   * Path. `allow` rules, rate limits and faults of the service see the path after the rewrite.
   *
   * @default - the path that the caller requested
   */
  readonly path?: PathRewrite;

  /**
   * Host, with a port if needed.
   *
   * @default - the host that the caller called
   */
  readonly host?: string;
}

/**
 * Route of a service: requests that the Envoys of callers, and of the gateway, handle differently.
 *
 * @example
 * const orders: ServiceProps = {
 *   image,
 *   port: 8080,
 *   routes: [
 *     { name: 'reports', match: { path: PathMatch.prefix('/reports/') }, timeout: Timeout.perRequest(Duration.minutes(2)) },
 *     { name: 'old-api', match: { path: PathMatch.prefix('/v1/') }, rewrite: { path: PathRewrite.prefix('/') } },
 *   ],
 * };
 */
export interface ServiceRouteProps {
  /** Name of the route, a DNS label that is unique in the service: lower-case letters, digits and hyphens. */
  readonly name: string;

  /** Requests that the route takes. */
  readonly match: RouteMatchProps;

  /**
   * Path and host that the service gets.
   *
   * @default - those that the caller requested
   */
  readonly rewrite?: RouteRewriteProps;

  /**
   * Weights of versions, by their names, for these requests: 0 to 1000. A version that is not named gets none of them.
   *
   * @default - the weights of the versions themselves
   */
  readonly versions?: { readonly [version: string]: number };

  /**
   * Version that gets copies of these requests; with `percent: 0` none does.
   *
   * @default - the `mirror` of the service
   */
  readonly mirror?: MirrorProps;

  /**
   * Time limits, instead of those of the service and its callers.
   *
   * @default - the `timeout` of the service, or of the caller's `callPolicies`
   */
  readonly timeout?: Timeout;

  /**
   * Retry policy, instead of that of the service and its callers.
   *
   * @default - the `retry` of the service, or of the caller's `callPolicies`
   */
  readonly retry?: RetryProps;

  /**
   * Changes to the headers of these requests, before they leave the caller. Those of the service itself come after.
   *
   * @default - none
   */
  readonly requestHeaders?: HeaderChangesProps;

  /**
   * Changes to the headers of the responses, when they arrive at the caller. Those of the service itself come before.
   *
   * @default - none
   */
  readonly responseHeaders?: HeaderChangesProps;

  /**
   * Compression of the responses to these requests, in place of what the service says; `Compression.none()` switches it off.
   *
   * @default - the `compression` of the service
   */
  readonly compression?: Compression;
}
