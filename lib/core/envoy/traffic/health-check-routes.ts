import type { Service, Topology } from '../../model/topology';
import { faultFilter } from './faults';
import { healthCheckRequests } from './health-checks';
import type { Json, JsonObject } from '../syntax/json';
import { typed } from '../syntax/json';
import { limitFilter } from './rate-limits';

/** How Envoy's health checks call themselves. No client may: the gateway refuses it. */
export const HEALTH_CHECKER = 'Envoy/HC';

const ASKED_BY_ENVOY: Json = { name: 'user-agent', string_match: { exact: HEALTH_CHECKER } };

/**
 * Routes of a service's own Envoy for health checks of its callers, before all others: limits and faults are meant for
 * requests. A task that has answered as many as it may is well, and would lose its share to others that it then overloads.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-msg-config-route-v3-filterconfig
 *
 * @param route to the application
 */
export function healthCheckRoutes(topology: Topology, service: Service, route: JsonObject): readonly Json[] {
  const filters = [...service.policy.rateLimits.map(limitFilter), ...service.policy.faults.map(faultFilter)];
  if (filters.length === 0) return [];
  const off = typed('envoy.config.route.v3.FilterConfig', { disabled: true });
  return healthCheckRequests(topology, service).map(({ method, path }): Json => ({
    match: { path, headers: [{ name: ':method', string_match: { exact: method } }, ASKED_BY_ENVOY] },
    route,
    typed_per_filter_config: Object.fromEntries(filters.map((name) => [name, off])),
  }));
}
