import type { CallPolicy } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { duration } from '../syntax/json';

/** Round robin is Envoy's default. */
const POLICIES = { leastRequest: { lb_policy: 'LEAST_REQUEST' }, roundRobin: {}, ringHash: { lb_policy: 'RING_HASH' } } as const;

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers */
export function loadBalancing({ loadBalancing: settings }: CallPolicy): JsonObject {
  return { ...POLICIES[settings.algorithm], ...(settings.algorithm === 'ringHash' ? {} : slowStart(settings)) };
}

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start */
function slowStart({
  algorithm,
  slowStartSeconds,
}: {
  readonly algorithm: 'leastRequest' | 'roundRobin';
  readonly slowStartSeconds?: number;
}): JsonObject {
  if (slowStartSeconds === undefined) return {};
  const config = { slow_start_config: { slow_start_window: duration(slowStartSeconds) } };
  return algorithm === 'leastRequest' ? { least_request_lb_config: config } : { round_robin_lb_config: config };
}

/** What is hashed of a request; a request without it goes to any task. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction-hashpolicy */
export function hashPolicy({ loadBalancing: settings }: CallPolicy): JsonObject {
  if (settings.algorithm !== 'ringHash') return {};
  const { hashOn: key } = settings;
  switch (key.kind) {
    case 'header':
      return { hash_policy: [{ header: { header_name: key.name } }] };
    case 'cookie':
      return {
        hash_policy: [
          { cookie: { name: key.name, ...(key.ttlSeconds === undefined ? {} : { ttl: duration(key.ttlSeconds), path: '/' }) } },
        ],
      };
    case 'source':
      // Not the address of the connection: to a sidecar every request comes from loopback.
      return { hash_policy: [{ header: { header_name: 'x-forwarded-for' } }] };
  }
}
