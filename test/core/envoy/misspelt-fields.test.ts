import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { compiling } from '../../support/compile';
import { fieldNames, misspelt } from '../../support/messages';

const ROOT = join(__dirname, '../../..');
const ENVOY = join(ROOT, 'lib/core/envoy');

/** A field, a value or the name of a type, and how somebody might misspell it. */
const TYPOS: ReadonlyArray<readonly [string, string, string]> = [
  ['bootstrap.ts', 'ignore_global_conn_limit:', 'ignore_global_connection_limit:'],
  ['overload.ts', "timer: 'TRANSPORT_SOCKET_CONNECT'", "timer: 'TRANSPORT_SOCKET'"],
  ['sidecar.ts', 'per_connection_buffer_limit_bytes:', 'per_connection_buffer_limit:'],
  ['traffic/versions.ts', 'filter_chain_matcher:', 'filter_chains_matcher:'],
  ['traffic/versions.ts', 'input_matchers.runtime_fraction.v3.RuntimeFraction', 'input_matchers.runtime_fraction.v3.RuntimeFractions'],
  ['security/tls.ts', 'require_client_certificate:', 'require_client_cert:'],
  ['clusters.ts', 'per_connection_buffer_limit_bytes:', 'per_connection_buffer_bytes:'],
  ['discovery.ts', 'respect_dns_ttl:', 'respect_ttl:'],
  ['traffic/outlier-detection.ts', 'consecutive_5xx:', 'consecutive_5xxs:'],
  ['traffic/health-checks.ts', 'grpc_health_check:', 'grpc_healthcheck:'],
  ['traffic/timeouts.ts', 'grpc_timeout_header_max:', 'grpc_max_timeout:'],
  ['traffic/route-match.ts', 'treat_missing_header_as_empty:', 'treat_missing_as_empty:'],
  ['traffic/retries.ts', 'host_selection_retry_max_attempts:', 'host_selection_max_attempts:'],
  ['http-connection-manager.ts', "path_with_escaped_slashes_action: 'REJECT_REQUEST'", "path_with_escaped_slashes_action: 'REJECT'"],
  ['http-connection-manager.ts', 'filters.http.router.v3.Router', 'filters.http.Router'],
  ['traffic/rate-limits.ts', 'filter_enforced:', 'filter_enforce:'],
  ['traffic/faults.ts', 'fixed_delay:', 'fixed_delays:'],
  ['security/authorization.ts', 'principal_name:', 'principal:'],
  ['observability/access-log.ts', 'omit_empty_values:', 'omit_empty:'],
  ['observability/access-log.ts', 'access_loggers.stream.v3.StdoutAccessLog', 'access_loggers.file.v3.StdoutAccessLog'],
  ['observability/tracing.ts', 'daemon_endpoint:', 'deamon_endpoint:'],
  ['observability/open-telemetry.ts', 'random_sampling:', 'random_samples:'],
  ['observability/open-telemetry.ts', 'resource_detectors:', 'resource_detector:'],
  ['observability/open-telemetry.ts', 'EnvironmentResourceDetectorConfig', 'EnvironmentResourceDetector'],
  ['observability/open-telemetry.ts', 'http_uri:', 'uri_http:'],
  ['observability/access-log.ts', 'disable_builtin_labels:', 'disable_labels:'],
  ['syntax/matcher.ts', 'on_no_match:', 'no_match:'],
  ['syntax/matcher.ts', 'HttpRequestHeaderMatchInput', 'HttpResponseHeaderMatchInput'],
  ['load-balancer/checks.ts', 'pass_through_mode:', 'pass_through:'],
  ['edge/cors.ts', 'allow_origin_string_match:', 'allow_origins:'],
  // One that Envoy has, in another message.
  ['external.ts', 'host_rewrite_literal:', 'host:'],
];

const typos = TYPOS.map(([name, from, to]) => {
  const file = join(ENVOY, name);
  const right = readFileSync(file, 'utf8');
  return { file, right, from, text: right.replace(from, to) };
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => join(folder, name));
}

/** Where every message is made of what the others write, of types that it cannot know. */
const GENERIC = join(ENVOY, 'syntax/messages.ts');

const writers = ['', 'edge', 'load-balancer', 'observability', 'security', 'syntax', 'traffic'].flatMap((folder) =>
  filesOf(join(ENVOY, folder)),
);
const fields = fieldNames(filesOf(join(ENVOY, 'api')));
const messages = writers.filter((file) => file !== GENERIC).flatMap((file) => misspelt(file, fields));

let accepted: ReadonlySet<object>;

beforeAll(() => {
  accepted = new Set(compiling([...typos, ...messages, ...typos.map(({ file, right }) => ({ file, text: right, right }))]));
});

test.each(TYPOS)('fails if %s has a typo in %s', (name, from) => {
  const typo = typos.find((each) => each.file === join(ENVOY, name) && each.from === from)!;
  expect(typo.right).toContain(from);
  expect(accepted).not.toContain(typo);
});

test('without typos the same files compile', () => {
  expect([...accepted].filter((each) => 'right' in each)).toHaveLength(TYPOS.length);
});

test('fails if any message has a field that Envoy does not know', () => {
  expect(messages.length).toBeGreaterThan(200);
  expect(messages.filter((each) => accepted.has(each)).map(({ line }) => relative(ROOT, line))).toEqual([]);
});
