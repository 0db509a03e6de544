import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONNECT_TIMEOUT } from '../../../lib/envoy/timeouts';
import { configurationOf } from '../../envoy/configuration';
import { mesh, service } from '../parsing';
import { defaultCallPolicy } from '../../../lib/topology/policy/defaults';

const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8');

/** A row of the README's table of defaults. */
function row(title: string): string {
  return readme.split('\n').find((line) => line.startsWith(`| ${title} |`)) ?? '';
}

test('the table of defaults in the README says what the defaults are', () => {
  const { retry, timeouts, outlierDetection, keepAlive } = defaultCallPolicy('http');
  const times = ['', 'once', 'twice', 'three times'][outlierDetection?.consecutiveGatewayErrors ?? 0];
  expect(row('Retries')).toMatch(new RegExp(`^\\| Retries \\| up to ${retry.maxRetries}, .*at most ${retry.minConcurrency} at the same time`));
  expect(row('Timeouts')).toContain(`${timeouts.requestSeconds} s a request for HTTP`);
  expect(row('Connecting')).toContain(CONNECT_TIMEOUT.replace('s', ' s'));
  expect(row('Dead machines')).toContain(`ping every second: requests on a connection that does not answer within ${keepAlive.timeoutSeconds} s`);
  expect(keepAlive.intervalSeconds).toBe(1);
  expect(row('Dead machines')).toContain(`probed after ${defaultCallPolicy('tcp').keepAlive.intervalSeconds} s`);
  expect(row('Outlier detection')).toContain(`fails ${times} in a row`);
  expect(row('Outlier detection')).toContain(`rests for ${outlierDetection?.baseEjectionSeconds} s, at most half`);
  expect(outlierDetection?.maxEjectionPercent).toBe(50);
  const inbound = JSON.stringify(configurationOf(mesh({ ui: service({ memoryLimitMiB: 512, cpu: 256 }) }), 'ui'));
  expect(row('Limits on callers')).toMatch(/100 streams .* 64 KiB a stream and 1 MiB in all, and 32 KiB .* 15 s; a connection ends after 90 s .* after 24 h /);
  for (const value of ['"max_concurrent_streams":100', '"initial_stream_window_size":65536', '"initial_connection_window_size":1048576', '"per_connection_buffer_limit_bytes":32768', '"request_headers_timeout":"15s"', '"idle_timeout":"90s","max_connection_duration":"86400s"']) expect(inbound).toContain(value);
  expect(row('Memory of Envoy')).toMatch(/25% .* 50%\. From 26 MiB on, .* from 45 MiB on after a second; .* from 80% on; .* 503 at 95%, .* at 98%/);
  for (const value of ['"max_heap_size_bytes":"134217728"', '"scaling_threshold":0.2,"saturation_threshold":0.35', '"scaling_threshold":0.8', '"value":0.95', '"value":0.98']) expect(inbound).toContain(value);
  expect(row('Connections to a task')).toContain('2,304 in a task of 512 MiB, 4,608 in one of 1 GiB, 9,000 at most');
  expect(inbound).toContain('_inbound.connection_limit":2304');
});
