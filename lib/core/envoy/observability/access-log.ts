import type { Direction } from '../../contract/statistics';
import type { ProtocolId } from '../../model/topology';
import type { Json, JsonObject } from '../syntax/json';
import { extension } from '../syntax/json';

export interface AccessLogOptions {
  readonly protocol: ProtocolId;
  readonly direction: Direction;
  /** The other side of an outbound listener. */
  readonly peer: string;
  /** Whether the other side is outside of the mesh. */
  readonly external?: boolean;
  /** Whether whoever connects has to prove who it is. */
  readonly authenticated?: boolean;
  /** Whether a callee has several versions: which one a request went to is told then. */
  readonly versions?: boolean;
}

/**
 * One JSON line for each request or connection, on stdout, with what explains a failure: the response flags
 * and details say which Envoy gave up and why. The query string is left out, since it may hold secrets. Fields
 * that say nothing in a direction are left out too: each listener repeats its format, and the task definition
 * has a size limit.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function accessLog({ protocol, direction, peer, external, authenticated = false, versions = false }: AccessLogOptions): Json {
  return [
    {
      ...stdout({
        ...head(direction),
        ...(direction === 'outbound' ? { peer } : {}),
        ...(authenticated ? { caller: CALLER } : {}),
        ...(protocol === 'tcp' ? { details: '%CONNECTION_TERMINATION_DETAILS%' } : request({ protocol, direction, external })),
        flags: '%RESPONSE_FLAGS%',
        duration_ms: '%DURATION%',
        bytes_in: '%BYTES_RECEIVED%',
        bytes_out: '%BYTES_SENT%',
        // Outbound it is always the application that calls, inbound always the one that is called.
        ...(direction === 'outbound' ? {} : { downstream: direction === 'edge' ? CLIENT : DOWNSTREAM }),
        ...(versions ? { cluster: '%UPSTREAM_CLUSTER%' } : {}),
        ...(direction === 'inbound' ? {} : { upstream: '%UPSTREAM_HOST%', upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%' }),
      }),
      // A TCP proxy would log them too, as if they had proved who they are.
      ...(authenticated && protocol === 'tcp' ? onlyIf(`!(${REFUSED})`) : {}),
    },
  ];
}

/**
 * One line for each connection that did not come about, since its TLS handshake failed or took too long: there is no
 * request to be logged. Whoever it was has proved nothing, so what its certificate says is not a caller.
 */
export function refusedConnections(): Json {
  return [
    {
      ...stdout({
        ...head('inbound'),
        claimed_caller: CALLER,
        details: '%CONNECTION_TERMINATION_DETAILS%',
        flags: '%RESPONSE_FLAGS%',
        duration_ms: '%DURATION%',
        downstream: DOWNSTREAM,
        downstream_failure: '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
      }),
      ...onlyIf(REFUSED),
    },
  ];
}

const CALLER = '%DOWNSTREAM_PEER_URI_SAN%';
/** Where the connection comes from; not the client of whom X-Forwarded-For speaks, which inside the mesh anybody may write. */
const DOWNSTREAM = '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%';
/** The client, by API Gateway's word. */
const CLIENT = '%DOWNSTREAM_REMOTE_ADDRESS%';

/**
 * Whether a connection ended before its handshake did. One that was reset has a reason too, of the "system library". Most
 * have neither reason nor details; who asks without `has` gets an error, and an error logs nothing, negated or not.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
 */
const REFUSED = [
  "has(connection.transport_failure_reason) && connection.transport_failure_reason.contains('SSL routines')",
  "has(connection.termination_details) && connection.termination_details.startsWith('transport socket')",
].join(' || ');

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/access_loggers/filters/cel/v3/cel.proto */
function onlyIf(expression: string): JsonObject {
  return { filter: { extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }) } };
}

function head(direction: Direction): JsonObject {
  return { time: '%START_TIME%', direction };
}

function stdout(fields: JsonObject): JsonObject {
  return extension('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
    log_format: { json_format: fields, omit_empty_values: true },
  });
}

function request({ protocol, direction, external }: Pick<AccessLogOptions, 'protocol' | 'direction' | 'external'>): JsonObject {
  return {
    method: '%REQ(:METHOD)%',
    // Inside the mesh it is the service's name.
    ...(direction === 'edge' ? { authority: '%REQ(:AUTHORITY)%' } : {}),
    // By itself Envoy tells what the caller calls the path before a rewrite (x-envoy-original-path): anything at all.
    path: direction === 'inbound' ? '%PATH(NQ:PATH)%' : '%PATH(NQ)%',
    status: '%RESPONSE_CODE%',
    details: '%RESPONSE_CODE_DETAILS%',
    ...(protocol === 'grpc' || direction === 'edge' ? { grpc_status: '%GRPC_STATUS%' } : {}),
    ...(direction === 'inbound' ? {} : { attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%' }),
    request_id: '%REQ(X-REQUEST-ID)%',
    // What goes out of the mesh has no such header.
    trace: external === true ? '%TRACE_ID%' : '%REQ(X-AMZN-TRACE-ID)%',
  };
}
