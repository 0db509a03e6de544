import type { ResponseHeaderChanges } from '../../model/route-policy';
import type { EdgeRoute, EdgeTopology } from '../../model/topology';
import type { Compression } from '../../model/traffic-policy';
import type { HeaderMutation } from '../api/header-mutation';
import type { HttpFilter } from '../api/http-filters';
import type { Duration } from '../api/protobuf';
import type { Route, TypedPerFilterConfig } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import { duration, labelOf, message, named, typed } from '../syntax/messages';
import { compressorsOf, namesOf } from '../traffic/compression';
import { headerValue } from '../traffic/header-changes';
import { identityOfRoute } from './identity';

const HEADERS_FILTER = 'response-headers';
const BUFFER = 'envoy.extensions.filters.http.buffer.v3.Buffer';

/**
 * What routes of an edge switch on for themselves. It stands in front of all others, so that the answers of those, such as 401 of a token,
 * have the headers, too.
 */
export function responseHeadersFilter({ routes }: EdgeTopology): readonly HttpFilter[] {
  if (routes.every(({ policy }) => policy?.responseHeaders === undefined)) return [];
  return [
    message<HttpFilter>({
      ...named(HEADERS_FILTER, 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', { mutations: {} }),
      disabled: true,
    }),
  ];
}

/** What is behind those that refuse a request. */
export function routePolicyFilters(edge: EdgeTopology): readonly HttpFilter[] {
  const tokens = edge.authorizers.flatMap(({ identity }) => identity ?? []);
  const buffered = edge.routes.flatMap(({ policy }) => policy?.maxRequestBytes ?? []);
  return [
    ...(buffered.length === 0
      ? []
      : [message<HttpFilter>({ ...named(labelOf(BUFFER), BUFFER, { max_request_bytes: Math.max(...buffered) }), disabled: true })]),
    ...variantsOf(edge).flatMap((compression, index) => compressorsOf(compression, variantName(index), tokens)),
  ];
}

/**
 * What an edge says of the requests of a route, whatever they lead to.
 *
 * @param routes where Envoy sends them
 */
export function withPolicy(edge: EdgeTopology, edgeRoute: EdgeRoute, routes: readonly Route[]): readonly Route[] {
  const { maxRequestBytes, timeoutSeconds } = edgeRoute.policy ?? {};
  const filters = { ...identityOfRoute(edge, edgeRoute), ...responseHeadersOf(edgeRoute), ...compressionOf(edge, edgeRoute) };
  const own = routes.map((route) => withFilters(timeoutSeconds === undefined ? route : withTimeout(route, timeoutSeconds), filters));
  return maxRequestBytes === undefined ? own : limited(own, maxRequestBytes, responseHeadersOf(edgeRoute));
}

/** Its answers of its own. */
export function answerWithPolicy(edgeRoute: EdgeRoute, route: Route): Route {
  return withFilters(route, responseHeadersOf(edgeRoute));
}

function withFilters(route: Route, filters: TypedPerFilterConfig): Route {
  if (Object.keys(filters).length === 0) return route;
  return { ...route, typed_per_filter_config: { ...route.typed_per_filter_config, ...filters } };
}

function responseHeadersOf({ policy }: EdgeRoute): TypedPerFilterConfig {
  if (policy?.responseHeaders === undefined) return {};
  return {
    [HEADERS_FILTER]: typed('envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute', {
      mutations: { response_mutations: mutationsOf(policy.responseHeaders) },
    }),
  };
}

function mutationsOf({ remove, set, addIfAbsent }: ResponseHeaderChanges): readonly HeaderMutation[] {
  return [
    ...remove.map((name): HeaderMutation => ({ remove: name })),
    ...Object.entries(set).map(([key, value]): HeaderMutation => ({ append: headerValue(key, value, true) })),
    ...Object.entries(addIfAbsent).map(([key, value]): HeaderMutation => ({
      append: { ...headerValue(key, value, false), append_action: 'ADD_IF_ABSENT' },
    })),
  ];
}

/** Each compression that a route of the edge has, once. */
function variantsOf({ routes }: EdgeTopology): readonly Compression[] {
  const all = routes.flatMap(({ policy }) => policy?.compression ?? []);
  return [...new Map(all.map((compression) => [JSON.stringify(compression), compression])).values()];
}

function variantName(index: number): string {
  return String(index + 1);
}

function compressionOf(edge: EdgeTopology, { policy }: EdgeRoute): TypedPerFilterConfig {
  const { compression } = policy ?? {};
  if (compression === undefined) return {};
  const index = variantsOf(edge).findIndex((each) => JSON.stringify(each) === JSON.stringify(compression));
  return Object.fromEntries(
    namesOf({ route: variantName(index), compression }).map((name) => [name, typed('envoy.config.route.v3.FilterConfig', { config: {} })]),
  );
}

/** The shorter one of it and of what the service has. "0s" is "no limit". */
function withTimeout(route: Route, seconds: number): Route {
  const { route: action } = route;
  if (action === undefined) return route;
  const given = action.timeout === undefined || action.timeout === '0s' ? Infinity : Number.parseFloat(action.timeout);
  const timeout: Duration = duration(Math.min(given, seconds));
  return { ...route, route: { ...action, timeout } };
}

/** A request with a length need not be held back to be counted, since HTTP makes sure that no more comes. */
function limited(routes: readonly Route[], bytes: number, headers: TypedPerFilterConfig): readonly Route[] {
  const hasLength: HeaderMatcher = { name: 'content-length', present_match: true };
  const small: HeaderMatcher = { name: 'content-length', range_match: { start: '0', end: `${bytes + 1}` } };
  const counted = {
    [labelOf(BUFFER)]: typed('envoy.extensions.filters.http.buffer.v3.BufferPerRoute', { buffer: { max_request_bytes: bytes } }),
  };
  const tooLarge: Route = {
    match: { prefix: '/', headers: [hasLength, { ...small, invert_match: true }] },
    direct_response: { status: 413 },
    // By which it becomes what clients of JSON get for a call of gRPC.
    ...nameOf(routes.at(-1)),
  };
  return [
    withFilters(tooLarge, headers),
    ...routes.map((route): Route => ({ ...route, match: { ...route.match, headers: [small, ...(route.match.headers ?? [])] } })),
    ...routes.map((route) => withFilters(route, counted)),
  ];
}

function nameOf(route: Route | undefined): Pick<Route, 'name'> {
  return route?.name === undefined ? {} : { name: route.name };
}
