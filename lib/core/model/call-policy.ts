import { allNamed } from './by-name';
import type { ExternalService, Service, Topology } from './topology';
import type { CallPolicy, Timeouts } from './traffic-policy';

/**
 * What a caller's proxy does with calls to a service: field by field what the caller says, or else what the service says.
 *
 * @param caller absent: a gateway, which overrides nothing
 */
export function callPolicyOf(caller: Service | undefined, callee: Service | ExternalService): CallPolicy {
  return { ...callee.callPolicy, ...caller?.callOverrides[callee.name] };
}

/** The policies of all that call a service, by the names of the callers. */
export function policiesOfCallers(topology: Topology, callee: Service): ReadonlyMap<string, CallPolicy> {
  const callers = allNamed(topology.services, callee.callers);
  return new Map([
    ...callers.map((caller) => [caller.name, callPolicyOf(caller, callee)] as const),
    ...callee.gateways.map((gateway) => [gateway, callPolicyOf(undefined, callee)] as const),
  ]);
}

/** How long a request to the service may take: by the service's own word, by a caller's, or by a route. */
export function allTimeouts(topology: Topology, service: Service): readonly Timeouts[] {
  const policies = [service.callPolicy, ...policiesOfCallers(topology, service).values()];
  return [...policies.map(({ timeouts }) => timeouts), ...service.policy.routes.flatMap(({ timeouts }) => timeouts ?? [])];
}
