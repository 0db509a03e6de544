import { identityOf } from '../../contract/identity';
import type { ClientGateway } from '../../model/clients';
import { CLIENT_GATEWAY_NAME, clientAuthorities, clientsOf } from '../../model/clients';
import type { AllowRule, Service, Topology } from '../../model/topology';
import type { HttpFilter } from '../api/http-filters';
import type { Permission, Policy, Principal } from '../api/rbac';
import { extension } from '../syntax/messages';
import { all, any, permission } from './authorization';

/**
 * Which client may send which requests to which service: those that it lists, narrowed by the service's rules. Everything else gets 403, a
 * host that is none of a service's included. The service's own Envoy sees the client gateway, and lets in what some client may do.
 */
export function clientAuthorization(topology: Topology, gateway: ClientGateway, targets: readonly Service[]): readonly HttpFilter[] {
  const policies = targets.flatMap((service) =>
    (service.allow ?? [{}]).flatMap((rule, index): readonly (readonly [string, Policy])[] => {
      const principals = principalsOf(topology, service, rule);
      if (principals.length === 0) return [];
      const name = service.allow === undefined ? service.name : `${service.name} allow[${index}]`;
      return [[name, { permissions: [all([isFor(gateway, service), ...narrowed(rule)])], principals }]];
    }),
  );
  return [extension('envoy.extensions.filters.http.rbac.v3.RBAC', { rules: { policies: Object.fromEntries(policies) } })];
}

/** The clients that a rule means. One for every service means those that list the service, as any rule without names does. */
function principalsOf(topology: Topology, service: Service, { callers }: AllowRule): readonly Principal[] {
  const meant = (client: string): boolean => callers?.some((name) => name === client || name === CLIENT_GATEWAY_NAME) ?? true;
  return clientsOf(topology, service)
    .filter(meant)
    .map((client): Principal => ({ authenticated: { principal_name: { exact: identityOf(topology.trustDomain, client) } } }));
}

/** By the very texts by which the virtual host of the service is found. */
function isFor(gateway: ClientGateway, service: Service): Permission {
  return any(clientAuthorities(gateway, service).map((exact): Permission => ({ header: { name: ':authority', string_match: { exact } } })));
}

function narrowed(rule: AllowRule): readonly Permission[] {
  return rule.methods === undefined && rule.paths === undefined ? [] : [permission(rule)];
}
