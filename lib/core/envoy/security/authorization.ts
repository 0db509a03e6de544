import { identityOf } from '../../contract/identity';
import type { AllowRule, AllowedPath, Service, Topology } from '../../model/topology';
import { authenticates, callersOf } from './callers';
import { healthCheckRequests } from '../traffic/health-checks';
import type { Json, JsonObject } from '../syntax/json';
import { extension } from '../syntax/json';
import { AMBIGUOUS_PATH } from '../syntax/paths';

/**
 * Who may ask what of a service: declared callers, narrowed by its rules. What no policy allows is answered with 403 (or
 * PERMISSION_DENIED), and a service with no policy allows nothing.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter
 */
export function httpAuthorization(topology: Topology, service: Service): readonly Json[] {
  // With no rule of its own, a service has one that narrows nothing.
  const rules = service.allow ?? (authenticates(topology) ? [{}] : undefined);
  if (rules === undefined) return [];
  const policies = rules.flatMap((rule, index): (readonly [string, JsonObject])[] => {
    const principals = principalsOf(topology, service, rule);
    return principals.length === 0
      ? []
      : [[service.allow === undefined ? 'calls' : `allow[${index}]`, { permissions: [permission(rule)], principals }]];
  });
  return [
    extension('envoy.extensions.filters.http.rbac.v3.RBAC', {
      rules: { policies: Object.fromEntries([...policies, ...healthCheckRules(topology, service)]) },
    }),
  ];
}

/** What callers ask by themselves whether a task is well is no business of the service's own rules, which may not know it. */
function healthCheckRules(topology: Topology, service: Service): (readonly [string, JsonObject])[] {
  if (service.allow === undefined) return [];
  return healthCheckRequests(topology, service).map(({ method, path: text, callers }) => {
    const permissions = [all([{ header: { name: ':method', string_match: { exact: method } } }, pathIs({ kind: 'exact', text })])];
    return [`health ${text}`, { permissions, principals: principalsOf(topology, service, { callers }) }];
  });
}

/**
 * The URI in the caller's certificate; without certificates nobody knows who calls.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto#config-rbac-v3-principal-authenticated
 */
function principalsOf(topology: Topology, service: Service, rule: AllowRule): readonly Json[] {
  if (!authenticates(topology)) return [{ any: true }];
  return callersOf(service, rule).map((caller) => ({
    authenticated: { principal_name: { exact: identityOf(topology.trustDomain, caller) } },
  }));
}

/**
 * A rule about paths never allows one that the application might read as another.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto#config-rbac-v3-permission
 */
function permission({ methods, paths }: AllowRule): JsonObject {
  return all([
    ...(methods === undefined ? [] : [any(methods.map((exact) => ({ header: { name: ':method', string_match: { exact } } })))]),
    ...(paths === undefined ? [] : [any(paths.map(pathIs)), { not_rule: urlPath({ safe_regex: { regex: AMBIGUOUS_PATH } }) }]),
  ]);
}

function pathIs({ kind, text }: AllowedPath): JsonObject {
  return urlPath(kind === 'exact' ? { exact: text } : { prefix: text });
}

/** The query string is not part of it. */
function urlPath(path: JsonObject): JsonObject {
  return { url_path: { path } };
}

function any(rules: readonly JsonObject[]): JsonObject {
  const [first] = rules;
  return first !== undefined && rules.length === 1 ? first : { or_rules: { rules } };
}

function all(rules: readonly JsonObject[]): JsonObject {
  const [first] = rules;
  if (first === undefined) return { any: true };
  return rules.length === 1 ? first : { and_rules: { rules } };
}
