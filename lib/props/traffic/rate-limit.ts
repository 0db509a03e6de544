import type { Duration } from 'aws-cdk-lib';
import type { RequestFilterProps } from './request-filter';

/**
 * Limit on the requests that each task of a service accepts, as a token bucket. Requests beyond it get 429 with `Retry-After`,
 * gRPC calls `RESOURCE_EXHAUSTED`; callers do not retry them. A request that matches several limits needs a token of each, and
 * requests that are refused (403) by `allow`, or because the call is not declared, use none. Tasks count for themselves: three
 * tasks accept up to three times as much.
 *
 * @example
 * const orders: ServiceProps = {
 *   image,
 *   port: 8080,
 *   rateLimits: {
 *     all: { requests: 500 },
 *     'writes-of-checkout': { requests: 10, per: Duration.minutes(1), burst: 20, callers: ['checkout'], methods: ['POST'] },
 *   },
 * };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export interface RateLimitProps extends RequestFilterProps {
  /** Number of requests per period in the long run, a whole number from 1 to 1,000,000. */
  readonly requests: number;

  /**
   * Period, 1 second to 24 hours. Tokens are refilled evenly, not all at its end.
   *
   * @default Duration.seconds(1)
   */
  readonly per?: Duration;

  /**
   * Number of requests that may arrive at once, a whole number from 1 to 1,000,000.
   *
   * @default - as many as `requests`
   */
  readonly burst?: number;
}
