import { everyCaller } from '../../model/callers';
import type { AllowRule, Service, Topology } from '../../model/topology';

/** Whether callers have identities, and prove them. */
export function authenticates(topology: Topology): boolean {
  return topology.certificates.kind !== 'none';
}

/** Whom a rule means: the declared callers, unless it names some of them. */
export function callersOf(service: Service, rule: AllowRule = {}): readonly string[] {
  return rule.callers ?? everyCaller(service);
}
