import { INBOUND_PORT } from '../topology/constants';
import type { ProtocolId, Service } from '../topology/model';
import type { JsonObject } from './json';
import { extension, socketAddress, typed } from './json';
import { CONNECT_TIMEOUT, circuitBreakers, outlierDetection } from './resilience';

export const APPLICATION_CLUSTER = 'app';

/** The tasks of a callee, as Cloud Map's DNS names them: asked again when an answer's TTL has passed. */
export function upstreamCluster(callee: Service): JsonObject {
  return {
    name: callee.name,
    cluster_type: extension('envoy.extensions.clusters.dns.v3.DnsCluster', {
      dns_lookup_family: 'V4_ONLY',
      respect_dns_ttl: true,
      dns_failure_refresh_rate: { base_interval: '1s', max_interval: '5s' },
    }),
    connect_timeout: CONNECT_TIMEOUT,
    lb_policy: 'LEAST_REQUEST',
    circuit_breakers: circuitBreakers(),
    outlier_detection: outlierDetection(),
    // Shorter than the idle timeout of the callee's Envoy, so that a connection is not closed under a request.
    ...upstreamProtocol(callee.protocol, '60s'),
    load_assignment: loadAssignment(callee.name, callee.discoveryHost, INBOUND_PORT),
  };
}

/** The application in the same task. */
export function applicationCluster(service: Service): JsonObject {
  return {
    name: APPLICATION_CLUSTER,
    connect_timeout: CONNECT_TIMEOUT,
    // Limits are the callers': here they would only shed ordinary load.
    circuit_breakers: { thresholds: [{ max_connections: 100_000, max_pending_requests: 100_000, max_requests: 100_000 }] },
    // Shorter than what applications have (Node.js closes an idle connection after 5 seconds); a new connection
    // inside the task costs nothing, a request on a closing one is lost.
    ...upstreamProtocol(service.protocol, '4s'),
    load_assignment: loadAssignment(APPLICATION_CLUSTER, '127.0.0.1', service.port),
  };
}

function loadAssignment(cluster: string, host: string, port: number): JsonObject {
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, port) } }] }] };
}

function upstreamProtocol(protocol: ProtocolId, idleTimeout: string): JsonObject {
  if (protocol === 'tcp') return {};
  const http2 = protocol !== 'http';
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed('envoy.extensions.upstreams.http.v3.HttpProtocolOptions', {
        common_http_protocol_options: { idle_timeout: idleTimeout },
        explicit_http_config: http2 ? { http2_protocol_options: { connection_keepalive: { interval: '30s', timeout: '5s' } } } : { http_protocol_options: {} },
      }),
    },
  };
}
