import { CLIENT_GATEWAY_PORT, clientAuthorities } from '../model/clients';
import type { ClientGateway } from '../model/clients';
import { callPolicyOf } from '../model/call-policy';
import { toldOfClients } from '../model/identity-headers';
import { OF_MESH } from '../model/pass-through-headers';
import { servicesBehind } from '../model/callers';
import type { MeshSettings, Topology } from '../model/topology';
import type { Bootstrap } from './api/bootstrap';
import type { Route, VirtualHost } from './api/route';
import { bootstrap } from './bootstrap';
import { BUFFER_BYTES, upstreamClusters } from './clusters';
import { collectorClusters } from './collector';
import { httpConnectionManager } from './http-connection-manager';
import { failedHandshakes } from './observability/access-log';
import { prometheusPart } from './prometheus';
import { connectionLimit } from './overload';
import type { EnvoyMemory } from './overload';
import { routes } from './routes';
import { clientAuthorization } from './security/client-authorization';
import { earlyHeaderMutation, joinLines, removeMatching } from './security/early-header-mutation';
import { requestTrailers } from './security/trailers';
import { anyOf, prefixes, spellings } from './security/untrusted-headers';
import { rulesNamePaths } from './security/inbound-headers';
import { clientTls } from './security/tls';
import { socketAddress } from './syntax/messages';
import { largestRequestLimits, refuseLongHeaders } from './traffic/header-limits';
import { DRAINED_BY_AGENT, FROM_HEALTH_CHECKER } from './traffic/liveness-checks';
import { HEADERS_OF_MESH } from './edge/headers';
import { headersOfRoutes } from './traffic/matched-headers';
import { removeForeignMarks } from './traffic/route-mark';
import { weightsLayers } from './traffic/versions';
import { allowConnect } from './traffic/web-sockets';

const LISTENER = '_clients';

/** A client is outside of the mesh, as those of an edge are: what meets no limits of a service is for the mesh's own Envoys. */
const REFUSE_HEALTH_CHECKERS: Route = { match: { prefix: '/', headers: [FROM_HEALTH_CHECKER] }, direct_response: { status: 400 } };

/**
 * The Envoy configuration of the service through which clients outside of the mesh call. To a client it is what its own Envoy is to a
 * task: it finds the tasks of the callee, sends again, and notices which fail. What a task's Envoy need not do comes first: it says who
 * calls.
 */
export function clientGatewayBootstrap(
  topology: Topology<MeshSettings & { readonly maxConnectionSeconds?: number }>,
  gateway: ClientGateway,
): Bootstrap {
  const { name, sizing } = gateway;
  const targets = servicesBehind(topology, { gatewayName: name });
  // Who a user is only an edge says, which has asked: a client is a program, and could name any user.
  const identityHeaders = toldOfClients(topology);
  const memory: EnvoyMemory = { memoryMiB: sizing.memoryMiB, share: 'gateway' };
  const manager = httpConnectionManager({
    peer: name,
    direction: 'client',
    protocol: 'http',
    authenticated: true,
    versions: targets.length > 1 || targets.some(({ versions }) => versions !== undefined),
    segmentName: name,
    tracing: topology.tracing,
    // A rule must see the path that the callee's Envoy will see: what one client may do must not be a way to what another one may.
    looksAtPaths: targets.some(rulesNamePaths),
    maxConnectionSeconds: topology.mesh.maxConnectionSeconds,
    http2: targets.map(allowConnect).find((options) => Object.keys(options).length > 0),
    requestLimits: largestRequestLimits(targets),
    settings: earlyHeaderMutation([
      removeMatching(anyOf([...spellings(identityHeaders), ...prefixes(OF_MESH)])),
      ...removeForeignMarks(targets),
      ...joinLines(headersOfRoutes(targets)),
    ]),
    routeConfig: { response_headers_to_remove: HEADERS_OF_MESH },
    filters: [
      ...requestTrailers('http2', identityHeaders),
      ...clientAuthorization(topology, gateway, targets),
      ...refuseLongHeaders('requests', targets),
    ],
    virtualHosts: targets.map((callee): VirtualHost => ({
      name: callee.name,
      domains: clientAuthorities(gateway, callee),
      routes: [REFUSE_HEALTH_CHECKERS, ...routes(callee, callPolicyOf(undefined, callee))],
    })),
  });
  const prometheus = prometheusPart(topology);
  return bootstrap(
    name,
    memory,
    {
      listeners: [
        {
          name: LISTENER,
          traffic_direction: 'INBOUND',
          ...DRAINED_BY_AGENT,
          address: socketAddress('0.0.0.0', CLIENT_GATEWAY_PORT),
          per_connection_buffer_limit_bytes: BUFFER_BYTES,
          access_log: failedHandshakes('client', { service: name, tracing: topology.tracing }),
          filter_chains: [{ ...clientTls(topology, gateway), filters: [manager] }],
        },
        ...prometheus.listeners,
      ],
      clusters: [
        ...targets.flatMap((callee) => upstreamClusters(topology, undefined, callee)),
        ...collectorClusters(topology),
        ...prometheus.clusters,
      ],
    },
    [connectionLimit([LISTENER], memory), ...prometheus.layers, ...weightsLayers(targets)],
  );
}
