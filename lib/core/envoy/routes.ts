import type { CallPolicy, ServiceRoute } from '../model/traffic-policy';
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
export function routes(callee: Upstream, policy: CallPolicy, { method, host = {} }: RoutesContext = {}): readonly ForwardingRoute[] {
  const only = method === undefined ? undefined : [method];
  return [...(callee.policy?.routes ?? []), undefined].flatMap((route) => {
    const changed = { ...policy, ...(route === undefined ? {} : overridesOf(route)) };
    const methods = intersection(only, route?.match.methods);
    const match = route === undefined ? ANY_PATH : routeMatch(route.match);
    const to = (conditions: RouteMatch, where: Target): readonly ForwardingRoute[] =>
      byMethod(callee, changed, methods, conditions, (kind): Forwarding => ({
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

function byMethod(
  { protocol }: Upstream,
  policy: CallPolicy,
  methods: readonly string[] | undefined,
  match: RouteMatch,
  forwarding: (kind: RetryKind) => Forwarding,
): readonly ForwardingRoute[] {
  const withMethod = (method: StringMatcher): RouteMatch => withHeader(match, { name: ':method', string_match: method });
  const oneOf = (some: readonly string[], kind: RetryKind): readonly ForwardingRoute[] => {
    const [first] = some;
    if (first === undefined) return [];
    const method: StringMatcher = some.length === 1 ? { exact: first } : { safe_regex: { regex: some.join('|') } };
    return [{ match: withMethod(method), ...forwarding(kind) }];
  };
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
