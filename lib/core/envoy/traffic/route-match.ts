import type { PathMatch, RouteMatch, ValueMatch } from '../../model/traffic-policy';
import type {
  HeaderMatcher,
  PathSpecifier,
  PresentOrStringMatch,
  QueryParameterMatcher,
  RouteMatch as EnvoyRouteMatch,
  ValueMatchSpecifier,
} from '../api/route-components';
import type { StringMatcher } from '../api/type';
import { message } from '../syntax/messages';

export const ANY_PATH: PathSpecifier = { prefix: '/' };

/**
 * The conditions of a route.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routematch
 */
export function routeMatch({ path, headers, queryParameters }: RouteMatch): EnvoyRouteMatch {
  return message({
    ...(path === undefined ? ANY_PATH : pathSpecifier(path)),
    headers: headers.length === 0 ? undefined : headers.map(headerMatcher),
    query_parameters: queryParameters.length === 0 ? undefined : queryParameters.map(queryParameterMatcher),
  });
}

function pathSpecifier({ kind, text }: PathMatch): PathSpecifier {
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
 * A missing header counts as an empty one where it must not be something.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-headermatcher
 */
export function headerMatcher(match: ValueMatch): HeaderMatcher {
  const { name, kind, invert } = match;
  return message({
    name,
    ...valueMatch(match),
    invert_match: invert ? true : undefined,
    treat_missing_header_as_empty: invert && kind !== 'present' ? true : undefined,
  });
}

function valueMatch(match: ValueMatch): ValueMatchSpecifier {
  const { kind, start = 0, end = 0 } = match;
  return kind === 'range' ? { range_match: { start: `${start}`, end: `${end}` } } : presentOrText(match);
}

/** Query parameters have no ranges. */
function queryParameterMatcher(match: ValueMatch): QueryParameterMatcher {
  return { name: match.name, ...presentOrText(match) };
}

function presentOrText({ kind, text = '' }: ValueMatch): PresentOrStringMatch {
  return kind === 'present' ? { present_match: true } : { string_match: stringMatcher(kind, text) };
}

function stringMatcher(kind: ValueMatch['kind'], text: string): StringMatcher {
  switch (kind) {
    case 'regex':
      return { safe_regex: { regex: text } };
    case 'prefix':
      return { prefix: text };
    case 'suffix':
      return { suffix: text };
    default:
      return { exact: text };
  }
}
