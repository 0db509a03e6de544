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
export function identitiesOf(topology: Topology, service: Service, rule: AllowRule): readonly StringMatcher[] {
  if (rule.everyService === true) return [{ prefix: trustPrefix(topology.trustDomain) }];
  return declaredIdentities(topology, service, rule);
}

/** The identities of clients, which have the prefix of the mesh, too, and come by the client gateway alone. */
export function identitiesOfClients({ trustDomain, clientGateway }: Topology): readonly StringMatcher[] {
  return (clientGateway?.clients ?? []).map(({ name }): StringMatcher => ({ exact: identityOf(trustDomain, name) }));
}

/** Those of all declared callers, unless the rule names some. */
export function declaredIdentities(
  { trustDomain, clientGateway }: Topology,
  service: Service,
  { callers }: AllowRule,
): readonly StringMatcher[] {
  // A client calls through the client gateway, which has asked who it is (client-authorization.ts).
  const clients = new Set(clientGateway?.clients.map(({ name }) => name));
  const known = (callers ?? everyCaller(service)).map((caller) => (clients.has(caller) ? CLIENT_GATEWAY_NAME : caller));
  return [...new Set(known)].map((caller): StringMatcher => ({ exact: identityOf(trustDomain, caller) }));
}
