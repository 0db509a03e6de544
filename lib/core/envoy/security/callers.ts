import { identityOf, trustPrefix } from '../../contract/identity';
import { everyCaller } from '../../model/callers';
import { CLIENT_GATEWAY_NAME } from '../../model/clients';
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
export function identitiesOf(
  { trustDomain, clientGateway }: Topology,
  service: Service,
  { callers, everyService }: AllowRule,
): readonly StringMatcher[] {
  if (everyService === true) return [{ prefix: trustPrefix(trustDomain) }];
  // A client calls through the client gateway, which has asked who it is (client-authorization.ts).
  const clients = new Set(clientGateway?.clients.map(({ name }) => name));
  const known = (callers ?? everyCaller(service)).map((caller) => (clients.has(caller) ? CLIENT_GATEWAY_NAME : caller));
  return [...new Set(known)].map((caller): StringMatcher => ({ exact: identityOf(trustDomain, caller) }));
}
