import type { Service, Topology } from '../../model/topology';
import type { Route, RouteAction, TypedPerFilterConfig } from '../api/route';
import { compressorNames } from './compression';
import { faultFilterName } from './faults';
import { healthCheckRequests } from './health-checks';
import { FROM_HEALTH_CHECKER } from './liveness-checks';
import { typed } from '../syntax/messages';
import { rateLimitFilterName } from './rate-limits';

/**
 * Routes of a service's own Envoy for health checks of its callers, before all others: limits, faults and compression are
 * meant for requests. A task that is at its limit is healthy; without it, its share would overload the others.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-msg-config-route-v3-filterconfig
 *
 * @param route to the application
 */
export function healthCheckRoutes(topology: Topology, service: Service, route: RouteAction): readonly Route[] {
  const { rateLimits, faults } = service.policy;
  const filters = [...rateLimits.map(rateLimitFilterName), ...faults.map(faultFilterName), ...compressorNames(service)];
  if (filters.length === 0) return [];
  return healthCheckRequests(topology, service).map(({ method, path }): Route => ({
    match: { path, headers: [{ name: ':method', string_match: { exact: method } }, FROM_HEALTH_CHECKER] },
    route,
    typed_per_filter_config: switchOff(filters),
  }));
}

/** @param filters by their names */
export function switchOff(filters: readonly string[]): TypedPerFilterConfig {
  const off = typed('envoy.config.route.v3.FilterConfig', { disabled: true });
  return Object.fromEntries(filters.map((name) => [name, off]));
}
