import type { Service, Topology } from '../model';
import type { CallPolicy, Timeouts } from './model';

/**
 * What a caller's proxy does with calls to a service: field by field what the caller says, or else what the service says.
 *
 * @param caller absent: the gateway, which overrides nothing
 */
export function callPolicyOf(caller: Service | undefined, callee: Service): CallPolicy {
  return { ...callee.callPolicy, ...caller?.callOverrides[callee.name] };
}

/**
 * How long any caller may wait for the service: by the service's own word, by a caller's, or by a route. What one of them
 * leaves open has no limit of its own.
 */
export function longestTimeouts(topology: Topology, service: Service): Timeouts {
  const all = [
    service.callPolicy.timeouts,
    ...topology.services.filter(({ name }) => service.callers.includes(name)).map((caller) => callPolicyOf(caller, service).timeouts),
    ...service.policy.routes.flatMap(({ timeouts }) => timeouts ?? []),
  ];
  const limits = all.flatMap(({ requestSeconds }) => requestSeconds ?? []);
  return limits.length < all.length && service.protocol === 'grpc' ? {} : { ...service.callPolicy.timeouts, ...(limits.length === 0 ? {} : { requestSeconds: Math.max(...limits) }) };
}
