import type { RouteAction, RoutePlan, RouteSpec } from './resources';
import type { Service } from '../../model/topology';
import type { RouteMatch, RetryPolicy, ServiceRoute, Timeouts } from '../../model/traffic-policy';
import { waysToFit } from './missing-headers';
import type { RetryKind } from './retries';
import { dependsOnMethod, retryPolicy } from './retries';
import { grpcMatch, httpMatch } from './route-match';
import { targetsOf } from './targets';
import { timeout } from './timeouts';

/** RFC 9110, section 9.2.2, of the methods that App Mesh can match; the others are idempotent. */
const NOT_IDEMPOTENT: readonly string[] = ['POST', 'PATCH'];

const EVERYTHING: RouteMatch = { headers: [], queryParameters: [] };

/** What one of the service's routes, or the last one, for all other requests, comes down to. */
interface Rule {
  readonly name: string;
  readonly match: RouteMatch;
  readonly action: RouteAction;
  readonly timeouts: Timeouts;
  readonly retry: RetryPolicy;
}

/** The routes of a service's router. Their priorities keep the order of the props: the first one that matches decides. */
export function routesOf(service: Service): readonly RoutePlan[] {
  const specs =
    service.protocol === 'tcp'
      ? [{ name: 'all', spec: tcpRoute(service) }]
      : [...service.policy.routes.map((route) => ruleOf(service, route)), lastRule(service)]
          .flatMap((rule) => [...pinned(service, rule), rule])
          .flatMap(withMissingHeaders)
          .flatMap((rule) => (service.protocol === 'grpc' ? [grpcRoute(rule)] : httpRoutes(service, rule)));
  return specs.map(({ name, spec }, index) => ({
    name,
    router: service.name,
    spec: specs.length === 1 ? spec : { priority: index, ...spec },
  }));
}

export function timeoutsOf(service: Service): readonly Timeouts[] {
  return [service.callPolicy.timeouts, ...service.policy.routes.flatMap((route) => route.timeouts ?? [])];
}

function ruleOf(service: Service, route: ServiceRoute): Rule {
  const { timeouts, retry } = service.callPolicy;
  return {
    name: route.name,
    match: route.match,
    action: targetsOf(service, route.versions),
    timeouts: route.timeouts ?? timeouts,
    retry: route.retry ?? retry,
  };
}

/** A rule again, for requests that name a version: they go to it, whatever the weights say. */
function pinned(service: Service, rule: Rule): readonly Rule[] {
  const { versions = [], versionHeader: header } = service;
  if (header === undefined) return [];
  return versions.map(({ name }) => ({
    ...rule,
    name: `${rule.name}_version_${name}`,
    match: { ...rule.match, headers: [...rule.match.headers, { name: header, kind: 'exact', text: name, invert: false }] },
    action: { weightedTargets: targetsOf(service, { [name]: 1 }).weightedTargets.filter(({ weight }) => weight > 0) },
  }));
}

function withMissingHeaders(rule: Rule): readonly Rule[] {
  return waysToFit(rule.match).map(({ suffix, match }) => ({ ...rule, name: `${rule.name}${suffix}`, match }));
}

/** The underscore keeps its name apart from those of users, which are DNS labels. */
function lastRule(service: Service): Rule {
  const { timeouts, retry } = service.callPolicy;
  return { name: 'all_others', match: EVERYTHING, action: targetsOf(service), timeouts, retry };
}

interface Named {
  readonly name: string;
  readonly spec: RouteSpec;
}

/** App Mesh matches one method a route. So a rule is as many routes as it names methods, or as it has ways to retry. */
function httpRoutes(service: Service, rule: Rule): readonly Named[] {
  const methods = rule.match.methods ?? (dependsOnMethod(rule.retry) ? NOT_IDEMPOTENT : []);
  const rest = rule.match.methods === undefined ? [httpRoute(service, rule, undefined)] : [];
  return [...methods.map((method) => httpRoute(service, rule, method)), ...rest];
}

function httpRoute({ protocol }: Service, rule: Rule, method: string | undefined): Named {
  const kind: RetryKind = method !== undefined && NOT_IDEMPOTENT.includes(method) && !rule.retry.anyMethod ? 'careful' : 'idempotent';
  const route = {
    match: httpMatch(rule.match, method),
    action: rule.action,
    retryPolicy: retryPolicy(rule.retry, rule.timeouts, kind),
    ...optionalTimeout(timeout(rule.timeouts, protocol)),
  };
  return {
    name: method === undefined ? rule.name : `${rule.name}_${method.toLowerCase()}`,
    spec: protocol === 'http2' ? { http2Route: route } : { httpRoute: route },
  };
}

/** Whether a gRPC method is idempotent cannot be known. */
function grpcRoute({ name, match, action, timeouts, retry }: Rule): Named {
  return {
    name,
    spec: {
      grpcRoute: {
        match: grpcMatch(match),
        action,
        retryPolicy: retryPolicy(retry, timeouts, retry.anyMethod ? 'idempotent' : 'careful'),
        ...optionalTimeout(timeout(timeouts, 'grpc')),
      },
    },
  };
}

function tcpRoute(service: Service): RouteSpec {
  return { tcpRoute: { action: targetsOf(service), ...optionalTimeout(timeout(service.callPolicy.timeouts, 'tcp')) } };
}

function optionalTimeout(value: ReturnType<typeof timeout>): { readonly timeout?: NonNullable<ReturnType<typeof timeout>> } {
  return value === undefined ? {} : { timeout: value };
}
