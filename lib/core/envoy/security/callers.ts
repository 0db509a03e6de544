import { everyCaller } from '../../model/callers';
import type { AllowRule, Service, Topology } from '../../model/topology';

/** Whether callers have certificates, with which they prove their identity. */
export function usesMutualTls(topology: Topology): boolean {
  return topology.certificates.kind !== 'none';
}

/** The callers that a rule means: all that are declared, unless it names some. */
export function callersOf(service: Service, rule: AllowRule = {}): readonly string[] {
  return rule.callers ?? everyCaller(service);
}
