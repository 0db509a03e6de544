import type { CallPolicy, ServiceRoute } from '../model/traffic-policy';
import type { Upstream } from './traffic/upstream';
import { headerChanges } from './traffic/header-changes';
import type { Json, JsonObject } from './syntax/json';
import { hashPolicy } from './traffic/load-balancing';
import { IDEMPOTENT, differByMethod, retries } from './traffic/retries';
import { rewrite } from './traffic/rewrite';
import { routeMatch } from './traffic/route-match';
import { timeouts } from './traffic/timeouts';
import { mirroring, pins, target } from './traffic/versions';
import { upgrades } from './traffic/web-sockets';
import { defined } from '../defined';

/** What all routes to a callee have in common where they stand. */
export interface RoutesContext {
  /** What a request must fit; by default any does. */
  readonly match?: JsonObject;
  /** The only method that is meant; all if undefined. */
  readonly method?: string;
  /** Which host the callee sees, if not the one that was called. */
  readonly host?: JsonObject;
}

type Kind = 'idempotent' | 'careful';

/**
 * The routes of a caller to one callee: the callee's own in their order, of which the first that matches decides, and one for
 * all other requests. Each stands behind copies of itself for requests that name a version, which differ only in where they
 * go. Of each there are two, for methods that are idempotent and for all others, since they are retried in different ways.
 */
export function routes(callee: Upstream, policy: CallPolicy, { match = { prefix: '/' }, method, host = {} }: RoutesContext = {}): Json[] {
  const asked = method === undefined ? undefined : [method];
  return [...(callee.policy?.routes ?? []), undefined].flatMap((route) => {
    const changed = { ...policy, ...(route === undefined ? {} : differences(route)) };
    const methods = both(asked, route?.match.methods);
    const matches = route === undefined ? match : routeMatch(match, route.match);
    const to = (conditions: JsonObject, where: JsonObject): Json[] =>
      byMethod(callee, changed, methods, conditions, (kind) => ({
        route: action(callee, changed, kind, where, host, route),
        ...(route === undefined ? {} : headerChanges(route)),
      }));
    return [
      ...pins(callee).flatMap((pin) => to(withHeader(matches, pin.header), pin.target)),
      ...to(matches, { ...target(callee, changed, route), ...mirroring(callee, route?.mirror) }),
    ];
  });
}

/** What a route says in place of the policy. */
function differences({ timeouts: limits, retry }: ServiceRoute): Partial<CallPolicy> {
  return defined({ timeouts: limits, retry });
}

/** Methods that are in both; undefined are all. */
function both(some: readonly string[] | undefined, others: readonly string[] | undefined): readonly string[] | undefined {
  return some === undefined ? others : some.filter((method) => others?.includes(method) ?? true);
}

function withHeader(match: JsonObject, header: JsonObject): JsonObject {
  return { ...match, headers: [...((match['headers'] as readonly Json[] | undefined) ?? []), header] };
}

function byMethod(
  { protocol }: Upstream,
  policy: CallPolicy,
  methods: readonly string[] | undefined,
  match: JsonObject,
  rest: (kind: Kind) => JsonObject,
): Json[] {
  const only = (methodMatch: JsonObject): JsonObject => withHeader(match, { name: ':method', string_match: methodMatch });
  const oneOf = (some: readonly string[], kind: Kind): Json[] => {
    const [first] = some;
    if (first === undefined) return [];
    return [{ match: only(some.length === 1 ? { exact: first } : { safe_regex: { regex: some.join('|') } }), ...rest(kind) }];
  };
  if (methods !== undefined) {
    const eager = methods.filter((method) => IDEMPOTENT.test(method) && protocol !== 'grpc');
    return [
      ...oneOf(eager, 'idempotent'),
      ...oneOf(
        methods.filter((method) => !eager.includes(method)),
        'careful',
      ),
    ];
  }
  if (protocol === 'grpc' || !differByMethod(policy)) return [{ match, ...rest('careful') }];
  return [
    { match: only({ safe_regex: { regex: IDEMPOTENT.source } }), ...rest('idempotent') },
    { match, ...rest('careful') },
  ];
}

/** @param to where requests go */
function action(callee: Upstream, policy: CallPolicy, kind: Kind, to: JsonObject, host: JsonObject, route?: ServiceRoute): JsonObject {
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
