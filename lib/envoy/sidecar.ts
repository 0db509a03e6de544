import { INBOUND_PORT } from '../topology/constants';
import type { Service, Topology } from '../topology/model';
import { callPolicyOf } from '../topology/policy/call-policy';
import { refusedConnections } from './access-log';
import { httpAuthorization } from './authorization';
import { bootstrap } from './bootstrap';
import { APPLICATION_CLUSTER, applicationCluster, upstreamClusters } from './clusters';
import { httpConnectionManager } from './http-connection-manager';
import { authenticates } from './callers';
import type { JsonObject } from './json';
import { socketAddress } from './json';
import { tellWhatWasNotSent } from './not-sent';
import { routes } from './routes';
import { silence } from './timeouts';
import { tcpProxy } from './tcp-proxy';
import { acceptTls, tellCaller } from './tls';
import { tcpChains, weightsLayers } from './versions';

/**
 * The whole Envoy configuration of a service's task.
 *
 * @param name that of the tasks, if they are of a version
 */
export function sidecarBootstrap(topology: Topology, service: Service, name: string = service.name): JsonObject {
  const callees = topology.services.filter((other) => service.calls.includes(other.name));
  return bootstrap(name, {
    listeners: [inbound(topology, service), ...callees.map((callee) => outbound(topology, service, callee))],
    clusters: [applicationCluster(service), ...callees.flatMap((callee) => upstreamClusters(topology, service, callee))],
  }, weightsLayers(callees));
}

/** What other tasks reach: the application, and nothing else. */
function inbound(topology: Topology, service: Service): JsonObject {
  const authenticated = authenticates(topology);
  const filter = service.protocol === 'tcp'
    ? tcpProxy({ direction: 'inbound', peer: service.name, cluster: APPLICATION_CLUSTER, authenticated })
    : httpConnectionManager({
      peer: service.name,
      direction: 'inbound',
      protocol: service.protocol,
      segmentName: service.name,
      tracing: topology.tracing,
      authenticated,
      filters: httpAuthorization(topology, service),
      settings: { ...tellWhatWasNotSent(), ...tellCaller(topology) },
      virtualHosts: [{
        name: service.name,
        domains: ['*'],
        // The caller's Envoy keeps the time; this one only must not cut in.
        routes: [{ match: { prefix: '/' }, route: { cluster: APPLICATION_CLUSTER, timeout: '0s', ...silence(service.callPolicy.timeouts, service.protocol) } }],
      }],
    });
  return {
    name: 'inbound',
    // The agent drains what is inbound, so that the application can still call others.
    traffic_direction: 'INBOUND',
    address: socketAddress('0.0.0.0', INBOUND_PORT),
    ...(authenticated ? { access_log: refusedConnections() } : {}),
    filter_chains: [{ ...acceptTls(topology, service), filters: [filter] }],
  };
}

/** What the application reaches: a callee's virtual name resolves to this address in every task. */
function outbound(topology: Topology, service: Service, callee: Service): JsonObject {
  const chains = callee.protocol === 'tcp'
    ? tcpChains(callee, (cluster) => tcpProxy({ direction: 'outbound', peer: cluster, cluster, authenticated: false }))
    : { filter_chains: [{ filters: [httpOutbound(topology, service, callee)] }] };
  return { name: callee.name, traffic_direction: 'OUTBOUND', address: socketAddress(callee.address, callee.virtualPort), ...chains };
}

function httpOutbound(topology: Topology, service: Service, callee: Service): JsonObject {
  return httpConnectionManager({
    peer: callee.name,
    direction: 'outbound',
    protocol: callee.protocol,
    versions: callee.versions !== undefined,
    segmentName: service.name,
    tracing: topology.tracing,
    virtualHosts: [{ name: callee.name, domains: ['*'], routes: routes(callee, callPolicyOf(service, callee)) }],
  });
}
