import type { ProtocolId } from '../topology/model';
import type { Json, JsonObject } from './json';
import { extension } from './json';

export type Direction = 'inbound' | 'outbound' | 'edge';

export interface AccessLogOptions {
  readonly protocol: ProtocolId;
  readonly direction: Direction;
  /** The other side of an outbound listener. */
  readonly peer: string;
  /** Whether whoever connects has to prove who it is. */
  readonly authenticated?: boolean;
}

/**
 * One JSON line for each request or connection, on stdout, with what explains a failure: the response flags
 * and details say which Envoy gave up and why. The query string is left out, since it may hold secrets. Fields
 * that say nothing in a direction are left out too: each listener repeats its format, and the task definition
 * has a size limit.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function accessLog({ protocol, direction, peer, authenticated = false }: AccessLogOptions): Json {
  return [
    stdout({
      ...head(direction),
      ...(direction === 'outbound' ? { peer } : {}),
      ...(authenticated ? { caller: '%DOWNSTREAM_PEER_URI_SAN%' } : {}),
      ...(protocol === 'tcp' ? { details: '%CONNECTION_TERMINATION_DETAILS%' } : request(protocol, direction)),
      flags: '%RESPONSE_FLAGS%',
      duration_ms: '%DURATION%',
      bytes_in: '%BYTES_RECEIVED%',
      bytes_out: '%BYTES_SENT%',
      // Outbound it is always the application that calls, inbound always the one that is called.
      ...(direction === 'outbound' ? {} : { downstream: DOWNSTREAM }),
      // Of a TCP proxy, also what never became a connection.
      ...(authenticated && protocol === 'tcp' ? { downstream_failure: DOWNSTREAM_FAILURE } : {}),
      ...(direction === 'inbound' ? {} : { upstream: '%UPSTREAM_HOST%', upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%' }),
    }),
  ];
}

/**
 * One line for each connection that did not come about, since its TLS handshake failed: no request is there to be
 * logged. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
 */
export function refusedConnections(): Json {
  return [{
    ...stdout({ ...head('inbound'), caller: '%DOWNSTREAM_PEER_URI_SAN%', flags: '%RESPONSE_FLAGS%', downstream: DOWNSTREAM, downstream_failure: DOWNSTREAM_FAILURE }),
    filter: { extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression: "connection.transport_failure_reason != ''" }) },
  }];
}

const DOWNSTREAM = '%DOWNSTREAM_REMOTE_ADDRESS%';
const DOWNSTREAM_FAILURE = '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%';

function head(direction: Direction): JsonObject {
  return { time: '%START_TIME%', direction };
}

function stdout(fields: JsonObject): JsonObject {
  return extension('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
    log_format: { json_format: fields, omit_empty_values: true },
  });
}

function request(protocol: ProtocolId, direction: Direction): JsonObject {
  return {
    method: '%REQ(:METHOD)%',
    // Inside the mesh it is the service's name.
    ...(direction === 'edge' ? { authority: '%REQ(:AUTHORITY)%' } : {}),
    path: '%PATH(NQ)%',
    status: '%RESPONSE_CODE%',
    details: '%RESPONSE_CODE_DETAILS%',
    ...(protocol === 'grpc' || direction === 'edge' ? { grpc_status: '%GRPC_STATUS%' } : {}),
    ...(direction === 'inbound' ? {} : { attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%' }),
    request_id: '%REQ(X-REQUEST-ID)%',
    trace: '%REQ(X-AMZN-TRACE-ID)%',
  };
}
