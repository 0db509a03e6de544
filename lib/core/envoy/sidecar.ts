import { additionalPortsOf, inboundPortOf, ownerOf } from '../model/service-ports';
import type { MeshSettings, Service, Topology } from '../model/topology';
import { isCalled } from '../model/topology';
import { allNamed } from '../model/by-name';
import { allTimeouts, callPolicyOf } from '../model/call-policy';
import { failedHandshakes, type LogOwner } from './observability/access-log';
import { httpAuthorization } from './security/authorization';
import { prometheusPart } from './prometheus';
import { earlyHeaderMutation, joinLines } from './security/early-header-mutation';
import { bootstrap } from './bootstrap';
import { applicationCluster, applicationClusterOf, BUFFER_BYTES, upstreamClusters } from './clusters';
import { collectorClusters } from './collector';
import { compressors } from './traffic/compression';
import { faults } from './traffic/faults';
import { healthCheckRoutes } from './traffic/health-check-routes';
import { headerChanges } from './traffic/header-changes';
import { arrivingRequestLimits, refuseLongHeaders, requestLimits } from './traffic/header-limits';
import { httpConnectionManager } from './http-connection-manager';
import { removeUntrustedHeaders, rulesNamePaths } from './security/inbound-headers';
import { usesMutualTls } from './security/callers';
import { asCallee, LOAD_BALANCER_LISTENER, loadBalancerListener } from './load-balancer-listener';
import { externalCluster, externalListener } from './external';
import type { Bootstrap } from './api/bootstrap';
import type { HttpFilter } from './api/http-filters';
import type { FilterChain, Listener, NetworkFilter } from './api/listener';
import type { RouteAction } from './api/route';
import { message, socketAddress } from './syntax/messages';
import { headersOfRoutes } from './traffic/matched-headers';
import { answerLivenessChecks, DRAINED_BY_AGENT, LEAVING_HEADER } from './traffic/liveness-checks';
import { LOCAL_REPLY_HEADER, markLocalReplies, UPSTREAM_CONTROL_HEADERS } from './traffic/local-reply-marker';
import type { EnvoyMemory } from './overload';
import { connectionLimit, NEVER_OVERLOADED } from './overload';
import { rateLimits } from './traffic/rate-limits';
import { buffer, requestSizeRoutes } from './traffic/request-size';
import { compressionRoutes, hideMarks, removeForeignMarks } from './traffic/route-mark';
import { routes } from './routes';
import { longestTimeout, idleTimeouts } from './traffic/timeouts';
import { tcpProxy } from './tcp-proxy';
import { downstreamTls, forwardClientCertificate } from './security/tls';
import { requestTrailers } from './security/trailers';
import { tcpFilterChains, weightsLayers } from './traffic/versions';
import { allowConnect, upgrades } from './traffic/web-sockets';

/** @see EnvoyMeshSettings */
type SidecarTopology = Topology<MeshSettings & { readonly maxConnectionSeconds?: number }>;

/**
 * The whole Envoy configuration of a service's task.
 *
 * @param name that of the tasks, if they are of a version
 */
export function sidecarBootstrap(topology: SidecarTopology, service: Service, name: string = service.name): Bootstrap {
  const callees = allNamed(topology.services, service.calls);
  const externals = allNamed(topology.external, service.callsExternal);
  const called = [service, ...additionalPortsOf(topology, service)].filter(isCalled);
  // Jobs end before a scraper finds them.
  const prometheus = prometheusPart(service.job === undefined ? topology : {});
  return bootstrap(
    name,
    memoryOf(service),
    {
      listeners: [
        ...called.map((each) => inbound(topology, asCallee(each))),
        ...(service.loadBalancerTarget === undefined ? [] : [loadBalancerListener(topology, service, service.loadBalancerTarget)]),
        ...callees.map((callee) => outbound(topology, service, callee)),
        ...externals.map((external) => externalListener(topology, service, external)),
        ...prometheus.listeners,
      ],
      clusters: [
        ...called.map(applicationCluster),
        ...callees.flatMap((callee) => upstreamClusters(topology, service, callee)),
        ...externals.map((external) => externalCluster(topology, service, external)),
        ...collectorClusters(topology),
        ...prometheus.clusters,
      ],
    },
    [
      ...(called.length === 0 ? [] : [connectionLimit(listenersOf(service, called), memoryOf(service))]),
      ...prometheus.layers,
      ...weightsLayers(callees),
    ],
  );
}

/** Those that others reach. */
function listenersOf({ loadBalancerTarget }: Service, called: readonly Service[]): readonly string[] {
  return [...called.map(inboundListenerOf), ...(loadBalancerTarget === undefined ? [] : [LOAD_BALANCER_LISTENER])];
}

function memoryOf({ memoryMiB }: Service): EnvoyMemory {
  return { memoryMiB, share: 'sidecar' };
}

/** Of two listeners with one name Envoy keeps one, with no error. The others have the names of services, which are DNS labels. */
const INBOUND_LISTENER = '_inbound';

function inboundListenerOf({ additionalPort }: Service): string {
  return additionalPort === undefined ? INBOUND_LISTENER : `${INBOUND_LISTENER}_${additionalPort.name}`;
}

