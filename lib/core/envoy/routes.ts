import type { CallPolicy, PathMatch, ServiceRoute } from '../model/traffic-policy';
import type { ClusterSpecifier, HeaderChanges, Route, RouteAction, RouteHost } from './api/route';
import type { HeaderMatcher, RouteMatch } from './api/route-components';
import type { StringMatcher } from './api/type';
import type { Upstream } from './traffic/upstream';
import { headerChanges } from './traffic/header-changes';
import { hashPolicy } from './traffic/load-balancing';
import { dependOnMethod, IDEMPOTENT, pathsOf, retries } from './traffic/retries';
import { rewrite } from './traffic/rewrite';
import { ANY_PATH, routeMatch } from './traffic/route-match';
import { markRoute } from './traffic/route-mark';
import { timeouts } from './traffic/timeouts';
import { mirroring, target, versionOverrides } from './traffic/versions';
import { upgrades } from './traffic/web-sockets';
import { defined } from '../defined';

/** What all routes to a callee have in common where they stand. */
export interface RoutesContext {
  /** The only method that is meant; all if undefined. */
  readonly method?: string;
  /** Which host the callee sees, if not the one that was called. */
  readonly host?: RouteHost;
  /**
   * The gRPC method that is called, as `package.Service/Method`, where a request has another path here than it has at the callee, since
   * Envoy translates it. What the callee's routes say of paths is then known beforehand.
   */
  readonly grpcMethod?: string;
}

type RetryKind = 'idempotent' | 'nonIdempotent';

/** A route to a cluster. */
export type ForwardingRoute = Route & { readonly route: RouteAction };

/** Where a route leads, beside its conditions. */
type Forwarding = HeaderChanges & { readonly route: RouteAction };

/** A part of a route's action: where requests go. */
type Target = ClusterSpecifier & Pick<RouteAction, 'request_mirror_policies'>;

/**
 * The routes of a caller to one callee: the callee's own in their order, of which the first that matches decides, and one for
 * all other requests. Each stands behind copies of itself for requests that name a version, which differ only in where they
 * go. Of each there are two, for methods that are idempotent and for all others, since they are kind in different ways.
 */
export function routes(
  callee: Upstream,
  policy: CallPolicy,
  { method, host = {}, grpcMethod }: RoutesContext = {},
): readonly ForwardingRoute[] {
  const only = method === undefined ? undefined : [method];
  const own = (callee.policy?.routes ?? []).filter((route) => takes(route, grpcMethod));
  return [...own, undefined].flatMap((route) => {
    const changed = { ...policy, ...(route === undefined ? {} : overridesOf(route)) };
    const methods = intersection(only, route?.match.methods);
    const match = route === undefined ? ANY_PATH : routeMatch(grpcMethod === undefined ? route.match : { ...route.match, path: undefined });
    const to = (conditions: RouteMatch, where: Target): readonly ForwardingRoute[] =>
      byMethod({ callee, policy: changed, methods, match: conditions, grpcMethod }, (kind): Forwarding => ({
        route: action(callee, changed, kind, where, host, route),
        ...(route === undefined ? {} : headerChanges(markRoute(callee, route))),
      }));
    return [
      ...versionOverrides(callee).flatMap((version) => to(withHeader(match, version.header), version.target)),
      ...to(match, { ...target(callee, changed, route), ...mirroring(callee, route?.mirror) }),
    ];
  });
}

/** What a route sets in place of the policy. */
function overridesOf({ timeouts: limits, retry }: ServiceRoute): Partial<CallPolicy> {
  return defined({ timeouts: limits, retry });
}

/** Methods that are in both; undefined are all. */
function intersection(some: readonly string[] | undefined, others: readonly string[] | undefined): readonly string[] | undefined {
  return some === undefined ? others : some.filter((method) => others?.includes(method) ?? true);
}

function withHeader(match: RouteMatch, header: HeaderMatcher): RouteMatch {
  return { ...match, headers: [...(match.headers ?? []), header] };
}

/** Whether a route of a gRPC service takes a method, whatever its path is here. */
function takes({ match: { path } }: ServiceRoute, grpcMethod: string | undefined): boolean {
  return grpcMethod === undefined || path === undefined || fits(path, `/${grpcMethod}`);
}

/** A gRPC service has no other paths than services, with a slash at their end, and methods. */
function fits({ kind, text }: PathMatch, path: string): boolean {
  return kind === 'prefix' ? path.startsWith(text) : path === text;
}

interface Requests {
  readonly callee: Upstream;
  readonly policy: CallPolicy;
  readonly methods: readonly string[] | undefined;
  readonly match: RouteMatch;
  readonly grpcMethod: string | undefined;
}

function byMethod(
  { callee: { protocol }, policy, methods, match, grpcMethod }: Requests,
  forwarding: (kind: RetryKind) => Forwarding,
): readonly ForwardingRoute[] {
  const withMethod = (method: StringMatcher): RouteMatch => withHeader(match, { name: ':method', string_match: method });
  const oneOf = (some: readonly string[], kind: RetryKind): readonly ForwardingRoute[] => {
    const [first] = some;
    if (first === undefined) return [];
    const method: StringMatcher = some.length === 1 ? { exact: first } : { safe_regex: { regex: some.join('|') } };
    return [{ match: withMethod(method), ...forwarding(kind) }];
  };
  if (grpcMethod !== undefined) {
    const kind = isIdempotent(grpcMethod, policy) ? 'idempotent' : 'nonIdempotent';
    return methods === undefined ? [{ match, ...forwarding(kind) }] : oneOf(methods, kind);
  }
  if (methods !== undefined) {
    const idempotent = methods.filter((method) => IDEMPOTENT.test(method) && protocol !== 'grpc');
    const others = methods.filter((method) => !idempotent.includes(method));
    return [...oneOf(idempotent, 'idempotent'), ...oneOf(others, 'nonIdempotent')];
  }
  if (protocol === 'grpc') return byGrpcMethod(policy, match, forwarding);
  if (!dependOnMethod(policy)) return [{ match, ...forwarding('nonIdempotent') }];
  return [
    { match: withMethod({ safe_regex: { regex: IDEMPOTENT.source } }), ...forwarding('idempotent') },
    { match, ...forwarding('nonIdempotent') },
  ];
}

/** By HTTP all methods of gRPC are POST; which may run twice, the user says. */
function byGrpcMethod(policy: CallPolicy, match: RouteMatch, forwarding: (kind: RetryKind) => Forwarding): readonly ForwardingRoute[] {
  const { idempotentMethods } = policy.retry;
  const others: ForwardingRoute = { match, ...forwarding('nonIdempotent') };
  if (idempotentMethods === undefined || !dependOnMethod(policy)) return [others];
  const method: HeaderMatcher = { name: ':path', string_match: { safe_regex: { regex: pathsOf(idempotentMethods) } } };
  return [{ match: withHeader(match, method), ...forwarding('idempotent') }, others];
}

function isIdempotent(grpcMethod: string, { retry: { idempotentMethods = [] } }: CallPolicy): boolean {
  return new RegExp(`^${pathsOf(idempotentMethods)}$`).test(`/${grpcMethod}`);
}

function action(callee: Upstream, policy: CallPolicy, kind: RetryKind, to: Target, host: RouteHost, route?: ServiceRoute): RouteAction {
  return {
    ...to,
    ...timeouts(policy.timeouts, callee.protocol),
    ...retries(callee, policy, kind),
    ...hashPolicy(policy),
    ...upgrades(callee),
    ...(route?.rewrite?.host === undefined ? host : {}),
    ...rewrite(route?.rewrite),
  };
}
