import type { ResponseHeaderChanges } from '../../model/route-policy';
import type { EdgeRoute, EdgeTopology } from '../../model/topology';
import type { Compression } from '../../model/traffic-policy';
import type { HeaderMutation } from '../api/header-mutation';
import type { HttpFilter } from '../api/http-filters';
import type { Duration } from '../api/protobuf';
import type { MaxStreamDuration, Route, TypedPerFilterConfig } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import { duration, labelOf, message, named, typed } from '../syntax/messages';
import { compressorsOf, namesOf } from '../traffic/compression';
import { headerValue } from '../traffic/header-changes';
import { BUFFER, heldUpTo } from '../traffic/request-size';
import { clientThrottleOfRoute } from './client-throttle';
import { JSON_ROUTE } from './grpc-replies';
import { identityOfRoute } from './identity';
import { throttleOfRoute } from './throttle';

const HEADERS_FILTER = 'response-headers';

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

/** @param routes in their order: what Envoy answers itself, such as refusals, and where it sends requests */
type WithPolicy = (edgeRoute: EdgeRoute, routes: readonly Route[]) => readonly Route[];

/** What an edge says of the requests of its routes, whatever they lead to. */
export function policyOfEdge(edge: EdgeTopology): WithPolicy {
  const variants = variantsOf(edge).map(keyOf);
  return (edgeRoute, routes) => withPolicy(edge, variants, edgeRoute, routes);
}

function withPolicy(edge: EdgeTopology, variants: readonly string[], edgeRoute: EdgeRoute, routes: readonly Route[]): readonly Route[] {
  const { maxRequestBytes, withoutHeaders } = edgeRoute.policy ?? {};
  // The aggregator keeps its own time, which is not longer, and then answers with what it has.
  const timeoutSeconds = edgeRoute.target.kind === 'aggregate' ? undefined : edgeRoute.policy?.timeoutSeconds;
  const headers = responseHeadersOf(edgeRoute);
  const filters = {
    ...identityOfRoute(edge, edgeRoute),
    ...throttleOfRoute(edge, edgeRoute),
    ...clientThrottleOfRoute(edge, edgeRoute),
    ...headers,
    ...compressionOf(variants, edgeRoute),
  };
  const first = routes.findIndex((route) => route.direct_response === undefined);
  return routes.flatMap((route, index) => {
    if (route.direct_response !== undefined) return [withFilters(route, headers)];
    const timed = timeoutSeconds === undefined ? route : withTimeout(route, timeoutSeconds);
    const sent = withFilters(withoutHeaders === undefined ? timed : forAll(timed, withoutHeaders), filters);
    if (maxRequestBytes === undefined) return [sent];
    return [
      ...(index === first ? [withFilters(tooLarge(maxRequestBytes, routes), headers)] : []),
      // What stands in front of the translation of JSON waits for the whole body, and has the same limit (known-fields.ts).
      ...(route.name === JSON_ROUTE ? [sent] : counted(sent, maxRequestBytes)),
    ];
  });
}

/** What a service is not told, its response cannot depend on; and a cookie that it sets would be that of every client. */
function forAll(route: Route, withoutHeaders: readonly string[]): Route {
  return {
    ...route,
    request_headers_to_remove: [...(route.request_headers_to_remove ?? []), ...withoutHeaders],
    response_headers_to_remove: [...(route.response_headers_to_remove ?? []), 'set-cookie'],
  };
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
  return [...new Map(all.map((compression) => [keyOf(compression), compression])).values()];
}

function keyOf(compression: Compression): string {
  return JSON.stringify(compression);
}

function variantName(index: number): string {
  return String(index + 1);
}

function compressionOf(variants: readonly string[], { policy }: EdgeRoute): TypedPerFilterConfig {
  const { compression } = policy ?? {};
  if (compression === undefined) return {};
  const index = variants.indexOf(keyOf(compression));
  return Object.fromEntries(
    namesOf({ route: variantName(index), compression }).map((name) => [name, typed('envoy.config.route.v3.FilterConfig', { config: {} })]),
  );
}

/**
 * The shorter one of it and of what the service has. Where a route limits the life of a stream, Envoy looks at no other timeout, so that
 * limit gives way to it; but for clients of gRPC, who have deadlines of their own.
 */
function withTimeout(route: Route, seconds: number): Route {
  if (route.route === undefined) return route;
  const { timeout, max_stream_duration: stream, ...action } = route.route;
  if (stream?.grpc_timeout_header_max === undefined)
    return { ...route, route: { ...action, timeout: shorter(stream?.max_stream_duration ?? timeout, seconds) } };
  const limits: MaxStreamDuration = {
    max_stream_duration: shorter(stream.max_stream_duration, seconds),
    grpc_timeout_header_max: shorter(stream.grpc_timeout_header_max, seconds),
  };
  return { ...route, route: { ...route.route, max_stream_duration: limits } };
}

/** "0s" is "no limit". */
function shorter(given: Duration | undefined, seconds: number): Duration {
  return given === undefined || given === '0s' ? duration(seconds) : duration(Math.min(Number.parseFloat(given), seconds));
}

const LENGTH = 'content-length';

function upTo(bytes: number): HeaderMatcher {
  return { name: LENGTH, range_match: { start: '0', end: `${bytes + 1}` } };
}

/**
 * With the name that one of the routes has, by which the answer becomes what clients of JSON get for a call of gRPC; those of gRPC-Web,
 * whose routes have none, look at the status alone.
 */
function tooLarge(bytes: number, routes: readonly Route[]): Route {
  const headers: readonly HeaderMatcher[] = [
    { name: LENGTH, present_match: true },
    { ...upTo(bytes), invert_match: true },
  ];
  return { match: { prefix: '/', headers }, direct_response: { status: 413 }, ...nameOf(routes) };
}

/** A request with a length need not be held back to be counted, since HTTP makes sure that no more comes. */
function counted(route: Route, bytes: number): readonly Route[] {
  const { match } = route;
  return [
    { ...route, match: { ...match, headers: [upTo(bytes), ...(match.headers ?? [])] } },
    withFilters(route, {
      [labelOf(BUFFER)]: heldUpTo(bytes),
    }),
  ];
}

function nameOf(routes: readonly Route[]): Pick<Route, 'name'> {
  const name = routes.find((route) => route.name !== undefined)?.name;
  return name === undefined ? {} : { name };
}
