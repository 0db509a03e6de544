import type { EdgeRoute, EdgeTopology } from '../../model/topology';
import type { Route } from '../api/route';
import { identityOfRoute } from './identity';

/** What an edge says of the requests of a route, whatever they lead to: it stands on each route that Envoy has for it. */
export function withPolicy(edge: EdgeTopology, edgeRoute: EdgeRoute): (route: Route) => Route {
  const filters = identityOfRoute(edge, edgeRoute);
  if (Object.keys(filters).length === 0) return (route) => route;
  return (route) => ({ ...route, typed_per_filter_config: { ...route.typed_per_filter_config, ...filters } });
}
