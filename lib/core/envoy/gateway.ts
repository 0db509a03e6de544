import { servicesBehind } from '../model/callers';
import { GATEWAY_PORT } from '../model/constants';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, ROUTE_HEADER } from '../model/edge-headers';
import type { Cors, EdgeRoute, EdgeTopology, Service, Topology } from '../model/topology';
import { EDGE_REMOVAL, TRACE_HEADER } from '../model/pass-through-headers';
import { callPolicyOf } from '../model/call-policy';
import { bootstrap } from './bootstrap';
import { upstreamClusters } from './clusters';
import { earlyHeaderMutation, joinLines, removeMatching, setHeader } from './security/early-header-mutation';
import { forwardedPrefix } from './security/forwarded-prefix';
import { shadowsOf, shapePattern } from './security/edge-shapes';
import { largestRequestLimits, refuseLongHeaders } from './traffic/header-limits';
import { httpConnectionManager } from './http-connection-manager';
import type { Bootstrap } from './api/bootstrap';
import type { HttpConnectionManager } from './api/http-connection-manager';
import type { RouteFilterConfigs } from './api/http-filters';
import type { Any } from './api/protobuf';
import type { OnRouteMatch, Route, RouteHost, RouteMatcher } from './api/route';
import type { HeaderMatcher } from './api/route-components';
import type { StringMatcher } from './api/type';
import { extension, labelOf, message, socketAddress, typed } from './syntax/messages';
import { anyMatches, byValue, firstOf, headerContains, toRoutes } from './syntax/matcher';
import { headersOfRoutes } from './traffic/matched-headers';
import { LEAVING_HEADER } from './traffic/liveness-checks';
import { LOCAL_REPLY_HEADER } from './traffic/local-reply-marker';
import { removeForeignMarks } from './traffic/route-mark';
import { routes } from './routes';
import { unclearRequests } from './security/unclear-requests';
import { anyOf, otherSpellings, prefixes, spellingsBut } from './security/untrusted-headers';
import { weightsLayers } from './traffic/versions';

/** API Gateway's word about the client, each with one value that has no comma in it. */
const SINGLE_HEADERS: readonly string[] = [CLIENT_IP_HEADER, CLIENT_HOST_HEADER, ROUTE_HEADER];

/** All of it; no service sees them. A path may have commas. */
const EDGE_HEADERS: readonly string[] = [...SINGLE_HEADERS, CLIENT_PATH_HEADER];

/** The service sees the host that the client called, not the address of the gateway. */
const KEEP_HOST: RouteHost = { host_rewrite_header: 'x-forwarded-host' };

const CORS_FILTER = 'envoy.extensions.filters.http.cors.v3.Cors';

/** The Envoy configuration of the gateway service of an edge, which takes requests from API Gateway. */
export function gatewayBootstrap(topology: Topology, edge: EdgeTopology): Bootstrap {
  const targets = servicesBehind(topology, edge);
  const { cors, gatewayName } = edge;
  const manager = httpConnectionManager({
    peer: gatewayName,
    direction: 'edge',
    protocol: 'http',
    versions: targets.some((service) => service.versions !== undefined),
    segmentName: gatewayName,
    tracing: topology.tracing,
    settings: trustOnlyApiGateway(edge, targets),
    requestLimits: largestRequestLimits(targets),
    routeConfig: {
      request_headers_to_remove: EDGE_HEADERS,
      response_headers_to_remove: ['x-envoy-upstream-service-time', LOCAL_REPLY_HEADER, LEAVING_HEADER],
    },
    filters: [...(cors === undefined ? [] : [extension(CORS_FILTER)]), forwardedPrefix(), ...refuseLongHeaders('requests', targets)],
    virtualHosts: [
      message({
        name: gatewayName,
        domains: ['*'],
        typed_per_filter_config: cors === undefined ? undefined : { [labelOf(CORS_FILTER)]: corsPolicy(cors) },
        ...chooseRoute(edge, targets),
      }),
    ],
  });
  return bootstrap(
    gatewayName,
    { memoryMiB: edge.gateway.memoryMiB, share: 'gateway' },
    {
      listeners: [
        {
          name: 'edge',
          traffic_direction: 'INBOUND',
          address: socketAddress('0.0.0.0', GATEWAY_PORT),
          filter_chains: [{ filters: [manager] }],
        },
      ],
      clusters: targets.flatMap((callee) => upstreamClusters(topology, undefined, callee)),
    },
    weightsLayers(targets),
  );
}

/**
 * What a client says of its own address, the headers that steer Envoy or override what API Gateway has looked at, ids of
 * requests and, where API Gateway makes no trace, decisions to record one are dropped, and X-Forwarded-* is made of what API
 * Gateway says.
 */
