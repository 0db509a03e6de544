import type { CallPolicy, HashKey } from '../../model/traffic-policy';
import type { Cluster, LoadBalancerConfig } from '../api/cluster';
import type { Cookie, HashPolicy, RouteAction } from '../api/route';
import { duration } from '../syntax/messages';

type Algorithm = CallPolicy['loadBalancing']['algorithm'];

/** Round robin is Envoy's default. */
const POLICIES: Readonly<Record<Algorithm, Pick<Cluster, 'lb_policy'>>> = {
  leastRequest: { lb_policy: 'LEAST_REQUEST' },
  roundRobin: {},
  ringHash: { lb_policy: 'RING_HASH' },
};

type LoadBalancing = Pick<Cluster, 'lb_policy' | 'least_request_lb_config' | 'round_robin_lb_config'>;

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers */
export function loadBalancing({ loadBalancing: settings }: CallPolicy): LoadBalancing {
  return { ...POLICIES[settings.algorithm], ...(settings.algorithm === 'ringHash' ? {} : slowStart(settings)) };
}

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/slow_start */
function slowStart({
  algorithm,
  slowStartSeconds,
}: {
  readonly algorithm: Exclude<Algorithm, 'ringHash'>;
  readonly slowStartSeconds?: number;
}): LoadBalancing {
  if (slowStartSeconds === undefined) return {};
  const config: LoadBalancerConfig = { slow_start_config: { slow_start_window: duration(slowStartSeconds) } };
  return algorithm === 'leastRequest' ? { least_request_lb_config: config } : { round_robin_lb_config: config };
}

/**
 * What is hashed of a request; a request without it goes to any task.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction-hashpolicy
 */
export function hashPolicy({ loadBalancing: settings }: CallPolicy): Pick<RouteAction, 'hash_policy'> {
  return settings.algorithm === 'ringHash' ? { hash_policy: [hashOf(settings.hashOn)] } : {};
}

function hashOf(key: HashKey): HashPolicy {
  switch (key.kind) {
    case 'header':
      return { header: { header_name: key.name } };
    case 'cookie':
      return { cookie: cookie(key.name, key.ttlSeconds) };
    case 'source':
      // Not the address of the connection: to a sidecar every request comes from loopback.
      return { header: { header_name: 'x-forwarded-for' } };
  }
}

/** @param ttlSeconds absent: Envoy makes no cookie */
function cookie(name: string, ttlSeconds: number | undefined): Cookie {
  return ttlSeconds === undefined ? { name } : { name, ttl: duration(ttlSeconds), path: '/' };
}
