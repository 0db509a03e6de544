import type { Logging } from './resources';

/**
 * One JSON line for each request or connection, on stdout, as far as one format can fit all listeners of an Envoy. The
 * query string is left out, since it may hold secrets. App Mesh takes 100 characters a value.
 * https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_JsonFormatRef.html
 */
const FIELDS = {
  time: '%START_TIME%',
  caller: '%DOWNSTREAM_PEER_URI_SAN%',
  method: '%REQ(:METHOD)%',
  authority: '%REQ(:AUTHORITY)%',
  path: '%PATH(NQ)%',
  status: '%RESPONSE_CODE%',
  details: '%RESPONSE_CODE_DETAILS%',
  grpc_status: '%GRPC_STATUS%',
  flags: '%RESPONSE_FLAGS%',
  duration_ms: '%DURATION%',
  bytes_in: '%BYTES_RECEIVED%',
  bytes_out: '%BYTES_SENT%',
  attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
  upstream: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER%',
  upstream_failure: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  downstream: '%DOWNSTREAM_REMOTE_ADDRESS%',
  request_id: '%REQ(X-REQUEST-ID)%',
  trace: '%REQ(X-AMZN-TRACE-ID)%',
} as const;

export const LOGGING: Logging = {
  accessLog: { file: { path: '/dev/stdout', format: { json: Object.entries(FIELDS).map(([key, value]) => ({ key, value })) } } },
};
