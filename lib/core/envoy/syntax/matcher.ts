import type { FieldMatcher, HttpExchangeInputs, HttpInputs, Predicate, ValueMatcher } from '../api/generic-matcher';
import type { OnRouteMatch, Route, RouteActions, RouteMatcher } from '../api/route';
import type { TypedExtensionConfig } from '../api/core';
import { extension, message, typed } from './messages';

/**
 * Envoy's generic matching, by which a virtual host may choose a route. All values of a header are one text here, with commas
 * between them, while the matchers of routes in Envoy 1.39 and later look at each value alone.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/matching/matching_api
 */
export type HttpPredicate = Predicate<HttpInputs>;

function header(name: string): TypedExtensionConfig<HttpInputs> {
  return extension('envoy.type.matcher.v3.HttpRequestHeaderMatchInput', { header_name: name });
}

function predicate(name: string, value: ValueMatcher): HttpPredicate {
  return { single_predicate: { input: header(name), value_match: value } };
}

export function headerIs(name: string, exact: string): HttpPredicate {
  return predicate(name, { exact });
}

export function headerContains(name: string, contains: string): HttpPredicate {
  return predicate(name, { contains });
}

/** @param regex fits the whole value */
export function headerFits(name: string, regex: string): HttpPredicate {
  return predicate(name, { safe_regex: { google_re2: {}, regex } });
}

/** @param regex fits the whole value, of the response */
export function responseHeaderFits(name: string, regex: string): Predicate<HttpExchangeInputs> {
  const input = extension('envoy.type.matcher.v3.HttpResponseHeaderMatchInput', { header_name: name });
  return { single_predicate: { input, value_match: { safe_regex: { google_re2: {}, regex } } } };
}

export function not<Inputs>(condition: Predicate<Inputs>): Predicate<Inputs> {
  return { not_matcher: condition };
}

/** One of several conditions. */
export function anyMatches<Inputs>(predicates: readonly Predicate<Inputs>[]): Predicate<Inputs> {
  const [first] = predicates;
  return first !== undefined && predicates.length === 1 ? first : { or_matcher: { predicate: predicates } };
}

/** All of several conditions. */
export function allMatch<Inputs>(predicates: readonly Predicate<Inputs>[]): Predicate<Inputs> {
  const [first] = predicates;
  return first !== undefined && predicates.length === 1 ? first : { and_matcher: { predicate: predicates } };
}

/** What a condition leads to; the first that holds decides. */
export interface Branch {
  readonly when: HttpPredicate;
  readonly then: OnRouteMatch;
}

/** @param otherwise absent: nothing is chosen, which is answered with 404 */
export function firstOf(branches: readonly Branch[], otherwise?: OnRouteMatch): { readonly matcher: RouteMatcher } {
  return {
    matcher: message({
      matcher_list: {
        matchers: branches.map(({ when, then }): FieldMatcher<HttpInputs, RouteActions> => ({ predicate: when, on_match: then })),
      },
      on_no_match: otherwise,
    }),
  };
}

/** By the whole value of a header, found at once however many there are. */
export function byValue(name: string, map: Readonly<Record<string, OnRouteMatch>>): OnRouteMatch {
  return { matcher: { matcher_tree: { input: header(name), exact_match_map: { map } } } };
}

/** Ends a match: the first of these routes that the request fits. */
export function toRoutes(routes: readonly Route[]): OnRouteMatch {
  return { action: { name: 'routes', typed_config: typed('envoy.config.route.v3.RouteList', { routes }) } };
}
