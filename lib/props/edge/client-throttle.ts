/**
 * Limit on the requests of each client by itself, as a token bucket for each value of an identity header.
 *
 * Each task of the gateway service counts for itself, so with `n` tasks a client gets up to `n` times as much.
 *
 * @example
 * const throttle: ClientThrottleProps = { identityHeader: 'x-user-id', rateLimit: 5, burstLimit: 20 };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export interface ClientThrottleProps {
  /**
   * Name of the header that tells clients apart: one in which an authorizer of the edge says who the client is (`claimsToHeaders`,
   * `contextToHeaders`, `callerArnHeader`, `keyIdHeader`). Routes with another authorizer are not limited. Clients without a value, such
   * as those whose token lacks the claim, count as one.
   */
  readonly identityHeader: string;

  /** Number of requests per second of a client in the long run, at each task, 0.01 to 1,000,000; fractions are allowed. */
  readonly rateLimit: number;

  /** Number of requests of a client that may arrive at once, at each task, a whole number from 1 to 1,000,000. */
  readonly burstLimit: number;

  /**
   * Number of clients that a task counts at the same time, a whole number from 1 to 100,000. When more come, it forgets the one that has
   * been silent for longest, which begins again with a full bucket.
   *
   * @default 10000
   */
  readonly maxClients?: number;
}
