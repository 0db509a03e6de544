import type { Size } from 'aws-cdk-lib';
import type { Compression } from './compression';
import type { FaultProps } from './fault';
import type { HeaderChangesProps } from './header-changes';
import type { HeaderLimitsProps } from './header-limits';
import type { RateLimitProps } from './rate-limit';
import type { ServiceRouteProps } from './service-route';

/**
 * Policy for the requests to a service, whoever sends them. None of it is for TCP services, which have no requests.
 *
 * @example
 * const policy: RequestPolicyProps = {
 *   routes: [{ name: 'old-api', match: { path: PathMatch.prefix('/v1/') }, rewrite: { path: PathRewrite.prefix('/') } }],
 *   rateLimits: { all: { requests: 500 } },
 *   responseHeaders: { remove: ['server'] },
 *   maxRequestSize: Size.mebibytes(1),
 * };
 */
export interface RequestPolicyProps {
  /**
   * Routes, whose requests are handled differently. The first route that matches applies, in the order of the list; requests
   * that match none go to the service unchanged. A route that no request can reach, since an earlier one takes all of its
   * requests, is an error.
   *
   * @default - none
   */
  readonly routes?: ServiceRouteProps[];

  /**
   * Limits on the requests that each task accepts, by their names (DNS labels).
   *
   * @default - none
   */
  readonly rateLimits?: { readonly [name: string]: RateLimitProps };

  /**
   * Injected faults, by their names (DNS labels). They are active from the deployment until they are removed, and a warning
   * names each.
   *
   * @default - none
   */
  readonly faultInjection?: { readonly [name: string]: FaultProps };

  /**
   * Changes to the headers of requests, before the application gets them.
   *
   * @default - none
   */
  readonly requestHeaders?: HeaderChangesProps;

  /**
   * Changes to the headers of responses when they leave the service's task, including those that its Envoy itself generates.
   *
   * @default - none
   */
  readonly responseHeaders?: HeaderChangesProps;

  /**
   * Maximum size of a request body, 1 byte to 100 MiB; a larger one gets 413. A request with `content-length` is judged by that
   * and streamed; one without is buffered in the memory of the task until it is complete, and may exceed the limit by its last
   * frame (16 KiB). WebSockets have no such limit. Not for gRPC, whose servers limit messages themselves.
   *
   * @default - none (API Gateway itself takes up to 10 MiB)
   */
  readonly maxRequestSize?: Size;

  /**
   * Limits on the number and size of headers. They hold for all callers and the gateway service.
   *
   * @default - 100 headers and 60 KiB for requests, 200 headers and 128 KiB for responses
   */
  readonly headerLimits?: HeaderLimitsProps;

  /**
   * Compression of responses by the service's own Envoy, for clients that accept it: other services, and clients of API Gateway. For
   * Protocol.HTTP and Protocol.HTTP2. It needs Envoy 1.40.
   *
   * @default - responses stay as the application writes them
   */
  readonly compression?: Compression;

  /**
   * Names of request headers, in upper or lower case, that the application gets although they are removed by default. Where `allow`
   * or `rateLimits` name methods or paths, headers by which frameworks replace the method or the path of a request are removed, so
   * that no caller bypasses those rules: `x-http-method-override`, `x-http-method`, `x-http-verb`, `x-method-override`,
   * `x-original-method`, `x-forwarded-method`, `x-original-url`, `x-original-uri`, `x-original-path`, `x-rewrite-url`,
   * `x-rewrite-uri`, `x-override-url`, `x-forwarded-uri`, `x-forwarded-path`, `x-http-path-override`, `x-http-destinationurl`,
   * `x-waws-unencoded-url`, `script-name`, `x-script-name`, `path-info`. Elsewhere they arrive as they are.
   *
   * @default - none
   */
  readonly passThroughHeaders?: string[];

  /**
   * Enables WebSockets. For Protocol.HTTP. The time limit of a request ends when the socket is open; a socket that is idle for
   * 5 minutes is closed, so send pings. API Gateway's HTTP and REST APIs pass no WebSockets: this is for calls between services.
   *
   * @default false - upgrades get 403
   */
  readonly webSockets?: boolean;
}
