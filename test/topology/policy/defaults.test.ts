import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONNECT_TIMEOUT } from '../../../lib/envoy/timeouts';
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
});
