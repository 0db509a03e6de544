import { callPolicyOf } from '../model/call-policy';
import { ROUTE_HEADER } from '../model/edge-headers';
import type { EdgeRoute, EdgeTopology, Service } from '../model/topology';
import type { OnRouteMatch, Route, RouteHost, RouteMatcher } from './api/route';
import type { HeaderMatcher } from './api/route-components';
import type { StringMatcher } from './api/type';
import { SINGLE_HEADERS } from './edge/headers';
import { withPolicy } from './edge/route-policy';
import { routes } from './routes';
import { shadowsOf, shapePattern } from './security/edge-shapes';
import { unclearRequests } from './security/unclear-requests';
import { anyMatches, byValue, firstOf, headerContains, toRoutes } from './syntax/matcher';
import { message } from './syntax/messages';

/** The service sees the host that the client called, not the address of the gateway. */
const KEEP_HOST: RouteHost = { host_rewrite_header: 'x-forwarded-host' };

/**
 * API Gateway has matched a route and let its authorizer decide; it says which. The path is looked at only to refuse. Matched
 * anew, by two parsers, a path that the two read differently would reach one service with the permission for another; not
 * looked at, one that API Gateway has decoded since would. Routes are found by their key at once, however many there are.
 */
export function chooseRoute(edge: EdgeTopology, targets: readonly Service[]): { readonly matcher: RouteMatcher } {
  const own = edge.routes.flatMap((route): [string, OnRouteMatch][] => {
    const callee = targets.find(({ name }) => name === route.target.service);
    return callee === undefined ? [] : [[route.key, inName(route, edge, callee)]];
  });
  const unclear = anyMatches([...SINGLE_HEADERS.map((name) => headerContains(name, ',')), ...unclearRequests()]);
  return firstOf(
    [{ when: unclear, then: toRoutes([answer(400, [])]) }],
    byValue(ROUTE_HEADER, { ...Object.fromEntries(own), ...preflights(edge) }),
  );
}

/** What a request in the name of a route may be: the first of these that it fits. */
function inName(route: EdgeRoute, edge: EdgeTopology, callee: Service): OnRouteMatch {
  const shape = shapePattern(route, edge);
  const { method } = route;
  return toRoutes(
    withPolicy(edge, route, [
      ...shadowsOf(route, edge).map((shadow) =>
        answer(400, [
          path(shadow.pattern),
          ...(shadow.methods === undefined ? [] : [header(':method', { safe_regex: { regex: shadow.methods.join('|') } })]),
        ]),
      ),
      ...(shape === undefined ? [] : [answer(404, [{ ...path(shape), invert_match: true }])]),
      ...routes(callee, callPolicyOf(undefined, callee), { host: KEEP_HOST, ...(method === 'ANY' ? {} : { method }) }),
    ]),
  );
}

function header(name: string, match: StringMatcher): HeaderMatcher {
  return { name, string_match: match };
}

function path(regex: string): HeaderMatcher {
  return header(':path', { safe_regex: { regex } });
}

function answer(status: number, headers: readonly HeaderMatcher[]): Route {
  return { match: message({ prefix: '/', headers: headers.length === 0 ? undefined : headers }), direct_response: { status } };
}

/** Preflight requests on routes of the library's own making: an HTTP API puts its CORS headers on the answers. */
function preflights({ api }: EdgeTopology): Readonly<Record<string, OnRouteMatch>> {
  const answered = toRoutes([answer(204, [header(':method', { exact: 'OPTIONS' })])]);
  return Object.fromEntries(api.preflightPaths.map((each) => [`OPTIONS ${each}`, answered]));
}
