import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap } from '../../../lib/core/envoy/bootstrap';
import { CERTIFICATES_PATH, readCertificates } from '../../../programs/statistics/certificates';
import { HOSTS_PATH, readHosts } from '../../../programs/statistics/hosts';
import { addFlows, addUpstreams, between, readFlowName, readSample, STATISTICS_PATH } from '../../../programs/statistics/sample';

/** What Envoy 1.40 has answered: see test/e2e/map.e2e.ts for how such requests are made. */
const recorded = (name: string): string => readFileSync(join(__dirname, 'recorded', name), 'utf8');

const caller = readSample(recorded('caller.json'));
const callee = readSample(recorded('callee.json'));

test('asks for nothing that the admin interface does not allow', () => {
  const { admin } = bootstrap('ui', { heapBytes: 1, connections: 1 } as never, { listeners: [], clusters: [] });
  const [{ safe_regex: { regex = '' } = {} } = {}] = (
    admin as { readonly allow_paths: readonly { readonly safe_regex?: { readonly regex?: string } }[] }
  ).allow_paths;
  for (const path of [STATISTICS_PATH, CERTIFICATES_PATH, HOSTS_PATH]) expect(path).toMatch(new RegExp(`^(${regex})$`));
});

describe('a caller', () => {
  test('counts the requests of its application by callee, with those that no task has got', () => {
    const { counts, latency } = caller.flows.get('outbound_shop') ?? {};
    expect(counts).toEqual({ requests: 220, clientErrors: 0, serverErrors: 20, cancelled: 0, denied: 0 });
    expect(latency).toContainEqual({ lower: 1, width: 0.1, count: 20 });
    expect(caller.flows.get('outbound_carts')?.counts).toMatchObject({ requests: 70, serverErrors: 36 });
  });

  test('counts attempts, refusals of its circuit breaker, and tasks that it has left out, by version', () => {
    expect(caller.upstreams.get('shop')).toMatchObject({
      counts: { requests: 220, serverErrors: 20, retries: 4, ejections: 1, connections: 2 },
      ...{ tasks: 2, healthyTasks: 1, ejected: 1, open: [] },
    });
    expect(caller.upstreams.get('carts-stable')).toMatchObject({ counts: { requests: 64, overflows: 36 }, tasks: 1 });
    expect(caller.upstreams.get('carts-next')).toMatchObject({ counts: { requests: 6, overflows: 0 }, tasks: 1 });
  });

  test('has no figures of its way into its own application', () => {
    expect([...caller.upstreams.keys()].filter((name) => name.startsWith('_'))).toEqual([]);
  });

  test('counts requests that its callee refused', () => {
    const { flows } = readSample(recorded('refused.json'));
    expect(flows.get('outbound_shop')?.counts).toMatchObject({ requests: 10, clientErrors: 10, serverErrors: 0 });
  });
});

test('a callee counts what it got, what its rules refused, and handshakes; its latencies are those of the application', () => {
  const flow = callee.flows.get('inbound_shop');
  expect(flow?.counts).toEqual({ requests: 55, clientErrors: 5, serverErrors: 4, cancelled: 0, denied: 5 });
  // Those that were refused have not reached it.
  expect(flow?.latency.reduce((sum, { count }) => sum + count, 0)).toBe(50);
  expect(callee.handshakes).toEqual({ succeeded: 5, refused: 0 });
});

test('an open circuit breaker is told by its kind', () => {
  const open = '{"name":"cluster.shop.circuit_breakers.default.rq_open","value":1}';
  expect(readSample(`{"stats":[${open}]}`).upstreams.get('shop')?.open).toEqual(['rq']);
});

test('connections of TCP count as requests', () => {
  const stats = [
    ['tcp.outbound_vault.downstream_cx_total', 7],
    ['cluster.vault.upstream_cx_connect_fail', 2],
    ['cluster.vault.upstream_cx_none_healthy', 1],
  ].map(([name, value]) => ({ name, value }));
  const { flows, upstreams } = readSample(JSON.stringify({ stats }));
  expect(flows.get('outbound_vault')?.counts.requests).toBe(7);
  expect(upstreams.get('vault')?.counts).toMatchObject({ connectFailures: 2, noTask: 1 });
});

describe('between two samples', () => {
  test('counters are what came in between, and gauges those of the later one', () => {
    const { flows, upstreams } = between(caller, caller);
    expect(flows.get('outbound_shop')).toEqual({ counts: expect.objectContaining({ requests: 0, serverErrors: 0 }), latency: [] });
    expect(upstreams.get('shop')).toMatchObject({ counts: { requests: 0, retries: 0 }, tasks: 2, ejected: 1 });
  });

  test('a task that began anew has counted all of what it says since', () => {
    const before = { ...caller, uptimeSeconds: caller.uptimeSeconds + 1000 };
    expect(between(before, caller)).toBe(caller);
  });

  test('what is new counts from its beginning', () => {
    expect(between({ ...caller, flows: new Map(), upstreams: new Map() }, caller).flows).toEqual(caller.flows);
  });
});

test('tasks of a service, and versions of a callee, are added up', () => {
  const [flow, upstream] = [caller.flows.get('outbound_shop'), caller.upstreams.get('shop')];
  if (flow === undefined || upstream === undefined) throw new Error('the recorded answer has no such callee');
  expect(addFlows(flow, flow).counts.requests).toBe(440);
  expect(addUpstreams(upstream, { ...upstream, open: ['rq', 'cx'] })).toMatchObject({
    counts: { retries: 8 },
    tasks: 4,
    open: ['cx', 'rq'],
  });
});

test.each([
  ['outbound_shop', { direction: 'outbound', peer: 'shop' }],
  ['inbound_my-service', { direction: 'inbound', peer: 'my-service' }],
  ['edge_gateway', { direction: 'edge', peer: 'gateway' }],
  ['admin', undefined],
])('the flow %s is that of %j', (name, expected) => {
  expect(readFlowName(name)).toEqual(expected);
});

test.each([
  ['what is no JSON', 'no healthy upstream'],
  ['another object', '{"error":"forbidden"}'],
])('fails if it reads %s', (_, text) => {
  expect(() => readSample(text)).toThrow();
});

test('a certificate is told once, with its identity and its end; authorities and those of other servers are none', () => {
  expect(readCertificates(recorded('certs.json'))).toEqual([
    {
      identity: 'spiffe://shop.internal/ui',
      serial: '7549c573156b13a37c154c4d08c052be',
      validFrom: Date.parse('2026-11-30T10:30:54Z'),
      expires: Date.parse('2026-12-07T10:35:54Z'),
    },
  ]);
  expect(readCertificates('{"certificates":[]}')).toEqual([]);
  expect(readCertificates('{}')).toEqual([]);
});

test('tasks are told with what they have failed', () => {
  expect(readHosts(recorded('clusters.txt'))).toEqual([
    { cluster: 'shop', address: '10.0.0.12:15006', failed: [] },
    { cluster: 'shop', address: '10.0.0.13:15006', failed: ['failed_outlier_check'] },
  ]);
  expect(readHosts('shop::10.0.0.9:15006::health_flags::/failed_active_hc/pending_dynamic_removal\n')).toEqual([
    { cluster: 'shop', address: '10.0.0.9:15006', failed: ['failed_active_hc', 'pending_dynamic_removal'] },
  ]);
});
