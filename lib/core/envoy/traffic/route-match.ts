import type { PathMatch, RouteMatch, ValueMatch } from '../../model/traffic-policy';
import type { Json, JsonObject } from '../syntax/json';
import { defined } from '../../defined';

/**
 * The conditions of a route, beside those of what it is a part of.
 *
 * @param within what every request here fits; a path of the route's own stands in place of its path
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routematch
 */
export function routeMatch(within: JsonObject, { path, headers, queryParameters }: RouteMatch): JsonObject {
  const { prefix, headers: outer = [], ...rest } = within;
  const all = [...(outer as readonly Json[]), ...headers.map(headerMatcher)];
  return {
    ...(path === undefined ? defined({ prefix }) : pathSpecifier(path)),
    ...rest,
    ...(all.length === 0 ? {} : { headers: all }),
    ...(queryParameters.length === 0
      ? {}
      : { query_parameters: queryParameters.map((match) => ({ name: match.name, ...valueMatch(match) })) }),
  };
}

function pathSpecifier({ kind, text }: PathMatch): JsonObject {
  switch (kind) {
    case 'exact':
      return { path: text };
    case 'prefix':
      return { prefix: text };
    case 'regex':
      return { safe_regex: { regex: text } };
  }
}

/**
 * A header that is not there is taken for an empty one where it must not be something.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-headermatcher
 */
export function headerMatcher(match: ValueMatch): JsonObject {
  const { name, kind, invert } = match;
  return {
    name,
    ...valueMatch(match),
    ...(invert ? { invert_match: true, ...(kind === 'present' ? {} : { treat_missing_header_as_empty: true }) } : {}),
  };
}

function valueMatch({ kind, text = '', start = 0, end = 0 }: ValueMatch): JsonObject {
  switch (kind) {
    case 'present':
      return { present_match: true };
    // 64 bits, which JSON writes as texts.
    case 'range':
      return { range_match: { start: String(start), end: String(end) } };
    case 'regex':
      return { string_match: { safe_regex: { regex: text } } };
    default:
      return { string_match: { [kind]: text } };
  }
}
