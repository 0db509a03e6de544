import { servicesBehind } from '../model/callers';
import { aggregationsOf, PART_HEADER } from '../model/aggregation';
import { AGGREGATOR_MEMORY_MIB, GATEWAY_PORT } from '../model/constants';
import { toldOfClients } from '../model/identity-headers';
import type { EdgeTopology, Service, Topology } from '../model/topology';
import { defined } from '../defined';
import type { HttpConnectionManager, ResponseMapper } from './api/http-connection-manager';
import type { HttpFilter } from './api/http-filters';
import type { Listener, NetworkFilter } from './api/listener';
import type { HeaderChanges, RouteConfiguration, RouteMatcher, TypedPerFilterConfig } from './api/route';
import type { Bootstrap } from './api/bootstrap';
import { bootstrap } from './bootstrap';
import { upstreamClusters } from './clusters';
import { ROUTES_HAVE_THE_LAST_WORD } from './edge/aggregator';
import { clientThrottle, throttledMessage } from './edge/client-throttle';
import { corsFilter, corsOfHost } from './edge/cors';
import { grpcFilters } from './edge/grpc';
import { detailedErrors, requestIdFilter, withDetails } from './edge/errors';
import { grpcReplies } from './edge/grpc-replies';
import { edgeHeaders, HEADERS_OF_MESH, trustOnlyApiGateway } from './edge/headers';
import { aggregatorCluster, partsListener } from './parts-listener';
import { identityFilters, identityTrailers, missingKeys } from './edge/identity';
import { responseHeadersFilter, routePolicyFilters } from './edge/route-policy';
import { APPLICATION, trustOnlyLoadBalancerOfEdge } from './load-balancer/edge-headers';
import { throttleFilters } from './edge/throttle';
import { answerLoadBalancerChecks, hideClientMarks } from './load-balancer/checks';
import { CLIENT_ADDRESS } from './load-balancer/headers';
import { APPLICATION_IDLE_SECONDS } from './load-balancer/idle';
import { headersOfLogin, loginFilters, sessionsOfHost } from './load-balancer/logins';
import { collectorClusters } from './collector';
import { chooseRoute, findRoute } from './gateway-routes';
import { issuerClusters } from './issuers';
import { httpConnectionManager } from './http-connection-manager';
import { prometheusPart } from './prometheus';
import { forwardedPrefix } from './security/forwarded-prefix';
import { message, socketAddress } from './syntax/messages';
import { largestRequestLimits, refuseLongHeaders } from './traffic/header-limits';
import { weightsLayers } from './traffic/versions';

/** A host may be called with a port, which is no part of its name. */
const WITHOUT_PORT: Pick<RouteConfiguration, 'ignore_port_in_host_matching'> = { ignore_port_in_host_matching: true };

/** What differs by who chooses a route: whatever stands in front, or the gateway itself. */
interface Choice {
  readonly headers: Pick<HttpConnectionManager, 'early_header_mutation_extensions'>;
  readonly routeConfig: HeaderChanges;
  /** In front of all others. */
  readonly first?: readonly HttpFilter[];
  /** What is known of users before it is asked whose limits a request counts for. */
  readonly users?: readonly HttpFilter[];
  /** Behind those that refuse a request. */
  readonly limits?: readonly HttpFilter[];
  readonly idleSeconds?: number;
  readonly matcher: RouteMatcher;
}

/** Behind API Gateway. */
function namedRoutes(topology: Topology, edge: EdgeTopology, targets: readonly Service[]): Choice {
  return {
    headers: trustOnlyApiGateway(topology, edge, targets, madeHeaders(edge)),
    routeConfig: { request_headers_to_remove: edgeHeaders(edge), response_headers_to_remove: HEADERS_OF_MESH },
    ...chooseRoute(edge, targets),
  };
}

/** Behind a load balancer. */
function foundRoutes(topology: Topology, edge: EdgeTopology, targets: readonly Service[], authorizer: string): Choice {
  return {
    headers: trustOnlyLoadBalancerOfEdge(topology, edge, targets, madeHeaders(edge), headersOfLogin(edge, authorizer)),
    routeConfig: { ...CLIENT_ADDRESS, ...hideClientMarks(APPLICATION), response_headers_to_remove: HEADERS_OF_MESH },
    first: answerLoadBalancerChecks(),
    users: loginFilters(edge, authorizer),
    limits: throttleFilters(edge, authorizer),
    idleSeconds: APPLICATION_IDLE_SECONDS,
    ...findRoute(edge, authorizer, targets),
  };
}

