import { defined } from '../defined';
import { named } from '../model/by-name';
import { callPolicyOf } from '../model/call-policy';
import { ROUTE_HEADER } from '../model/edge-headers';
import type { EdgeRoute, EdgeTopology, Service } from '../model/topology';
import type { OnRouteMatch, Route, RouteHost, RouteMatcher } from './api/route';
import { toAggregator } from './edge/aggregator';
import type { Refusal } from './edge/answers';
import { answer, header, path } from './edge/answers';
import { SINGLE_HEADERS } from './edge/headers';
import { closedRoute } from './edge/throttle';
import { grpcRefusals, grpcRoutes } from './grpc-routes';
import { policyOfEdge } from './edge/route-policy';
import { routes } from './routes';
import { exactPattern, shadowsOf, shapePattern } from './security/edge-shapes';
import { unclearRequests } from './security/unclear-requests';
import type { Branch, HttpPredicate } from './syntax/matcher';
import { allMatch, anyMatches, byValue, firstOf, headerContains, headerFits, headerIs, toRoutes } from './syntax/matcher';

/** The service sees the host that the client called, not the address of the gateway. */
export const KEEP_HOST: RouteHost = { host_rewrite_header: 'x-forwarded-host' };

/**
 * API Gateway has matched a route and let its authorizer decide; it says which. The path is looked at only to refuse. Matched
 * anew, by two parsers, a path that the two read differently would reach one service with the permission for another; not
 * looked at, one that API Gateway has decoded since would. Routes are found by their key at once, however many there are.
 */
export function chooseRoute(edge: EdgeTopology, targets: readonly Service[]): { readonly matcher: RouteMatcher } {
  const withPolicy = policyOfEdge(edge);
  const own = edge.routes.map((route): [string, OnRouteMatch] => [route.key, toRoutes(withPolicy(route, inName(route, edge, targets)))]);
  const unclear = anyMatches([...SINGLE_HEADERS.map((name) => headerContains(name, ',')), ...unclearRequests()]);
  return firstOf(
    [{ when: unclear, then: toRoutes([answer(400, [])]) }],
    byValue(ROUTE_HEADER, { ...Object.fromEntries(own), ...preflights(edge) }),
  );
}

/**
 * On the port of an authorizer, where nobody names a route: it is found by method and path, as API Gateway finds it. All routes are looked
 * at, so that a request that belongs to one of another authorizer is none of the less specific ones here; it is answered as if there were
 * no such route. What stands in front chooses the port by the path, too: where the two read one differently, a request finds nothing.
 */
export function findRoute(edge: EdgeTopology, authorizer: string, targets: readonly Service[]): { readonly matcher: RouteMatcher } {
  const withPolicy = policyOfEdge(edge);
  const notFound = toRoutes([answer(404)]);
  const branches = edge.routes.map((route): Branch => ({
    when: takes(route),
    then:
      route.authorizer === authorizer
        ? toRoutes([...closedRoute(edge, route), ...withPolicy(route, inName(route, edge, targets))])
        : notFound,
  }));
  return firstOf([{ when: anyMatches(unclearRequests()), then: toRoutes([answer(400)]) }, ...branches], notFound);
}

function takes({ method, path: template, segments }: EdgeRoute): HttpPredicate {
  const ofPath = headerFits(':path', template === '$default' ? ANYTHING : exactPattern(segments));
  return method === 'ANY' ? ofPath : allMatch([headerIs(':method', method), ofPath]);
}

const ANYTHING = '.*';

/** What a request in the name of a route may be: the first of these that it fits. */
function inName(route: EdgeRoute, edge: EdgeTopology, targets: readonly Service[]): readonly Route[] {
  const refused = refusals(route, edge);
  const answers =
    route.target.kind === 'grpc' ? grpcRefusals(route.target, refused) : refused.map(({ status, headers }) => answer(status, headers));
  return [...answers, ...toTarget(route, targets)];
}

function toTarget(route: EdgeRoute, targets: readonly Service[]): readonly Route[] {
  const { key, method, target } = route;
  if (target.kind === 'aggregate') return [toAggregator(key, method, target.aggregation)];
  const callee = named(targets, target.service);
  if (callee === undefined) return [];
  return target.kind === 'grpc' ? grpcRoutes(route, target, callee, KEEP_HOST) : routesTo(callee, method === 'ANY' ? undefined : method);
}

function refusals(route: EdgeRoute, edge: EdgeTopology): readonly Refusal[] {
  const shape = shapePattern(route, edge);
  return [
    ...shadowsOf(route, edge).map(({ pattern, methods }): Refusal => ({
      status: 400,
      headers: [path(pattern), ...(methods === undefined ? [] : [header(':method', { safe_regex: { regex: methods.join('|') } })])],
      text: 'The path belongs to another route.',
    })),
    ...(shape === undefined
      ? []
      : [{ status: 404, headers: [{ ...path(shape), invert_match: true }], text: 'The path is none of this route.' }]),
  ];
}

/** @param method the only one that is meant */
export function routesTo(callee: Service, method: string | undefined): readonly Route[] {
  return routes(callee, callPolicyOf(undefined, callee), { host: KEEP_HOST, ...defined({ method }) });
}

/** Preflight requests on routes of the library's own making: an HTTP API puts its CORS headers on the answers. */
function preflights({ api }: EdgeTopology): Readonly<Record<string, OnRouteMatch>> {
  const answered = toRoutes([answer(204, [header(':method', { exact: 'OPTIONS' })])]);
  return Object.fromEntries(api.preflightPaths.map((each) => [`OPTIONS ${each}`, answered]));
}
