import type { ParsedKey } from './edge-routes';
import { shapeOf } from './edge-routes';

/**
 * Where an HTTP API with CORS needs a route of its own for preflight requests. API Gateway answers them itself where
 * no route takes them; a route for every method does, and its authorizer would refuse them, because browsers send
 * them without credentials. So such a route gets a sibling for OPTIONS that anyone may use.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 *
 * @returns the paths, one for each shape
 */
export function preflightPaths<Route extends ParsedKey>(routes: readonly Route[], isPublic: (route: Route) => boolean): readonly string[] {
  const refused = routes.filter((route) => route.method === 'ANY' && !isPublic(route));
  // By shape: API Gateway takes "/{id}" and "/{name}" for the same. Of two names the first stays.
  const byShape = new Map(refused.flatMap(preflightsOf).reverse());
  for (const route of routes) if (route.method === 'OPTIONS') byShape.delete(shapeOf(route.segments));
  return [...byShape.values()].reverse();
}

/** Shapes and paths. The default route takes whatever no other does, but OPTIONS cannot be left to it in part. */
function preflightsOf(route: ParsedKey): readonly (readonly [string, string])[] {
  return route.path === '$default'
    ? [
        ['/', '/'],
        [shapeOf(route.segments), '/{proxy+}'],
      ]
    : [[shapeOf(route.segments), route.path]];
}
