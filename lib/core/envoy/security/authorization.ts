import type { AllowRule, AllowedPath, Service, Topology } from '../../model/topology';
import { identitiesOf, identitiesOfClients, usesMutualTls } from './callers';
import { healthCheckRequests } from '../traffic/health-checks';
import type { HttpFilter } from '../api/http-filters';
import type { Permission, Policy, Principal } from '../api/rbac';
import type { StringMatcher } from '../api/type';
import { extension } from '../syntax/messages';
import { AMBIGUOUS_PATH } from '../syntax/paths';

/**
 * Who may send which requests to a service: declared callers, narrowed by its rules. What no policy allows is answered with 403 (or
 * PERMISSION_DENIED), and a service with no policy allows nothing.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter
 */
export function httpAuthorization(topology: Topology, service: Service): readonly HttpFilter[] {
  // With no rule of its own, a service has one that narrows nothing.
  const rules = service.allow ?? (usesMutualTls(topology) ? [{}] : undefined);
  if (rules === undefined) return [];
  const policies = rules.flatMap((rule, index): readonly NamedPolicy[] => {
    const principals = principalsOf(topology, service, rule);
    if (principals.length === 0) return [];
    return [[service.allow === undefined ? 'calls' : `allow[${index}]`, { permissions: [permission(rule)], principals }]];
  });
  return [
    extension('envoy.extensions.filters.http.rbac.v3.RBAC', {
      rules: { policies: Object.fromEntries([...policies, ...healthCheckPolicies(topology, service)]) },
    }),
  ];
}

export type NamedPolicy = readonly [string, Policy];

/**
 * Health checks of callers pass whatever the service's own rules are, since these may not know them. A service that lets in every service
 * names none here, either.
 */
function healthCheckPolicies(topology: Topology, service: Service): readonly NamedPolicy[] {
  if (service.allow === undefined) return [];
  const named = service.allow.every(({ everyService }) => everyService === undefined);
  return healthCheckRequests(topology, service).map(({ method, path: text, callers }): NamedPolicy => {
    const permissions = [all([methodIs(method), pathIs({ kind: 'exact', text })])];
    return [`health ${text}`, { permissions, principals: principalsOf(topology, service, named ? { callers } : { everyService: true }) }];
  });
}

/**
 * The URI in the caller's certificate; without certificates nobody knows who calls.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto#config-rbac-v3-principal-authenticated
 */
function principalsOf(topology: Topology, service: Service, rule: AllowRule): readonly Principal[] {
  // A rule for load balancers alone names no caller.
  if (!usesMutualTls(topology)) return rule.callers?.length === 0 ? [] : [{ any: true }];
  const identities = identitiesOf(topology, service, rule).map(isIdentity);
  const clients = rule.everyService === true ? identitiesOfClients(topology).map(isIdentity) : [];
  return clients.length === 0 ? identities : [{ and_ids: { ids: [...identities, { not_id: { or_ids: { ids: clients } } }] } }];
}

function isIdentity(identity: StringMatcher): Principal {
  return { authenticated: { principal_name: identity } };
}

/**
 * A rule about paths never allows one that the application might read as another.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto#config-rbac-v3-permission
 */
export function permission({ methods, paths }: AllowRule): Permission {
  return all([
    ...(methods === undefined ? [] : [any(methods.map(methodIs))]),
    ...(paths === undefined ? [] : [any(paths.map(pathIs)), { not_rule: urlPath({ safe_regex: { regex: AMBIGUOUS_PATH } }) }]),
  ]);
}

function methodIs(exact: string): Permission {
  return { header: { name: ':method', string_match: { exact } } };
}

function pathIs({ kind, text }: AllowedPath): Permission {
  return urlPath(kind === 'exact' ? { exact: text } : { prefix: text });
}

/** The query string is not part of it. */
function urlPath(path: StringMatcher): Permission {
  return { url_path: { path } };
}

export function any(rules: readonly Permission[]): Permission {
  const [first] = rules;
  return first !== undefined && rules.length === 1 ? first : { or_rules: { rules } };
}

export function all(rules: readonly Permission[]): Permission {
  const [first] = rules;
  if (first === undefined) return { any: true };
  return rules.length === 1 ? first : { and_rules: { rules } };
}