function trustOnlyApiGateway(
  { api, passThroughHeaders }: EdgeTopology,
  targets: readonly Service[],
): Pick<HttpConnectionManager, 'early_header_mutation_extensions'> {
  const { removed, always, alwaysPrefixes } = EDGE_REMOVAL;
  const named = [...always, ...removed].filter((name) => !api.beginsTraces || name !== TRACE_HEADER);
  return earlyHeaderMutation([
    // An empty value sets nothing: what came from outside must not stay in its place.
    removeMatching(
      anyOf([
        ...spellingsBut(passThroughHeaders, named),
        ...prefixes(alwaysPrefixes),
        // What a client sends in place of API Gateway's headers, under names that servers take for the same.
        ...otherSpellings(EDGE_HEADERS),
      ]),
    ),
    setHeader('x-forwarded-for', `%REQ(${CLIENT_IP_HEADER})%`),
    setHeader('x-forwarded-host', `%REQ(${CLIENT_HOST_HEADER})%`),
    setHeader('x-forwarded-proto', 'https'),
    ...removeForeignMarks(targets),
    ...joinLines(headersOfRoutes(targets)),
  ]);
}

/**
 * API Gateway has matched a route and let its authorizer decide; it says which. The path is looked at only to refuse. Matched
 * anew, by two parsers, a path that the two read differently would reach one service with the permission for another; not
 * looked at, one that API Gateway has decoded since would. Routes are found by their key at once, however many there are.
 */
function chooseRoute(edge: EdgeTopology, targets: readonly Service[]): { readonly matcher: RouteMatcher } {
  const own = edge.routes.flatMap((route): [string, OnRouteMatch][] => {
    const callee = targets.find(({ name }) => name === route.service);
    return callee === undefined ? [] : [[route.key, inName(route, edge, callee)]];
  });
  const unclear = anyMatches([...SINGLE_HEADERS.map((name) => headerContains(name, ',')), ...unclearRequests()]);
  return firstOf(
    [{ when: unclear, then: toRoutes([answer(400, [])]) }],
    byValue(ROUTE_HEADER, { ...Object.fromEntries(own), ...preflights(edge) }),
  );
}

/** What a request in the name of a route may be: the first of these that it fits. */
function inName(route: EdgeRoute, edge: EdgeTopology, callee: Service): OnRouteMatch {
  const shape = shapePattern(route, edge);
  const { method } = route;
  return toRoutes([
    ...shadowsOf(route, edge).map((shadow) =>
      answer(400, [
        path(shadow.pattern),
        ...(shadow.methods === undefined ? [] : [header(':method', { safe_regex: { regex: shadow.methods.join('|') } })]),
      ]),
    ),
    ...(shape === undefined ? [] : [answer(404, [{ ...path(shape), invert_match: true }])]),
    ...routes(callee, callPolicyOf(undefined, callee), { host: KEEP_HOST, ...(method === 'ANY' ? {} : { method }) }),
  ]);
}

function header(name: string, match: StringMatcher): HeaderMatcher {
  return { name, string_match: match };
}

function path(regex: string): HeaderMatcher {
  return header(':path', { safe_regex: { regex } });
}

function answer(status: number, headers: readonly HeaderMatcher[]): Route {
  return { match: message({ prefix: '/', headers: headers.length === 0 ? undefined : headers }), direct_response: { status } };
}

/** Preflight requests on routes of the library's own making: an HTTP API puts its CORS headers on the answers. */
function preflights({ api }: EdgeTopology): Readonly<Record<string, OnRouteMatch>> {
  const answered = toRoutes([answer(204, [header(':method', { exact: 'OPTIONS' })])]);
  return Object.fromEntries(api.preflightPaths.map((each) => [`OPTIONS ${each}`, answered]));
}

/**
 * The answers of a REST API get their CORS headers here. An HTTP API puts its own in their place, but lets preflight
 * requests through to us where a route takes every method.
 */
function corsPolicy(cors: Cors): Any<RouteFilterConfigs> {
  return typed(
    'envoy.extensions.filters.http.cors.v3.CorsPolicy',
    message({
      allow_origin_string_match: cors.allowOrigins.map((origin): StringMatcher =>
        origin === '*' ? { safe_regex: { regex: '.*' } } : { exact: origin },
      ),
      allow_methods: cors.allowMethods.join(','),
      allow_headers: cors.allowHeaders.join(','),
      expose_headers: cors.exposeHeaders.length === 0 ? undefined : cors.exposeHeaders.join(','),
      max_age: cors.maxAgeSeconds === undefined ? undefined : `${cors.maxAgeSeconds}`,
      allow_credentials: cors.allowCredentials,
    }),
  );
}
