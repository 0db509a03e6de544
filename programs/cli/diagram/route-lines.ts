import type { EdgeDescription, RouteDescription } from '../../../lib/core/description/system-description';

/** More make a box that is higher than a page. */
const ROUTES = 12;

/** About the width of a box with a long name. */
const PATH = 44;

/** The routes of an edge, as lines of its box: the first ones, shortened, and all, whole. */
export function routeLines({ routes, authorizers }: Pick<EdgeDescription, 'routes' | 'authorizers'>): {
  readonly shown: readonly string[];
  readonly all: readonly string[];
} {
  const several = authorizers.length > 1;
  const lineOf = (route: RouteDescription, key: string): string => `${key} → ${targetOf(route)}${several ? ` · ${route.authorizer}` : ''}`;
  const all = routes.map((route) => lineOf(route, route.key));
  const some = routes.length > ROUTES + 1 ? routes.slice(0, ROUTES) : routes;
  const shown = some.map((route) => lineOf(route, shorten(route.key)));
  return { all, shown: [...shown, ...(some.length < routes.length ? [`and ${routes.length - some.length} more routes`] : [])] };
}

export function targetOf({ target }: RouteDescription): string {
  return target.services.join(' + ');
}

function shorten(key: string): string {
  return key.length > PATH ? `${key.slice(0, PATH - 1)}…` : key;
}
