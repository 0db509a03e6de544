import { INBOUND_PORT } from '../topology/constants';
import type { Service, Topology } from '../topology/model';
import { callPolicyOf, policiesOfCallers } from '../topology/policy/call-policy';
import { refusedConnections } from './access-log';
import { httpAuthorization } from './authorization';
import { bootstrap } from './bootstrap';
import { APPLICATION_CLUSTER, applicationCluster, upstreamCluster } from './clusters';
import { httpConnectionManager } from './http-connection-manager';
import { authenticates } from './callers';
import { externalCluster, externalListener } from './external';
import type { JsonObject } from './json';
import { socketAddress } from './json';
import { tellWhatWasNotSent } from './not-sent';
import { routes } from './routes';
import { silence } from './timeouts';
import { tcpProxy } from './tcp-proxy';
import { acceptTls, tellCaller } from './tls';

/** The whole Envoy configuration of a service's task. */
export function sidecarBootstrap(topology: Topology, service: Service): JsonObject {
  const callees = topology.services.filter((other) => service.calls.includes(other.name));
  const externals = topology.external.filter((other) => service.callsExternal.includes(other.name));
  return bootstrap(service.name, {
    listeners: [inbound(topology, service), ...callees.map((callee) => outbound(topology, service, callee)), ...externals.map((external) => externalListener(topology, service, external))],
    clusters: [applicationCluster(service), ...callees.map((callee) => upstreamCluster(topology, service, callee)), ...externals.map((external) => externalCluster(service, external))],
  });
}

/** What other tasks reach: the application, and nothing else. */
function inbound(topology: Topology, service: Service): JsonObject {
  const authenticated = authenticates(topology);
  const timeouts = [service.callPolicy, ...policiesOfCallers(topology, service).values()].map((policy) => policy.timeouts);
  const filter = service.protocol === 'tcp'
    ? tcpProxy({ direction: 'inbound', peer: service.name, cluster: APPLICATION_CLUSTER, authenticated, timeouts })
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
        routes: [{ match: { prefix: '/' }, route: { cluster: APPLICATION_CLUSTER, timeout: '0s', ...silence(timeouts, service.protocol) } }],
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
  const policy = callPolicyOf(service, callee);
  const filter = callee.protocol === 'tcp'
    ? tcpProxy({ direction: 'outbound', peer: callee.name, cluster: callee.name, authenticated: false, timeouts: [policy.timeouts] })
    : httpConnectionManager({
      peer: callee.name,
      direction: 'outbound',
      protocol: callee.protocol,
      segmentName: service.name,
      tracing: topology.tracing,
      virtualHosts: [{ name: callee.name, domains: ['*'], routes: routes(callee, policy) }],
    });
  return { name: callee.name, traffic_direction: 'OUTBOUND', address: socketAddress(callee.address, callee.virtualPort), filter_chains: [{ filters: [filter] }] };
}
