import type { ProtocolId } from '../topology/model';
import type { Json, JsonObject } from './json';
import { extension } from './json';

export type Direction = 'inbound' | 'outbound' | 'edge';

/**
 * One JSON line for each request or connection, on stdout, with what explains a failure: the response flags
 * and details say which Envoy gave up and why. The query string is left out, since it may hold secrets. Fields
 * that say nothing in a direction are left out too: each listener repeats its format, and the task definition
 * has a size limit.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function accessLog(protocol: ProtocolId, direction: Direction, peer: string): Json {
  const fields: JsonObject = {
    time: '%START_TIME%',
    direction,
    ...(direction === 'outbound' ? { peer } : {}),
    ...(protocol === 'tcp' ? { details: '%CONNECTION_TERMINATION_DETAILS%' } : request(protocol, direction)),
    flags: '%RESPONSE_FLAGS%',
    duration_ms: '%DURATION%',
    bytes_in: '%BYTES_RECEIVED%',
    bytes_out: '%BYTES_SENT%',
    // Outbound it is always the application that calls, inbound always the one that is called.
    ...(direction === 'outbound' ? {} : { downstream: '%DOWNSTREAM_REMOTE_ADDRESS%' }),
    ...(direction === 'inbound' ? {} : { upstream: '%UPSTREAM_HOST%', upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%' }),
  };
  return [
    extension('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      log_format: { json_format: fields, omit_empty_values: true },
    }),
  ];
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
