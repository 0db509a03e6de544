/**
 * Requests that a service accepts: those whose caller, method and path all match one rule.
 *
 * @example
 * const orders: ServiceProps = {
 *   image,
 *   port: 8080,
 *   allow: [
 *     { callers: ['checkout'], methods: ['POST'], paths: ['/orders'] },
 *     { methods: ['GET'], paths: ['/orders/*'] },
 *   ],
 * };
 */
export interface AllowRule {
  /**
   * Services that list this one in `calls`, and gateway services of edges with a route to it: `gateway`, or `gateway-<name>` of an edge
   * in `edges` that is not called `default`. Needs certificates. Of a service with `loadBalancerTarget`, `load-balancer` stands for
   * whoever sends requests by one of its load balancers.
   *
   * `['*']` stands for every service of the mesh and every gateway service, whether they are declared callers or not. Nobody's name is then
   * in the configuration of this service, so a new caller does not replace its tasks. Security groups still let in only declared
   * callers, and those who share a group with them.
   *
   * @default - every declared caller, not load balancers
   */
  readonly callers?: string[];

  /**
   * HTTP methods, such as `GET`, in upper case. Not for TCP services, nor for gRPC, whose methods are paths.
   *
   * @default - every method
   */
  readonly methods?: string[];

  /**
   * Paths without a query string: one path, or with `*` at the end, after a slash, all that start with it (`/orders/*` matches
   * `/orders/7`, not `/orders`). Of gRPC services `/package.Service/Method` or `/package.Service/*`. A path that could
   * be read in two ways (`//`, `/../`, `/..;/`, `\\`, escaped letters) matches no rule. Not for TCP services.
   *
   * @default - every path
   */
  readonly paths?: string[];
}
