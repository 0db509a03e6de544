/**
 * Filter of requests: those whose caller, method and path all match, as the service's own Envoy sees them.
 *
 * @example
 * const writes: RequestFilterProps = { callers: ['checkout'], methods: ['POST', 'PUT'], paths: ['/orders', '/orders/*'] };
 */
export interface RequestFilterProps {
  /**
   * Services that list this one in `calls`, and gateway services of edges with a route to it, by their certificates: `gateway`, or
   * `gateway-<name>` of an edge in `edges` that is not called `default`. Needs certificates. Of a service with `loadBalancerTarget`,
   * `load-balancer` stands for whoever sends requests by one of its load balancers.
   *
   * @default - every caller
   */
  readonly callers?: string[];

  /**
   * HTTP methods, such as `GET`, in upper case. Not for gRPC, whose methods are paths.
   *
   * @default - every method
   */
  readonly methods?: string[];

  /**
   * Paths as in `allow`: one path, or with `*` at the end, after a slash, all that start with it. For gRPC services
   * `/package.Service/Method` or `/package.Service/*`.
   *
   * @default - every path
   */
  readonly paths?: string[];
}
