/**
 * How much one caller's task may ask of a service at the same time. What is more gets 503 at once, with the header
 * `x-envoy-overloaded`, and is not tried again. Each version of a service counts for itself: with two, up to twice as much
 * reaches the service.
 *
 * @example
 * const reports: ServiceProps = { image, port: 8080, circuitBreaker: { maxRequests: 20 } };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/circuit_breaking
 */
export interface CircuitBreakerProps {
  /**
   * Connections, 1 to 1,000,000. Matters to TCP services: for all others Envoys need one a task, since they speak HTTP/2
   * to each other.
   *
   * @default 1024
   */
  readonly maxConnections?: number;

  /**
   * Requests that wait for a connection, 1 to 1,000,000. Not for TCP.
   *
   * @default 1024
   */
  readonly maxPendingRequests?: number;

  /**
   * Requests in flight, 1 to 1,000,000. Not for TCP.
   *
   * @default 1024
   */
  readonly maxRequests?: number;
}
