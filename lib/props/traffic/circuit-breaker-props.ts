/**
 * Limits on simultaneous connections and requests of one caller's task to a service. What exceeds them gets 503 at once, with
 * the header `x-envoy-overloaded`, and is not retried. Each version of a service counts for itself: with two, up to twice as much
 * reaches the service.
 *
 * @example
 * const reports: ServiceProps = { image, port: 8080, circuitBreaker: { maxRequests: 20 } };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking
 */
export interface CircuitBreakerProps {
  /**
   * Maximum number of connections, 1 to 1,000,000. It matters for TCP services: for all others Envoys need one per task,
   * since they speak HTTP/2 to each other.
   *
   * @default 1024
   */
  readonly maxConnections?: number;

  /**
   * Maximum number of requests that wait for a connection, 1 to 1,000,000. Not for TCP.
   *
   * @default 1024
   */
  readonly maxPendingRequests?: number;

  /**
   * Maximum number of requests in flight, 1 to 1,000,000. Not for TCP.
   *
   * @default 1024
   */
  readonly maxRequests?: number;
}
