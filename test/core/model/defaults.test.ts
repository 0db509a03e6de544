import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../support/envoy-json';
import { IDEMPOTENT } from '../../../lib/core/envoy/traffic/retries';
import { CONNECT_TIMEOUT } from '../../../lib/core/envoy/traffic/timeouts';
import { DEFAULT_COMPRESSION, DEFAULT_HEADER_LIMITS, defaultCallPolicy } from '../../../lib/core/model/defaults';
import { at, cluster, configurationOf, listener } from '../envoy/configuration';
import { image, mesh, service } from '../../support/parsing';

const page = readFileSync(join(__dirname, '../../../docs/traffic.md'), 'utf8');

/** Settings of the tables in docs/traffic.md, and their defaults. */
const ROWS = new Map([...page.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].map(([, setting = '', value = '']) => [setting, value]));

function sidecar(memoryLimitMiB: number): JsonObject {
  return configurationOf(mesh({ ui: service({ memoryLimitMiB, cpu: 256, calls: ['catalog'] }), catalog: service() }), 'ui');
}

const small = sidecar(512);
const inbound = at(listener(small, '_inbound'), 'filter_chains.0.filters.0.typed_config') as JsonObject;

/** A number or a duration at some place that `at` does not reach. */
function found(pattern: RegExp, inside: JsonObject): string {
  return pattern.exec(JSON.stringify(inside))?.[1] ?? '';
}

function limitOf(memoryLimitMiB: number): number {
  return Number(found(/"envoy\.resource_limits\.listener\._inbound\.connection_limit":(\d+)/, sidecar(memoryLimitMiB)));
}

function secondsIn(value: unknown): number {
  return Number(/^([\d.]+)s$/.exec(String(value))?.[1]);
}

function numberAt(inside: JsonObject, path: string): number {
  return Number(at(inside, path));
}

/** Where an action of the overload manager begins, and where it has its whole effect. */
function trigger(action: string): JsonObject {
  const actions = at(small, 'overload_manager.actions') as readonly JsonObject[];
  return at(
    actions.find(({ name }) => name === `envoy.overload_actions.${action}`),
    'triggers.0',
  ) as JsonObject;
}

function heapOf(configuration: JsonObject, name = 'envoy.resource_monitors.fixed_heap'): number {
  const monitors = at(configuration, 'overload_manager.resource_monitors') as readonly JsonObject[];
  return (
    Number(
      at(
        monitors.find((monitor) => monitor['name'] === name),
        'typed_config.max_heap_size_bytes',
      ),
    ) /
    1024 /
    1024
  );
}

function gateway(): JsonObject {
  const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'ui' } } };
  return configurationOf(mesh({ ui: service() }, { edge }), 'gateway');
}

function external(): JsonObject {
  const services = { ui: { image, port: 8080, calls: ['bank'] } };
  return cluster(configurationOf(mesh(services, { external: { bank: { host: 'api.bank.example' } } }), 'ui'), 'bank');
}

const http = defaultCallPolicy('http');
const tcp = defaultCallPolicy('tcp');
const grpc = defaultCallPolicy('grpc');
const limits = DEFAULT_HEADER_LIMITS;
const percent = (share: unknown): string => `${Math.round(Number(share) * 100)}%`;
const seconds = (duration: unknown): string => String(duration).replace(/s$/, ' s');
const count = (value: number): string => value.toLocaleString('en-US');

