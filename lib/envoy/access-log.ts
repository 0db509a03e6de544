import type { Json, JsonObject } from './json';
import { extension } from './json';

/**
 * One JSON line for each request or connection, on stdout, with what explains a failure: the response flags
 * and details say which Envoy gave up and why. The query string is left out, since it may hold secrets.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function accessLog(kind: 'http' | 'tcp', direction: 'inbound' | 'outbound' | 'edge', peer: string): Json {
  const common = {
    time: '%START_TIME%',
    direction,
    peer,
    flags: '%RESPONSE_FLAGS%',
    duration_ms: '%DURATION%',
    upstream: '%UPSTREAM_HOST%',
    upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
    downstream: '%DOWNSTREAM_REMOTE_ADDRESS%',
    bytes_in: '%BYTES_RECEIVED%',
    bytes_out: '%BYTES_SENT%',
  };
  const http = {
    method: '%REQ(:METHOD)%',
    authority: '%REQ(:AUTHORITY)%',
    path: '%PATH(NQ)%',
    protocol: '%PROTOCOL%',
    status: '%RESPONSE_CODE%',
    details: '%RESPONSE_CODE_DETAILS%',
    grpc_status: '%GRPC_STATUS%',
    attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
    request_id: '%REQ(X-REQUEST-ID)%',
    trace: '%REQ(X-AMZN-TRACE-ID)%',
  };
  const tcp = { details: '%CONNECTION_TERMINATION_DETAILS%' };
  return [
    extension('envoy.access_loggers.stdout', 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      log_format: { json_format: { ...common, ...(kind === 'http' ? http : tcp) } as JsonObject, omit_empty_values: true },
    }),
  ];
}
