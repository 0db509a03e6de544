import { Duration } from 'aws-cdk-lib';
import { Timeout, Tracing, ValueMatch } from '../../lib';
import { AGENT_CONTAINER } from '../../lib/core/model/constants';
import type { Row } from '../support/logs-insights/expression';
import { runQuery } from '../support/logs-insights/run-query';
import { flagsTried } from '../support/runbook';
import { flakyServer, setMode } from './flaky-server';
import { eventsOf, savedQueriesOf } from './log-events';
import { logged, settled } from './mesh';
import type { HttpRequest, Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const flaky = { image: image('flaky'), port: 8080 };
const template = synthesize({
  tracing: Tracing.none(),
  observability: { queries: true },
  services: {
    ui: { ...flaky, calls: ['catalog', 'reports', 'streams', 'deaf', 'empty', 'vault'] },
    catalog: {
      ...flaky,
      rateLimits: { few: { requests: 1, per: Duration.hours(1), paths: ['/limited'] } },
      faultInjection: {
        abort: { abortStatus: 503, headers: { 'x-chaos': ValueMatch.exact('abort') } },
        delay: { delay: Duration.millis(50), headers: { 'x-chaos': ValueMatch.exact('delay') } },
      },
    },
    reports: { ...flaky, timeout: Timeout.perRequest(Duration.seconds(1)), circuitBreaker: { maxRequests: 2 } },
    streams: { ...flaky, timeout: Timeout.of({ stream: Duration.seconds(3), idle: Duration.seconds(1) }) },
    deaf: { image: image('deaf'), port: 8080, startupTimeout: Duration.seconds(0) },
    empty: flaky,
    vault: { ...flaky, allow: [{ callers: ['ui'], paths: ['/public/*'] }] },
  },
});

type Call = (service: string, path: string, more?: Partial<HttpRequest>) => Promise<string>;

interface Trial {
  /** As the runbook has it; `-`: there is no flag. */
  readonly flag: string;
  readonly fault: string;
  readonly by: (call: Call, mode: (mode: string) => Promise<void>) => Promise<unknown>;
  /** A row of the query's result. */
  readonly row: Readonly<Record<string, unknown>>;
  /** Where that is not `Failures by call`. */
  readonly query?: string;
}

const out = (peer: string, more: object): Readonly<Record<string, unknown>> => ({ service: 'ui', direction: 'outbound', peer, ...more });
const inside = (service: string, more: object): Readonly<Record<string, unknown>> => ({ service, direction: 'inbound', ...more });
const RESET = 'upstream_reset_before_response_started';

/** What goes wrong, and what somebody on call sees of it. */
const TRIALS: readonly Trial[] = [
  {
    ...{ flag: 'UT', fault: 'a callee that takes longer than the timeout' },
    by: async (call) => call('reports', '/wait/3000'),
    row: out('reports', { status: 504, details: 'response_timeout' }),
  },
  {
    ...{ flag: 'UO', fault: 'more calls at a time than the circuit breaker lets through' },
    by: async (call) => Promise.all(Array.from({ length: 4 }, async () => call('reports', '/wait/600'))),
    row: out('reports', { status: 503, failures: 2, details: `${RESET}{overflow}` }),
  },
  {
    ...{ flag: 'SI', fault: 'a stream on which nothing moves' },
    by: async (call) => call('streams', '/drip/3/3000'),
    // Whichever of the two Envoys sees it first.
    row: { details: 'stream_idle_timeout' },
  },
  {
    ...{ flag: '-', fault: 'a stream that is longer than it may be' },
    by: async (call) => call('streams', '/drip/100/100'),
    row: out('streams', { details: 'max_duration_timeout' }),
  },
  {
    ...{ flag: 'UF', fault: 'an application that listens on another port' },
    by: async (call) => call('deaf', '/here'),
    row: inside('deaf', { status: 503, failures: 4 }),
  },
  {
    ...{ flag: 'URX', fault: 'the caller of an application that listens on another port' },
    by: async (call) => call('deaf', '/there'),
    row: out('deaf', { status: 503 }),
  },
  {
    ...{ flag: 'UC', fault: 'an application that closes connections' },
    by: async (call, mode) => mode('reset').then(async () => call('catalog', '/reset', { method: 'POST' })),
    row: inside('catalog', { status: 503, details: `${RESET}{connection_termination}` }),
  },
  {
    ...{ flag: 'UPE', fault: 'an application whose response is not HTTP' },
    by: async (call, mode) => mode('garbage').then(async () => call('catalog', '/garbage')),
    row: inside('catalog', { status: 500, details: `${RESET}{protocol_error}` }),
  },
  {
    ...{ flag: 'UR', fault: 'a response that breaks off' },
    by: async (call, mode) => mode('half').then(async () => call('catalog', '/half')),
    row: out('catalog', { status: 200, details: 'upstream_reset_after_response_started{remote_reset}' }),
  },
  {
    ...{ flag: 'DC', fault: 'an application that does not wait for its callee' },
    by: async (call) => call('catalog', '/wait/2000', { timeoutMs: 300 }),
    row: out('catalog', { status: 0, details: 'downstream_remote_disconnect' }),
  },
  {
    ...{ flag: 'DR', fault: 'the callee of one that does not wait' },
    by: async (call) => call('catalog', '/wait/2001', { timeoutMs: 300 }),
    row: inside('catalog', { status: 0, details: 'http2.remote_reset' }),
  },
  {
    ...{ flag: 'FI', fault: 'a fault that is injected' },
    by: async (call) => call('catalog', '/abort', { headers: { 'x-chaos': 'abort' } }),
    row: inside('catalog', { status: 503, details: 'fault_filter_abort' }),
  },
  {
    ...{ flag: 'DI', fault: 'a delay that is injected' },
    by: async (call) => call('catalog', '/status/500', { headers: { 'x-chaos': 'delay' } }),
    row: inside('catalog', { status: 500, details: 'via_upstream' }),
  },
  {
    ...{ flag: 'RL', fault: 'more requests than a rate limit lets through', query: 'Refused requests' },
    by: async (call) => [await call('catalog', '/limited'), await call('catalog', '/limited')],
    row: inside('catalog', { status: 429, details: 'local_rate_limited', refused: 1 }),
  },
  {
    ...{ flag: '-', fault: 'a path that the rules of the callee do not allow', query: 'Refused requests' },
    by: async (call) => call('vault', '/private'),
    row: inside('vault', { status: 403, caller: 'spiffe://shop.internal/ui', details: 'rbac_access_denied_matched_policy[none]' }),
  },
  {
    ...{ flag: 'DPE', fault: 'a caller that does not speak HTTP', query: 'Refused requests' },
    by: async () => ui().client.tcp({ host: 'catalog.shop.internal', port: 15080, send: 'this is not HTTP\r\n\r\n' }),
    row: out('catalog', { status: 400, details: 'http1.codec_error' }),
  },
  {
    ...{ flag: '-', fault: 'an application that fails for once', query: 'Retried requests' },
    by: async (call, mode) => mode('status-503').then(async () => call('catalog', '/again')),
    row: { service: 'ui', peer: 'catalog', status: 503, flags: 'URX', most: 4 },
  },
  {
    ...{ flag: 'UH', fault: 'a callee without tasks' },
    by: async (call) =>
      shop()
        .scale('empty', 0)
        .then(async () => settled(shop()))
        .then(async () => call('empty', '/')),
    row: out('empty', { status: 503, details: 'no_healthy_upstream' }),
  },
];

let shop: () => Cluster;
const ui = (): Task => shop().task('ui');

e2e('the runbook', () => {
  shop = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), flakyServer('example/flaky'), standIns.relay('example/deaf', 9999)],
    }),
  );
  beforeAll(async () => {
    await settled(shop());
  });

  const queries = savedQueriesOf(template);
  const ask = (title: string): readonly Row[] => runQuery(queries.get(title) ?? `no query is called ${title}`, eventsOf(shop()));
  const call: Call = async (service, path, more = {}) => {
    const outcome = await ui().client.attempt({ url: `http://${service}.shop.internal:15080${path}`, ...more });
    return outcome.kind === 'response' ? String(outcome.status) : outcome.code;
  };
  const mode = async (name: string): Promise<void> => setMode(shop().task('catalog'), name);
  /** Whether this is a row of the result: what a log line has not is absent from both. */
  const has = (rows: readonly Row[], wanted: Row): boolean =>
    rows.some((row) => Object.entries(wanted).every(([name, value]) => row[name] === value));

  test.each(TRIALS)('shows $fault: $flag', async ({ flag, by, row, query = 'Failures by call' }) => {
    await by(call, mode);
    await mode('well');
    const wanted = { flags: flag, ...row };
    await until(() => has(ask(query), wanted), {
      timeoutMs: 30_000,
      what: `a row of "${query}" with ${JSON.stringify(wanted)}`,
      detail: () => JSON.stringify(ask(query), null, 1),
    });
  });

  test('has a row for each response flag that these faults have', () => {
    const flags = TRIALS.flatMap(({ flag }) => (flag === '-' ? [] : [flag]));
    expect([...new Set(flags)].sort()).toEqual([...flagsTried()].sort());
  });

  test('follows one request through every Envoy, by its ID', async () => {
    await call('catalog', '/followed');
    const line = await logged(ui(), { path: '/followed' });
    const text = queries.get('One request at every Envoy')?.replaceAll('REQUEST-ID', String(line['request_id'])) ?? '';
    await until(() => runQuery(text, eventsOf(shop())).length === 2, { what: 'both lines of the request' });
    expect(runQuery(text, eventsOf(shop()))).toMatchObject([
      { service: 'catalog', direction: 'inbound', path: '/followed', status: 200, caller: 'spiffe://shop.internal/ui' },
      { service: 'ui', direction: 'outbound', peer: 'catalog', path: '/followed', status: 200 },
    ]);
  });

  test('has the slowest calls first', async () => {
    await call('catalog', '/wait/700');
    await until(() => has(ask('Slowest calls'), { service: 'ui', peer: 'reports' }), { what: 'the calls of reports' });
    const slowest = ask('Slowest calls').map(({ p99 }) => Number(p99));
    expect(slowest).toEqual([...slowest].sort((a, b) => b - a));
  });

  test('shows when each task started', () => {
    const rows = ask('Starts and stops of tasks');
    // Nobody waits for the application of a service that nobody calls.
    for (const service of ['catalog', 'reports', 'streams', 'vault']) {
      expect(has(rows, { service, message: 'the application has opened its port', container: AGENT_CONTAINER })).toBe(true);
      expect(has(rows, { service, message: 'the certificate is there', container: 'mesh-init' })).toBe(true);
    }
  });
});