/** Names of headers that nobody but a program of the task may send. */
function madeHeaders(edge: EdgeTopology): readonly string[] {
  return aggregationsOf(edge) === undefined ? [] : [PART_HEADER];
}

function requests(topology: Topology, edge: EdgeTopology, targets: readonly Service[], choice: Choice): NetworkFilter {
  const { gatewayName } = edge;
  const { headers, routeConfig, first = [], users = [], limits = [], idleSeconds, matcher } = choice;
  return httpConnectionManager({
    peer: gatewayName,
    direction: 'edge',
    protocol: 'http',
    versions: targets.some((service) => service.versions !== undefined),
    segmentName: gatewayName,
    tracing: topology.tracing,
    settings: {
      ...headers,
      ...localReplies([...withDetails(edge, missingKeys(edge)), ...grpcReplies(edge), ...throttledMessage(edge), ...detailedErrors(edge)]),
    },
    requestLimits: largestRequestLimits(targets),
    ...defined({ idleSeconds }),
    routeConfig: {
      ...(aggregationsOf(edge) === undefined ? {} : ROUTES_HAVE_THE_LAST_WORD),
      ...(edge.api.hosts === undefined ? {} : WITHOUT_PORT),
      ...routeConfig,
    },
    filters: [
      ...first,
      ...requestIdFilter(edge),
      ...responseHeadersFilter(edge),
      ...corsFilter(edge),
      ...identityTrailers(edge, toldOfClients(topology)),
      ...(edge.api.ports === undefined ? [forwardedPrefix()] : []),
      ...users,
      ...identityFilters(edge),
      ...clientThrottle(edge),
      ...refuseLongHeaders('requests', targets),
      ...limits,
      ...routePolicyFilters(edge),
      ...grpcFilters(edge),
    ],
    // What stands in front asks for the same; a rule of somebody else's that leads here finds nothing.
    virtualHosts: [
      message({ name: gatewayName, domains: edge.api.hosts ?? ['*'], typed_per_filter_config: settingsOfHost(edge), matcher }),
    ],
  });
}

/** Of all requests. */
function settingsOfHost(edge: EdgeTopology): TypedPerFilterConfig | undefined {
  const settings = { ...corsOfHost(edge), ...sessionsOfHost(edge) };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function listener(name: string, port: number, manager: NetworkFilter): Listener {
  return {
    name,
    traffic_direction: 'INBOUND',
    address: socketAddress('0.0.0.0', port),
    filter_chains: [{ filters: [manager] }],
  };
}

/** The Envoy configuration of the gateway service of an edge, which takes requests from API Gateway or a load balancer. */
export function gatewayBootstrap(topology: Topology, edge: EdgeTopology): Bootstrap {
  const targets = servicesBehind(topology, edge);
  const { gatewayName, api } = edge;
  const aggregates = aggregationsOf(edge) !== undefined;
  const prometheus = prometheusPart(topology);
  return bootstrap(
    gatewayName,
    { memoryMiB: edge.gateway.memoryMiB, share: 'gateway', takenMiB: aggregates ? AGGREGATOR_MEMORY_MIB : 0 },
    {
      listeners: [
        ...(api.ports === undefined
          ? [listener('edge', GATEWAY_PORT, requests(topology, edge, targets, namedRoutes(topology, edge, targets)))]
          : api.ports.map(({ authorizer, port }) =>
              listener(`edge-${authorizer}`, port, requests(topology, edge, targets, foundRoutes(topology, edge, targets, authorizer))),
            )),
        ...(aggregates ? [partsListener(topology, edge, targets)] : []),
        ...prometheus.listeners,
      ],
      clusters: [
        ...targets.flatMap((callee) => upstreamClusters(topology, undefined, callee)),
        ...(aggregates ? [aggregatorCluster()] : []),
        ...issuerClusters(edge),
        ...collectorClusters(topology),
        ...prometheus.clusters,
      ],
    },
    [...prometheus.layers, ...weightsLayers(targets)],
  );
}

function localReplies(mappers: readonly ResponseMapper[]): Pick<HttpConnectionManager, 'local_reply_config'> {
  return mappers.length === 0 ? {} : { local_reply_config: { mappers } };
}
