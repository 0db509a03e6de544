import type { Service } from '../../model/topology';
import type { HeaderChanges as RequestHeaders, ServiceRoute } from '../../model/traffic-policy';
import type { HeaderMutation } from '../api/header-mutation';
import type { HeaderChanges, Route, TypedPerFilterConfig } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import { compressionOfRoute, hasOwnCompression } from './compression';
import type { Upstream } from './upstream';

/**
 * By which a caller's Envoy tells the callee's which route it has taken: the callee sees the path after the rewrite, and could not
 * find out. It decides only how the answer to the caller is written, so nobody gains by forging it.
 */
const ROUTE_MARK_HEADER = 'x-mesh-route';

const NO_CHANGES: RequestHeaders = { set: {}, add: {}, remove: [] };

/** A route whose name the callee has to know sends it along. */
export function markRoute({ policy }: Upstream, route: ServiceRoute): ServiceRoute {
  if (policy === undefined || !hasOwnCompression(policy, route)) return route;
  const changes = route.requestHeaders ?? NO_CHANGES;
  return { ...route, requestHeaders: { ...changes, set: { ...changes.set, [ROUTE_MARK_HEADER]: route.name } } };
}

/** Takes a mark off that a client or an application has sent. */
export function removeForeignMarks(callees: readonly Upstream[]): readonly HeaderMutation[] {
  return callees.some(readsMarks) ? [{ remove: ROUTE_MARK_HEADER }] : [];
}

/** The application sees no mark. */
export function hideMarks(callee: Service): Pick<HeaderChanges, 'request_headers_to_remove'> {
  return readsMarks(callee) ? { request_headers_to_remove: [ROUTE_MARK_HEADER] } : {};
}

/**
 * The routes of a service's own Envoy: first for requests that come by a route with a compression of its own, then for all others.
 *
 * @param all routes
 */
export function compressionRoutes({ policy }: Service, all: readonly Route[]): readonly Route[] {
  const marked = policy.routes.filter((route) => hasOwnCompression(policy, route));
  return [
    ...marked.flatMap((route) =>
      all.map((each): Route => ({
        ...each,
        match: { ...each.match, headers: [hasMark(route.name), ...(each.match.headers ?? [])] },
        ...(each.route === undefined ? {} : perFilter(each, compressionOfRoute(policy, route))),
      })),
    ),
    ...all,
  ];
}

function perFilter({ typed_per_filter_config: given }: Route, more: TypedPerFilterConfig): Pick<Route, 'typed_per_filter_config'> {
  return { typed_per_filter_config: { ...given, ...more } };
}

function readsMarks({ policy }: Upstream): boolean {
  return policy?.routes.some((route) => hasOwnCompression(policy, route)) ?? false;
}

function hasMark(route: string): HeaderMatcher {
  return { name: ROUTE_MARK_HEADER, string_match: { exact: route } };
}
