import { AGGREGATOR_PORT, PART_HEADER, PARTS_PORT, partKey } from '../model/aggregation';
import { named } from '../model/by-name';
import type { EdgeTopology, Service, Topology } from '../model/topology';
import type { Cluster } from './api/cluster';
import type { HttpConnectionManager } from './api/http-connection-manager';
import type { Listener } from './api/listener';
import type { OnRouteMatch, RouteMatcher } from './api/route';
import { httpProtocolOptions } from './clusters';
import { loadAssignment } from './discovery';
import { AGGREGATOR_CLUSTER } from './edge/aggregator';
import { grpcFiltersOfParts } from './edge/grpc';
import { edgeHeaders, HEADERS_OF_MESH } from './edge/headers';
import { answer } from './edge/answers';
import { KEEP_HOST, routesTo } from './gateway-routes';
import { grpcRoutes } from './grpc-routes';
import { httpConnectionManager } from './http-connection-manager';
import { NEVER_OVERLOADED } from './overload';
import { earlyHeaderMutation, joinLines } from './security/early-header-mutation';
import { unclearRequests } from './security/unclear-requests';
import { anyMatches, byValue, firstOf, toRoutes } from './syntax/matcher';
import { socketAddress } from './syntax/messages';
import { largestRequestLimits, refuseLongHeaders } from './traffic/header-limits';
import { DRAINED_BY_AGENT } from './traffic/liveness-checks';
import { headersOfRoutes } from './traffic/matched-headers';
import { removeForeignMarks } from './traffic/route-mark';
import { CONNECT_TIMEOUT } from './traffic/timeouts';

const PARTS = 'parts';

/**
 * When a response breaks off, Envoy closes the connection only after a second, so that clients far away get what was sent before. Within
 * the task nothing gets lost, and the aggregator is not to wait for what will not come.
 */
const BROKEN_AT_ONCE: Partial<HttpConnectionManager> = { delayed_close_timeout: '0s' };

/**
 * What the aggregator reaches: the services of all parts, as clients reach services by routes of their own. Nobody outside of the task gets
 * here. A path is made of what clients and services say, so one that could be read in two ways is refused.
 */
export function partsListener(topology: Topology, edge: EdgeTopology, targets: readonly Service[]): Listener {
  const manager = httpConnectionManager({
    peer: PARTS,
    direction: 'parts',
    protocol: 'http',
    segmentName: edge.gatewayName,
    tracing: topology.tracing,
    settings: { ...BROKEN_AT_ONCE, ...earlyHeaderMutation([...removeForeignMarks(targets), ...joinLines(headersOfRoutes(targets))]) },
    requestLimits: largestRequestLimits(targets),
    routeConfig: {
      request_headers_to_remove: [PART_HEADER, ...edgeHeaders(edge)],
      response_headers_to_remove: HEADERS_OF_MESH,
    },
    filters: [...refuseLongHeaders('requests', targets), ...grpcFiltersOfParts(edge)],
    virtualHosts: [{ name: PARTS, domains: ['*'], ...chooseService(edge, targets) }],
  });
  return {
    name: '_parts',
    traffic_direction: 'OUTBOUND',
    ...DRAINED_BY_AGENT,
    ...NEVER_OVERLOADED,
    address: socketAddress('127.0.0.1', PARTS_PORT),
    filter_chains: [{ filters: [manager] }],
  };
}

/** By the name of the part. One that is unknown is answered with 404. */
function chooseService({ routes }: EdgeTopology, targets: readonly Service[]): { readonly matcher: RouteMatcher } {
  const parts = routes.flatMap((route) => {
    const { key, target } = route;
    if (target.kind !== 'aggregate') return [];
    return target.aggregation.parts.flatMap(({ name, service, method }): [string, OnRouteMatch][] => {
      const callee = named(targets, service);
      if (callee === undefined) return [];
      const grpc = target.grpcParts[name];
      // The request is all in the body.
      const request = { ...route, method, segments: [] };
      return [[partKey(key, name), toRoutes(grpc === undefined ? routesTo(callee, method) : grpcRoutes(request, grpc, callee, KEEP_HOST))]];
    });
  });
  return firstOf(
    [{ when: anyMatches(unclearRequests()), then: toRoutes([answer(400, [])]) }],
    byValue(PART_HEADER, Object.fromEntries(parts)),
  );
}

/** Shorter than what the aggregator has, so that no request is sent on a connection that it is closing. */
const IDLE = '1s';

/** How many answers are under way at most; what comes beyond gets 503 at once. */
const MAX_ANSWERS = 512;

/** The aggregator in the same task. */
export function aggregatorCluster(): Cluster {
  return {
    name: AGGREGATOR_CLUSTER,
    connect_timeout: CONNECT_TIMEOUT,
    circuit_breakers: { thresholds: [{ max_connections: MAX_ANSWERS, max_pending_requests: MAX_ANSWERS, max_requests: MAX_ANSWERS }] },
    ...httpProtocolOptions({
      common_http_protocol_options: { idle_timeout: IDLE },
      explicit_http_config: { http_protocol_options: {} },
    }),
    load_assignment: loadAssignment(AGGREGATOR_CLUSTER, '127.0.0.1', AGGREGATOR_PORT),
  };
}
