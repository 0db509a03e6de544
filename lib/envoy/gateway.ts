import { GATEWAY_NAME, GATEWAY_PORT } from '../topology/constants';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, ROUTE_HEADER } from '../topology/edge-headers';
import type { Cors, EdgeRoute, EdgeTopology, Topology } from '../topology/model';
import { callPolicyOf } from '../topology/policy/call-policy';
import { bootstrap } from './bootstrap';
import { upstreamClusters } from './clusters';
import { changeBeforeAll, removeMatching } from './early-headers';
import { httpConnectionManager } from './http-connection-manager';
import type { Json, JsonObject } from './json';
import { extension, labelOf, socketAddress, typed } from './json';
import { AMBIGUOUS_PATH } from './paths';
import { NOT_SENT_HEADER } from './not-sent';
import { regexLimit } from './regex-limit';
import { routes } from './routes';
import { weightsLayers } from './versions';

/** API Gateway's word about the client; no service sees them. */
const EDGE_HEADERS: readonly string[] = [CLIENT_IP_HEADER, CLIENT_HOST_HEADER, ROUTE_HEADER];

/** The service sees the host that the client called, not the address of the gateway. */
const KEEP_HOST: JsonObject = { host_rewrite_header: 'x-forwarded-host' };

const CORS_FILTER = 'envoy.extensions.filters.http.cors.v3.Cors';

/** The Envoy configuration of the gateway service, which takes requests from API Gateway. */
export function gatewayBootstrap(topology: Topology, edge: EdgeTopology): JsonObject {
  const byName = new Map(topology.services.map((service) => [service.name, service]));
  const targets = topology.services.filter((service) => service.routed);
  const { cors } = edge;
  const manager = httpConnectionManager({
    peer: GATEWAY_NAME,
    direction: 'edge',
    protocol: 'http',
    versions: targets.some((service) => service.versions !== undefined),
    segmentName: GATEWAY_NAME,
    tracing: topology.tracing,
    settings: trustOnlyApiGateway(),
    routeConfig: {
      request_headers_to_remove: EDGE_HEADERS,
      response_headers_to_remove: ['x-envoy-upstream-service-time', NOT_SENT_HEADER],
    },
    ...(cors === undefined ? {} : { filters: [extension(CORS_FILTER)] }),
    virtualHosts: [{
      name: GATEWAY_NAME,
      domains: ['*'],
      ...(cors === undefined ? {} : { typed_per_filter_config: { [labelOf(CORS_FILTER)]: corsPolicy(cors) } }),
      routes: [
        ...EDGE_HEADERS.map(refuseTwoValues),
        refuseAmbiguousPaths(),
        ...edge.routes.flatMap((route) => {
          const callee = byName.get(route.service);
          return callee === undefined ? [] : routes(callee, callPolicyOf(undefined, callee), { match: matchedBy(route), host: KEEP_HOST, ...(route.method === 'ANY' ? {} : { method: route.method }) });
        }),
        ...(cors === undefined ? [] : [answerPreflight()]),
      ],
    }],
  });
  return bootstrap(GATEWAY_NAME, {
    listeners: [{ name: 'edge', traffic_direction: 'INBOUND', address: socketAddress('0.0.0.0', GATEWAY_PORT), filter_chains: [{ filters: [manager] }] }],
    clusters: targets.flatMap((callee) => upstreamClusters(topology, undefined, callee)),
  }, [COMPARE_ALL_VALUES, ...regexLimit({ called: targets.map(({ policy }) => policy) }), ...weightsLayers(targets)]);
}

/**
 * What a client says of its own address, and the headers that steer Envoy, are dropped, and X-Forwarded-* is made of what
 * API Gateway says. An underscore is as good as a hyphen: servers with CGI's names take both for one.
 */
function trustOnlyApiGateway(): JsonObject {
  const set = (key: string, value: string): JsonObject => ({ append: { header: { key, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } });
  return changeBeforeAll([
    // An empty value sets nothing: what came from outside must not stay in its place.
    removeMatching('forwarded|x[-_](real[-_]ip|(forwarded|envoy)[-_].*)'),
    set('x-forwarded-for', `%REQ(${CLIENT_IP_HEADER})%`),
    set('x-forwarded-host', `%REQ(${CLIENT_HOST_HEADER})%`),
    set('x-forwarded-proto', 'https'),
  ]);
}

/** By itself Envoy compares each value of a header alone: of two values either one would do. */
const COMPARE_ALL_VALUES: Json = { name: 'headers', static_layer: { 'envoy.reloadable_features.match_headers_individually': false } };

/**
 * Should a client's header of this name ever reach us beside API Gateway's own, nobody could tell which is which.
 * Several values are one text with commas (COMPARE_ALL_VALUES).
 */
function refuseTwoValues(header: string): Json {
  return { match: { prefix: '/', headers: [{ name: header, string_match: { contains: ',' } }] }, direct_response: { status: 400 } };
}

/**
 * API Gateway has matched a route and let its authorizer decide; it says which. Were the path matched again here, a
 * path that the two read differently would reach one service with the permission for another.
 */
function matchedBy(route: EdgeRoute): JsonObject {
  return { prefix: '/', headers: [{ name: ROUTE_HEADER, string_match: { exact: route.key } }] };
}

/** API Gateway's authorizer decided about the path as it stands. */
function refuseAmbiguousPaths(): Json {
  return { match: { safe_regex: { regex: AMBIGUOUS_PATH } }, direct_response: { status: 400 } };
}

/** A preflight request on a route of the library's own making: an HTTP API puts its CORS headers on the answer. */
function answerPreflight(): Json {
  return { match: { prefix: '/', headers: [{ name: ':method', string_match: { exact: 'OPTIONS' } }] }, direct_response: { status: 204 } };
}

/**
 * The answers of a REST API get their CORS headers here. An HTTP API puts its own in their place, but lets preflight
 * requests through to us where a route takes every method.
 */
function corsPolicy(cors: Cors): JsonObject {
  return typed('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    allow_origin_string_match: cors.allowOrigins.map((origin): JsonObject => (origin === '*' ? { safe_regex: { regex: '.*' } } : { exact: origin })),
    allow_methods: cors.allowMethods.join(','),
    allow_headers: cors.allowHeaders.join(','),
    ...(cors.exposeHeaders.length === 0 ? {} : { expose_headers: cors.exposeHeaders.join(',') }),
    ...(cors.maxAgeSeconds === undefined ? {} : { max_age: String(cors.maxAgeSeconds) }),
    allow_credentials: cors.allowCredentials,
  });
}