/** A header that no response has, and for which the HTTP/2 of a caller's Envoy would refuse it: as if the connection had broken. */
const REQUESTS_ONLY = 'te';

/** What other tasks reach: the application, and nothing else. */
function inbound(topology: SidecarTopology, service: Service): Listener {
  const authenticated = usesMutualTls(topology);
  const log: LogOwner = { service: ownerOf(service), tracing: topology.tracing };
  const timeouts = allTimeouts(topology, service);
  const toApplication: RouteAction = {
    cluster: applicationClusterOf(service),
    ...longestTimeout(timeouts),
    ...idleTimeouts(timeouts, service.protocol),
    ...upgrades(service),
  };
  const filter =
    service.protocol === 'tcp'
      ? tcpProxy({
          direction: 'inbound',
          peer: service.name,
          cluster: applicationClusterOf(service),
          authenticated,
          log,
          timeouts,
          startupSeconds: service.startupTimeoutSeconds,
        })
      : httpConnectionManager({
          peer: service.name,
          direction: 'inbound',
          protocol: service.protocol,
          segmentName: log.service,
          tracing: topology.tracing,
          authenticated,
          looksAtPaths: rulesNamePaths(service),
          filters: requestFilters(topology, service),
          // Callers prove their identity again before their certificate could have expired long ago.
          maxConnectionSeconds: topology.mesh.maxConnectionSeconds,
          http2: allowConnect(service),
          requestLimits: arrivingRequestLimits(service, topology.services),
          settings: { ...markLocalReplies(service.protocol), ...forwardClientCertificate(topology), ...removeUntrustedHeaders(service) },
          // An application that passes on the headers of an answer that it got must not send these as its own.
          routeConfig: {
            ...hideMarks(service),
            response_headers_to_remove: [LOCAL_REPLY_HEADER, ...UPSTREAM_CONTROL_HEADERS, REQUESTS_ONLY],
          },
          virtualHosts: [
            {
              name: service.name,
              domains: ['*'],
              ...headerChanges(service.policy),
              routes: [
                ...healthCheckRoutes(topology, service, toApplication),
                ...compressionRoutes(service, requestSizeRoutes(service, toApplication)),
              ],
            },
          ],
        });
  const chain: FilterChain = { ...downstreamTls(topology, service), filters: [filter] };
  return message({
    name: inboundListenerOf(service),
    // The agent drains what is inbound, so that the application can still call others.
    traffic_direction: 'INBOUND',
    ...DRAINED_BY_AGENT,
    address: socketAddress('0.0.0.0', inboundPortOf(service)),
    per_connection_buffer_limit_bytes: BUFFER_BYTES,
    access_log: authenticated ? failedHandshakes('inbound', log) : undefined,
    filter_chains: [chain],
  });
}

/**
 * In this order: what is refused uses up no limit, what is limited has no faults, only what is left is buffered to be measured, and
 * only answers of the application are compressed.
 */
function requestFilters(topology: Topology, service: Service): readonly HttpFilter[] {
  return [
    ...answerLivenessChecks(),
    ...refuseLongHeaders('responses', [service]),
    ...requestTrailers(service.protocol),
    ...httpAuthorization(topology, service),
    ...rateLimits(topology, service),
    ...faults(topology, service),
    ...buffer(service),
    ...compressors(topology, service),
  ];
}

/** What the application reaches: a callee's virtual name resolves to this address in every task. */
function outbound(topology: Topology, service: Service, callee: Service): Listener {
  const policy = callPolicyOf(service, callee);
  const chains: Pick<Listener, 'filter_chains' | 'filter_chain_matcher'> =
    callee.protocol === 'tcp'
      ? tcpFilterChains(callee, (cluster) =>
          tcpProxy({
            direction: 'outbound',
            peer: cluster,
            cluster,
            authenticated: false,
            log: { service: service.name, tracing: topology.tracing },
            timeouts: [policy.timeouts],
          }),
        )
      : { filter_chains: [{ filters: [httpOutbound(topology, service, callee)] }] };
  return {
    name: callee.name,
    traffic_direction: 'OUTBOUND',
    ...DRAINED_BY_AGENT,
    ...NEVER_OVERLOADED,
    address: socketAddress(callee.address, callee.virtualPort),
    ...chains,
  };
}

function httpOutbound(topology: Topology, service: Service, callee: Service): NetworkFilter {
  return httpConnectionManager({
    peer: callee.name,
    direction: 'outbound',
    protocol: callee.protocol,
    virtualHost: callee.virtualHost,
    versions: callee.versions !== undefined,
    segmentName: service.name,
    tracing: topology.tracing,
    requestLimits: requestLimits(callee.policy.headerLimits),
    filters: refuseLongHeaders('requests', [callee]),
    settings: earlyHeaderMutation([...removeForeignMarks([callee]), ...joinLines(headersOfRoutes([callee]))]),
    // It is for this Envoy alone.
    routeConfig: { response_headers_to_remove: [LEAVING_HEADER] },
    virtualHosts: [{ name: callee.name, domains: ['*'], routes: routes(callee, callPolicyOf(service, callee)) }],
  });
}
