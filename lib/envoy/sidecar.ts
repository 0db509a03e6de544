import { INBOUND_PORT } from '../topology/constants';
import type { Service, Topology } from '../topology/model';
import { bootstrap } from './bootstrap';
import { APPLICATION_CLUSTER, applicationCluster, upstreamCluster } from './clusters';
import { httpConnectionManager } from './http-connection-manager';
import type { JsonObject } from './json';
import { socketAddress } from './json';
import { routes, silence, tellWhatWasNotSent } from './resilience';
import { tcpProxy } from './tcp-proxy';

/** The whole Envoy configuration of a service's task. */
export function sidecarBootstrap(topology: Topology, service: Service): JsonObject {
  const callees = topology.services.filter((other) => service.calls.includes(other.name));
  return bootstrap({
    listeners: [inbound(topology, service), ...callees.map((callee) => outbound(topology, service, callee))],
    clusters: [applicationCluster(service), ...callees.map(upstreamCluster)],
  });
}

/** What other tasks reach: the application, and nothing else. */
function inbound(topology: Topology, service: Service): JsonObject {
  const filter = service.protocol === 'tcp'
    ? tcpProxy('inbound', service.name, APPLICATION_CLUSTER)
    : httpConnectionManager({
      peer: service.name,
      direction: 'inbound',
      protocol: service.protocol,
      segmentName: service.name,
      tracing: topology.tracing,
      settings: tellWhatWasNotSent(),
      virtualHosts: [{
        name: service.name,
        domains: ['*'],
        // The caller's Envoy keeps the time; this one only must not cut in.
        routes: [{ match: { prefix: '/' }, route: { cluster: APPLICATION_CLUSTER, timeout: '0s', ...silence(service) } }],
      }],
    });
  return { name: 'inbound', address: socketAddress('0.0.0.0', INBOUND_PORT), filter_chains: [{ filters: [filter] }] };
}

/** What the application reaches: a callee's virtual name resolves to this address in every task. */
function outbound(topology: Topology, service: Service, callee: Service): JsonObject {
  const filter = callee.protocol === 'tcp'
    ? tcpProxy('outbound', callee.name, callee.name)
    : httpConnectionManager({
      peer: callee.name,
      direction: 'outbound',
      protocol: callee.protocol,
      segmentName: service.name,
      tracing: topology.tracing,
      virtualHosts: [{ name: callee.name, domains: ['*'], routes: routes(callee) }],
    });
  return { name: callee.name, address: socketAddress(callee.address, callee.virtualPort), filter_chains: [{ filters: [filter] }] };
}
