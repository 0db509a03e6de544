import type { Json, JsonObject } from './json';
import { extension, typed } from './json';
import { defined } from '../../defined';

/**
 * Envoy's generic matching, by which a virtual host may choose a route. All values of a header are one text here, with commas
 * between them, while the matchers of routes in Envoy 1.39 and later look at each value alone.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/matching/matching_api
 */
function header(name: string): JsonObject {
  return extension('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: name });
}

function predicate(name: string, value: JsonObject): JsonObject {
  return { single_predicate: { input: header(name), value_match: value } };
}

export function headerIs(name: string, exact: string): JsonObject {
  return predicate(name, { exact });
}

export function headerContains(name: string, contains: string): JsonObject {
  return predicate(name, { contains });
}

/** @param regex fits the whole value */
export function headerFits(name: string, regex: string): JsonObject {
  return predicate(name, { safe_regex: { google_re2: {}, regex } });
}

export function not(condition: JsonObject): JsonObject {
  return { not_matcher: condition };
}

/** One of several conditions. */
export function anyMatches(predicates: readonly JsonObject[]): JsonObject {
  const [first] = predicates;
  return first !== undefined && predicates.length === 1 ? first : { or_matcher: { predicate: predicates } };
}

/** What a condition leads to; the first that holds decides. */
interface Branch {
  readonly when: JsonObject;
  readonly then: JsonObject;
}

/** @param otherwise absent: nothing is chosen, which is answered with 404 */
export function firstOf(branches: readonly Branch[], otherwise?: JsonObject): JsonObject {
  return {
    matcher: {
      matcher_list: { matchers: branches.map(({ when, then }): Json => ({ predicate: when, on_match: then })) },
      ...defined({ on_no_match: otherwise }),
    },
  };
}

/** By the whole value of a header, found at once however many there are. */
export function byValue(name: string, map: Readonly<Record<string, JsonObject>>): JsonObject {
  return { matcher: { matcher_tree: { input: header(name), exact_match_map: { map } } } };
}

/** Ends a match: the first of these routes that the request fits. */
export function toRoutes(routes: readonly Json[]): JsonObject {
  return { action: { name: 'routes', typed_config: typed('envoy.config.route.v3.RouteList', { routes }) } };
}
