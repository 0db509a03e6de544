import { identityOf, trustPrefix } from '../../contract/identity';
import { everyCaller } from '../../model/callers';
import type { AllowRule, Service, Topology } from '../../model/topology';
import type { StringMatcher } from '../api/type';

/** Whether callers have certificates, with which they prove their identity. */
export function usesMutualTls(topology: Topology): boolean {
  return topology.certificates.kind !== 'none';
}

/**
 * The identities that a rule means: those of all declared callers, unless it names some, or all of the mesh: then nobody's name is in the
 * configuration. No identity is the bare prefix.
 */
export function identitiesOf({ trustDomain }: Topology, service: Service, { callers, everyService }: AllowRule): readonly StringMatcher[] {
  if (everyService === true) return [{ prefix: trustPrefix(trustDomain) }];
  return (callers ?? everyCaller(service)).map((caller): StringMatcher => ({ exact: identityOf(trustDomain, caller) }));
}
