import { INBOUND_PORT } from '../topology/constants';
import type { Service, Topology } from '../topology/model';
import { callPolicyOf, longestTimeouts } from '../topology/policy/call-policy';
import { refusedConnections } from './access-log';
import { httpAuthorization } from './authorization';
import { bootstrap } from './bootstrap';
import { APPLICATION_CLUSTER, applicationCluster, upstreamCluster } from './clusters';
import { faults } from './faults';
import { headerChanges } from './header-changes';
import { httpConnectionManager } from './http-connection-manager';
import { authenticates } from './callers';
import type { Json, JsonObject } from './json';
import { socketAddress } from './json';
import { tellWhatWasNotSent } from './not-sent';
import { rateLimits } from './rate-limits';
import { regexLimit } from './regex-limit';
import { buffer, limitedBySize } from './request-size';
import { routes } from './routes';
import { silence } from './timeouts';
import { tcpProxy } from './tcp-proxy';
import { acceptTls, tellCaller } from './tls';
import { acceptConnect, upgrades } from './web-sockets';

/** The whole Envoy configuration of a service's task. */
export function sidecarBootstrap(topology: Topology, service: Service): JsonObject {
  const callees = topology.services.filter((other) => service.calls.includes(other.name));
  return bootstrap(service.name, {
    listeners: [inbound(topology, service), ...callees.map((callee) => outbound(topology, service, callee))],
    clusters: [applicationCluster(service), ...callees.map((callee) => upstreamCluster(topology, service, callee))],
  }, regexLimit({ own: service.policy, called: callees.map(({ policy }) => policy) }));
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
      rewritten: service.policy.routes.some(({ rewrite }) => rewrite?.path !== undefined),
      filters: requestFilters(topology, service),
      settings: { ...tellWhatWasNotSent(), ...tellCaller(topology), ...(service.policy.webSockets ? { http2_protocol_options: acceptConnect(service) } : {}) },
      virtualHosts: [{
        name: service.name,
        domains: ['*'],
        ...headerChanges(service.policy),
        // The caller's Envoy keeps the time; this one only must not cut in.
        routes: limitedBySize(service, { cluster: APPLICATION_CLUSTER, timeout: '0s', ...silence(longestTimeouts(topology, service), service.protocol), ...upgrades(service) }),
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

/** In this order: what is refused uses up no limit, what is limited has no faults, and only what is left is held back to be measured. */
function requestFilters(topology: Topology, service: Service): readonly Json[] {
  return [...httpAuthorization(topology, service), ...rateLimits(topology, service), ...faults(topology, service), ...buffer(service)];
}

/** What the application reaches: a callee's virtual name resolves to this address in every task. */
function outbound(topology: Topology, service: Service, callee: Service): JsonObject {
  const filter = callee.protocol === 'tcp'
    ? tcpProxy({ direction: 'outbound', peer: callee.name, cluster: callee.name, authenticated: false })
    : httpConnectionManager({
      peer: callee.name,
      direction: 'outbound',
      protocol: callee.protocol,
      segmentName: service.name,
      tracing: topology.tracing,
      virtualHosts: [{ name: callee.name, domains: ['*'], routes: routes(callee, callPolicyOf(service, callee)) }],
    });
  return { name: callee.name, traffic_direction: 'OUTBOUND', address: socketAddress(callee.address, callee.virtualPort), filter_chains: [{ filters: [filter] }] };
}
