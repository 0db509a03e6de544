import { GATEWAY_PORT } from '../model/constants';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, ROUTE_HEADER } from '../model/edge-headers';
import type { Cors, EdgeRoute, EdgeTopology, Service, Topology } from '../model/topology';
import { EDGE_REMOVAL, TRACE_HEADER } from '../model/pass-through-headers';
import { callPolicyOf } from '../model/call-policy';
import { bootstrap } from './bootstrap';
import { upstreamClusters } from './clusters';
import { earlyHeaderMutation, joinLines, removeMatching } from './security/early-header-mutation';
import { shadowsOf, shapePattern } from './security/edge-shapes';
import { HEALTH_CHECKER } from './traffic/health-check-routes';
import { httpConnectionManager } from './http-connection-manager';
import type { JsonObject } from './syntax/json';
import { extension, labelOf, socketAddress, typed } from './syntax/json';
import { anyMatches, byValue, firstOf, headerContains, headerFits, headerIs, not, toRoutes } from './syntax/matcher';
import { headersOfRoutes } from './traffic/matched-headers';
import { LOCAL_REPLY_HEADER } from './traffic/local-reply-marker';
import { AMBIGUOUS_PATH_AND_QUERY, PRINTABLE } from './syntax/paths';
import { routes } from './routes';
import { anyOf, otherSpellings, prefixes, spellingsBut } from './security/untrusted-headers';
import { weightsLayers } from './traffic/versions';
import { defined } from '../defined';

/** API Gateway's word about the client; no service sees them. */
const EDGE_HEADERS: readonly string[] = [CLIENT_IP_HEADER, CLIENT_HOST_HEADER, ROUTE_HEADER];

/** The service sees the host that the client called, not the address of the gateway. */
const KEEP_HOST: JsonObject = { host_rewrite_header: 'x-forwarded-host' };

const CORS_FILTER = 'envoy.extensions.filters.http.cors.v3.Cors';

/** The Envoy configuration of the gateway service of an edge, which takes requests from API Gateway. */
export function gatewayBootstrap(topology: Topology, edge: EdgeTopology): JsonObject {
  const targets = topology.services.filter(({ gateways }) => gateways.includes(edge.gatewayName));
  const { cors, gatewayName } = edge;
  const manager = httpConnectionManager({
    peer: gatewayName,
    direction: 'edge',
    protocol: 'http',
    versions: targets.some((service) => service.versions !== undefined),
    segmentName: gatewayName,
    tracing: topology.tracing,
    settings: trustOnlyApiGateway(edge, targets),
    routeConfig: {
      request_headers_to_remove: EDGE_HEADERS,
      response_headers_to_remove: ['x-envoy-upstream-service-time', LOCAL_REPLY_HEADER],
    },
    ...defined({ filters: cors === undefined ? undefined : [extension(CORS_FILTER)] }),
    virtualHosts: [
      {
        name: gatewayName,
        domains: ['*'],
        ...defined({ typed_per_filter_config: cors === undefined ? undefined : { [labelOf(CORS_FILTER)]: corsPolicy(cors) } }),
        ...chooseRoute(edge, targets),
      },
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
function trustOnlyApiGateway({ api, passThroughHeaders }: EdgeTopology, targets: readonly Service[]): JsonObject {
  const set = (key: string, value: string): JsonObject => ({
    append: { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
  });
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
    set('x-forwarded-for', `%REQ(${CLIENT_IP_HEADER})%`),
    set('x-forwarded-host', `%REQ(${CLIENT_HOST_HEADER})%`),
    set('x-forwarded-proto', 'https'),
    ...joinLines(headersOfRoutes(targets)),
  ]);
}

/**
 * API Gateway has matched a route and let its authorizer decide; it says which. The path is looked at only to refuse. Matched
 * anew, by two parsers, a path that the two read differently would reach one service with the permission for another; not
 * looked at, one that API Gateway has decoded since would. Routes are found by their key at once, however many there are.
 */
function chooseRoute(edge: EdgeTopology, targets: readonly Service[]): JsonObject {
  const own = edge.routes.flatMap((route): [string, JsonObject][] => {
    const callee = targets.find(({ name }) => name === route.service);
    return callee === undefined ? [] : [[route.key, inName(route, edge, callee)]];
  });
  const unclear = anyMatches([
    ...EDGE_HEADERS.map((name) => headerContains(name, ',')),
    headerFits(':path', AMBIGUOUS_PATH_AND_QUERY),
    not(headerFits(':path', PRINTABLE)),
    headerIs('user-agent', HEALTH_CHECKER),
  ]);
  return firstOf(
    [{ when: unclear, then: toRoutes([answer(400, [])]) }],
    byValue(ROUTE_HEADER, { ...Object.fromEntries(own), ...preflights(edge) }),
  );
}

/** What a request in the name of a route may be: the first of these that it fits. */
function inName(route: EdgeRoute, edge: EdgeTopology, callee: Service): JsonObject {
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

function header(name: string, match: JsonObject): JsonObject {
  return { name, string_match: match };
}

function path(regex: string): JsonObject {
  return header(':path', { safe_regex: { regex } });
}

function answer(status: number, headers: readonly JsonObject[]): JsonObject {
  return { match: { prefix: '/', ...(headers.length === 0 ? {} : { headers }) }, direct_response: { status } };
}

/** Preflight requests on routes of the library's own making: an HTTP API puts its CORS headers on the answers. */
function preflights({ api }: EdgeTopology): Readonly<Record<string, JsonObject>> {
  const answered = toRoutes([answer(204, [header(':method', { exact: 'OPTIONS' })])]);
  return Object.fromEntries(api.preflightPaths.map((each) => [`OPTIONS ${each}`, answered]));
}

/**
 * The answers of a REST API get their CORS headers here. An HTTP API puts its own in their place, but lets preflight
 * requests through to us where a route takes every method.
 */
function corsPolicy(cors: Cors): JsonObject {
  return typed('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    allow_origin_string_match: cors.allowOrigins.map((origin): JsonObject =>
      origin === '*' ? { safe_regex: { regex: '.*' } } : { exact: origin },
    ),
    allow_methods: cors.allowMethods.join(','),
    allow_headers: cors.allowHeaders.join(','),
    ...(cors.exposeHeaders.length === 0 ? {} : { expose_headers: cors.exposeHeaders.join(',') }),
    ...defined({ max_age: cors.maxAgeSeconds === undefined ? undefined : String(cors.maxAgeSeconds) }),
    allow_credentials: cors.allowCredentials,
  });
}
