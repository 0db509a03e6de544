import type { LoadBalancerTarget, Service } from '../../model/topology';
import type { HttpFilter } from '../api/http-filters';
import type { NamedPolicy } from '../security/authorization';
import { permission } from '../security/authorization';
import { extension } from '../syntax/messages';
import { loadBalancerCheckPolicies } from './checks';

/**
 * Who may send which requests by a load balancer. Its clients have no identity: a service with rules accepts what a rule that names load
 * balancers allows, and the load balancer's own health checks.
 */
export function loadBalancerAuthorization({ allow }: Service, target: LoadBalancerTarget): readonly HttpFilter[] {
  if (allow === undefined) return [];
  const policies = allow.flatMap((rule, index): readonly NamedPolicy[] =>
    rule.loadBalancer === true ? [[`allow[${index}]`, { permissions: [permission(rule)], principals: [{ any: true }] }]] : [],
  );
  return [
    extension('envoy.extensions.filters.http.rbac.v3.RBAC', {
      rules: { policies: { ...Object.fromEntries(policies), ...loadBalancerCheckPolicies(target) } },
    }),
  ];
}
