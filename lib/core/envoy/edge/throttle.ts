import type { EdgeRoute, EdgeTopology, Throttle } from '../../model/topology';
import type { HttpFilter, LocalRateLimit } from '../api/http-filters';
import type { Route, TypedPerFilterConfig } from '../api/route';
import { message, named, typed } from '../syntax/messages';
import { answer } from './answers';
import { ENFORCED, tokenBucket } from './token-bucket';

/**
 * A token bucket for each route of a port, which its tasks have each for itself, and which all workers of an Envoy share. What stands in
 * front of others has limits of its own.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export function throttleFilters(edge: EdgeTopology, authorizer: string): readonly HttpFilter[] {
  return edge.routes.flatMap((route): HttpFilter[] => {
    const throttle = throttleOf(edge, route);
    if (route.authorizer !== authorizer || throttle === undefined || throttle.rateLimit === 0) return [];
    const settings: LocalRateLimit = { stat_prefix: 'throttle', token_bucket: tokenBucket(throttle), ...ENFORCED };
    return [
      message<HttpFilter>({
        ...named(nameOf(edge, route), 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', settings),
        disabled: true,
      }),
    ];
  });
}

/** Its settings for the routes of an edge's route. */
export function throttleOfRoute(edge: EdgeTopology, route: EdgeRoute): TypedPerFilterConfig {
  const throttle = throttleOf(edge, route);
  if (throttle === undefined || throttle.rateLimit === 0) return {};
  return { [nameOf(edge, route)]: typed('envoy.config.route.v3.FilterConfig', { config: {} }) };
}

/** A route that lets nobody through, as API Gateway has it where both values are 0. */
export function closedRoute(edge: EdgeTopology, route: EdgeRoute): readonly Route[] {
  return throttleOf(edge, route)?.rateLimit === 0 ? [answer(429)] : [];
}

/** Absent where API Gateway has the limit. */
function throttleOf({ api, throttle }: EdgeTopology, route: EdgeRoute): Throttle | undefined {
  return api.ports === undefined ? undefined : (route.throttle ?? throttle);
}

function nameOf({ routes }: EdgeTopology, route: EdgeRoute): string {
  return `throttle.${routes.indexOf(route) + 1}`;
}
