import type { Duration } from 'aws-cdk-lib';
import type { RequestFilterProps } from './request-filter';

/**
 * A limit on the requests that each task of a service takes, as a token bucket. What is beyond it gets 429 with
 * `Retry-After`, or of gRPC `RESOURCE_EXHAUSTED`; callers do not try it again. A request that fits several limits needs
 * a token of each, and what `allow` or the lack of a declared call refuses (403) uses up none. There is no count over all
 * tasks: with three tasks a service takes up to three times as much.
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
  /** How many requests in each period in the long run: a whole number from 1 to 1,000,000. */
  readonly requests: number;

  /**
   * The period, 1 second to 24 hours. Tokens come back evenly, not all at its end.
   *
   * @default Duration.seconds(1)
   */
  readonly per?: Duration;

  /**
   * How many requests may come at once: a whole number from 1 to 1,000,000.
   *
   * @default - as many as `requests`
   */
  readonly burst?: number;
}
