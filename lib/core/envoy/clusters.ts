import type { ProtocolId, Registration, Service, Topology } from '../model/topology';
import { portOf, registrationsOf } from '../model/topology';
import { circuitBreakers } from './traffic/circuit-breakers';
import { callPolicyOf } from '../model/call-policy';
import type { KeepAlive } from '../model/traffic-policy';
import type { Cluster } from './api/cluster';
import type { HttpProtocolOptions } from './api/protocol';
import type { ExplicitHttpConfig, UpstreamHttpProtocolOptions } from './api/upstream-http';
import { discovery, loadAssignment } from './discovery';
import { healthChecks } from './traffic/health-checks';
import { INVALID_ENDS_STREAM, MAX_STREAMS } from './http-connection-manager';
import { typed } from './syntax/messages';
import { arrivingResponseLimits, responseLimits } from './traffic/header-limits';
import { http2Keepalive, tcpKeepalive } from './traffic/keep-alive';
import { loadBalancing } from './traffic/load-balancing';
import { outlierDetection } from './traffic/outlier-detection';
import { CONNECT_TIMEOUT } from './traffic/timeouts';
import { upstreamTls } from './security/tls';
import { allowConnect } from './traffic/web-sockets';

/** No service can have this name: theirs are DNS labels, and name the clusters beside it. */
export const APPLICATION_CLUSTER = '_app';

/**
 * The tasks of a callee; of one with versions a cluster for each.
 *
 * @param caller absent: the gateway
 */
export function upstreamClusters(topology: Topology, caller: Service | undefined, callee: Service): readonly Cluster[] {
  return registrationsOf(callee).map((tasks) => upstreamCluster(topology, caller, callee, tasks));
}

/** Versions have one identity and one policy: those of their service. */
function upstreamCluster(topology: Topology, caller: Service | undefined, callee: Service, tasks: Registration): Cluster {
  const policy = callPolicyOf(caller, callee);
  return {
    name: tasks.name,
    ...discovery(tasks),
    connect_timeout: CONNECT_TIMEOUT,
    ...loadBalancing(policy),
    ...circuitBreakers(policy),
    ...outlierDetection(policy),
    ...healthChecks(callee, policy),
    ...envoyToEnvoy(callee, policy.keepAlive),
    ...upstreamTls(topology, callee),
  };
}

/**
 * What Envoy reads ahead of a peer that does not: between callers and the application nothing has to be held, since only a
 * caller's Envoy sends again. https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
export const BUFFER_BYTES = 32_768;

/**
 * Shorter than what applications have: gunicorn closes an idle connection after 2 seconds, Node.js after 5. A new connection inside the
 * task costs nothing, and a request on a connection that the application is closing is lost, unless it may be sent twice.
 * https://gunicorn.org/reference/settings/#keepalive
 */
const APPLICATION_IDLE = '1s';

/** Of a port of a service. Statistics of what arrives for it have the same name (programs/statistics/sample.ts). */
export function applicationClusterOf({ name, additionalPort }: Pick<Service, 'name' | 'additionalPort'>): string {
  return additionalPort === undefined ? APPLICATION_CLUSTER : `${APPLICATION_CLUSTER}_${name}`;
}

/** The application in the same task. */
export function applicationCluster(service: Service): Cluster {
  return {
    name: applicationClusterOf(service),
    connect_timeout: CONNECT_TIMEOUT,
    per_connection_buffer_limit_bytes: BUFFER_BYTES,
    // Limits are the callers': here they would only shed ordinary load.
    circuit_breakers: { thresholds: [{ max_connections: 100_000, max_requests: 100_000 }] },
    // And no pings: a gRPC server takes more than one in five minutes for an attack (https://grpc.io/docs/guides/keepalive/).
    ...commonAndProtocol(
      service.protocol,
      { idle_timeout: APPLICATION_IDLE, ...responseLimits(service.policy) },
      service.protocol === 'http' ? { http_protocol_options: {} } : { http2_protocol_options: INVALID_ENDS_STREAM },
    ),
    load_assignment: loadAssignment(applicationClusterOf(service), '127.0.0.1', portOf(service)),
  };
}

/**
 * A task's host may fail, and TCP would wait for a quarter of an hour: the connection is probed, so that requests on it are soon
 * tried on another task. For that, Envoys speak HTTP/2, whatever the application speaks.
 */
function envoyToEnvoy(
  callee: Service,
  keepAlive: KeepAlive,
): Pick<Cluster, 'upstream_connection_options' | 'typed_extension_protocol_options'> {
  if (callee.protocol === 'tcp') return tcpKeepalive(keepAlive);
  // The idle timeout is shorter than that of the callee's Envoy, so that a connection is not closed under a request.
  return commonAndProtocol(
    callee.protocol,
    { idle_timeout: '60s', ...arrivingResponseLimits(callee) },
    {
      http2_protocol_options: {
        ...INVALID_ENDS_STREAM,
        max_concurrent_streams: MAX_STREAMS,
        ...http2Keepalive(keepAlive),
        ...allowConnect(callee),
      },
    },
  );
}

function commonAndProtocol(
  protocol: ProtocolId,
  common: HttpProtocolOptions,
  config: ExplicitHttpConfig,
): Pick<Cluster, 'typed_extension_protocol_options'> {
  if (protocol === 'tcp') return {};
  return httpProtocolOptions({ common_http_protocol_options: common, explicit_http_config: config });
}

/** Of a cluster. https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/upstreams/http/v3/http_protocol_options.proto */
export function httpProtocolOptions(options: UpstreamHttpProtocolOptions): Pick<Cluster, 'typed_extension_protocol_options'> {
  const type = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return { typed_extension_protocol_options: { [type]: typed(type, options) } };
}
