import type { CallPolicy } from '../topology/policy/model';
import type { JsonObject } from './json';

const POLICIES = { leastRequest: 'LEAST_REQUEST', roundRobin: 'ROUND_ROBIN', ringHash: 'RING_HASH' } as const;

/** https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/load_balancers */
export function loadBalancing({ loadBalancing: { algorithm } }: CallPolicy): JsonObject {
  return { lb_policy: POLICIES[algorithm] };
}