test.each<[string, string]>([
  ['Request timeout, HTTP and HTTP/2', `${http.timeouts.requestSeconds} s`],
  ['Connect timeout', seconds(CONNECT_TIMEOUT)],
  ['Connect timeout', seconds(cluster(small, 'catalog')['connect_timeout'])],
  ['Retries of a request', `${http.retry.maxRetries}, each on another task if there is one`],
  [
    'Idempotent methods',
    (/\((.*)\)/.exec(IDEMPOTENT.source)?.[1] ?? '')
      .split('|')
      .map((method) => `\`${method}\``)
      .join(', '),
  ],
  ['Concurrent retries for each callee', String(http.retry.minConcurrency)],
  ['Ping interval, HTTP/2 between Envoys', `${http.keepAlive.intervalSeconds} s`],
  ['Ping timeout', `${http.keepAlive.timeoutSeconds} s`],
  ['Probe interval of idle TCP connections', `${tcp.keepAlive.intervalSeconds} s`],
  ['Probe timeout of TCP connections', `${tcp.keepAlive.timeoutSeconds} s`],
  ['Failures in a row that eject a task', String(http.outlierDetection?.consecutiveGatewayErrors)],
  ['Ejection time', `${http.outlierDetection?.baseEjectionSeconds} s for each time that the task was ejected, at most 5 min`],
  ['Tasks that may be ejected', `${http.outlierDetection?.maxEjectionPercent}%, never the last one`],
  [
    "Check whether a task's Envoy answers, all but TCP",
    `every ${http.livenessCheck?.intervalSeconds} s, within ${http.livenessCheck?.timeoutSeconds} s, ` +
      `${http.livenessCheck?.unhealthyThreshold === 1 ? 'once' : 'several times'}; then every ` +
      seconds(at(cluster(small, 'catalog'), 'health_checks.0.unhealthy_interval')),
  ],
  [
    'Share of tasks that must answer, or requests go to all',
    `${numberAt(cluster(small, 'catalog'), 'common_lb_config.healthy_panic_threshold.value')}%`,
  ],
  ['Headers of a request', `${limits.requestCount}, of ${limits.requestKib} KiB together; above it 431`],
  ['Headers of a response', `${limits.responseCount}, of ${limits.responseKib} KiB together; above it 500`],
  ['Idle connection, external', seconds(found(/"idle_timeout":"(\d+s)"/, external()))],
  ['TCP keepalive, external', `after ${numberAt(external(), 'upstream_connection_options.tcp_keepalive.keepalive_time')} s`],
  ['Idle connection to the application', seconds(found(/"idle_timeout":"(\d+s)"/, cluster(small, '_app')))],
  ['Compression algorithms', DEFAULT_COMPRESSION.algorithms.map((id) => ({ brotli: 'Brotli', gzip: 'gzip' })[id]).join(', then ')],
  ['Smallest compressed response', `${DEFAULT_COMPRESSION.minBytes / 1024} KiB`],
  ['Compressed content types', DEFAULT_COMPRESSION.contentTypes.map((type) => `\`${type}\``).join(', ')],
  ['Credentials', `${DEFAULT_COMPRESSION.credentialHeaders.map((name) => `\`${name}\``).join(', ')}: their responses are not compressed`],
  ['Concurrent streams of a connection', String(numberAt(inbound, 'http2_protocol_options.max_concurrent_streams'))],
  ['Flow-control window of a stream', `${numberAt(inbound, 'http2_protocol_options.initial_stream_window_size') / 1024} KiB`],
  ['Flow-control window of a connection', `${numberAt(inbound, 'http2_protocol_options.initial_connection_window_size') / 1024 ** 2} MiB`],
  ['Read buffer of a connection', `${numberAt(listener(small, '_inbound'), 'per_connection_buffer_limit_bytes') / 1024} KiB`],
  ['Time for the headers of a request', seconds(inbound['request_headers_timeout'])],
  ['Connection without requests', seconds(at(inbound, 'common_http_protocol_options.idle_timeout'))],
  ['Connection duration', `${Number(found(/"max_connection_duration":"(\d+)s"/, inbound)) / 3600} h`],
  ['Inbound connections, task of 512 MiB', count(limitOf(512))],
  ['Inbound connections, task of 1 GiB', count(limitOf(1024))],
  ['Inbound connections, larger tasks', count(limitOf(2048))],
  [
    'Duration of a request at the called service',
    'the longest timeout of its callers and ' +
      `${
        secondsIn(at(inbound, 'route_config.virtual_hosts.0.routes.0.route.timeout')) -
        (defaultCallPolicy('http').timeouts.requestSeconds ?? 0)
      } ` +
      's more, if all have one',
  ],
  ['Connections of an Envoy', count(Number(found(/"max_active_downstream_connections":"(\d+)"/, small)))],
  ['Heap limit of a sidecar', `${percent(heapOf(small) / 512)} of the task's memory`],
  ['Heap limit of the gateway service', `${percent(heapOf(gateway()) / 512)} of the task's memory`],
  [
    'Idle connections close sooner',
    `from a heap of ${Math.round(heapOf(small, 'idle') * numberAt(trigger('reduce_timeouts'), 'scaled.scaling_threshold'))} MiB`,
  ],
  [
    'Idle connections close after 1 s',
    `from a heap of ${Math.round(heapOf(small, 'idle') * numberAt(trigger('reduce_timeouts'), 'scaled.saturation_threshold'))} MiB`,
  ],
  ['Streams that hold the most memory are reset', `from ${percent(at(trigger('reset_high_memory_stream'), 'scaled.scaling_threshold'))}`],
  ['New requests get 503', `from ${percent(at(trigger('stop_accepting_requests'), 'threshold.value'))}`],
  ['New connections are refused', `from ${percent(at(trigger('reject_incoming_connections'), 'threshold.value'))}`],
])('docs/traffic.md says what the code does: %s', (setting, value) => {
  expect(ROWS.get(setting)).toBe(value);
});

test('docs/traffic.md says what is left to Envoy, or is not limited', () => {
  // Envoy's own: 1024 each, 5 minutes for streams, 25 and 250 milliseconds between tries.
  expect(http.circuitBreaker).toEqual({});
  for (const kind of ['Connections', 'Waiting requests', 'Active requests']) expect(ROWS.get(`${kind} for each callee`)).toBe('1024');
  expect(http.timeouts).toEqual({ requestSeconds: 15 });
  expect(ROWS.get('Idle timeout of a stream, HTTP and HTTP/2')).toMatch(/^5 min, /);
  expect(http.retry.backoff).toBeUndefined();
  expect(ROWS.get('Wait before a retry')).toBe('up to 25 ms before the first, up to 250 ms before later ones');
  expect(grpc.timeouts).toEqual({});
  expect(ROWS.get('Request timeout, gRPC')).toBe('the deadline of the call');
  expect(ROWS.get('Idle timeout of a stream, gRPC')).toMatch(/^none, /);
  expect(ROWS.get('Idle timeout of a TCP connection')).toBe('1 h');
  for (const setting of [
    'Timeout of one try',
    'Routes, header changes, rate limits, faults',
    'Request size limit',
    'Compression of responses',
  ]) {
    expect(ROWS.get(setting)).toBe('none');
  }
  expect(http.activeHealthCheck).toBeUndefined();
  expect(ROWS.get('Active health checks of applications')).toBe('off');
  expect(tcp.livenessCheck).toBeUndefined();
  expect(grpc.retry.idempotentMethods).toBeUndefined();
  expect(ROWS.get('Idempotent methods of gRPC')).toBe('none');
  expect(http.loadBalancing).toEqual({ algorithm: 'leastRequest' });
  expect(ROWS.get('Load balancing')).toBe('the less busy of two random tasks');
});
