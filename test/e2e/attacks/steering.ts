/** Headers that steer an Envoy, or an application past what an Envoy has decided. */
import { FORGED, OVERRIDES } from './rules';
import { spellings } from './spellings';

/** By this address Envoy takes a caller for one of its own, whose x-envoy-* headers it obeys. */
export const INSIDERS = ['10.0.0.1', '192.168.1.1', '172.16.0.1', '127.0.0.1', '::1', 'fd00::1', '255.255.255.255', '8.8.8.8'];

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#config-http-filters-router-headers-consumed */
const OF_ENVOY = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-stream-duration-ms',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-internal',
  'x-envoy-external-address',
  'x-envoy-original-path',
  'x-envoy-original-host',
  'x-envoy-original-url',
  'x-envoy-force-trace',
  'x-envoy-decorator-operation',
  'x-envoy-attempt-count',
  'x-envoy-ip-tags',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-peer-metadata',
  'x-envoy-is-timeout-retry',
  'x-envoy-nobody-knows',
];

export const STEERING = OF_ENVOY.flatMap(spellings);
export const OVERRIDING = OVERRIDES.flatMap(spellings);
export const CALLERS = spellings('x-forwarded-client-cert');

/** Lines of a head in which each of these has a value of its own. */
export function forged(names: readonly string[]): readonly string[] {
  return names.map((name) => `${name}: ${FORGED}`);
}
