import { run } from '../../../programs/agent/commands';
import { inFlightOf, membershipOf } from '../../../programs/agent/drain/envoy-admin';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority, NOW } from './authority';
import type { FakeWorld, LogLine } from './fake-world';
import { fakeWorld, settings } from './fake-world';

let good: X509Svid;
beforeAll(async () => {
  good = await (await Authority.create('one')).issue();
});

const REGISTERED = {
  MESH_CLOUD_MAP_SERVICE_ID: 'srv-1',
  ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/1',
  MESH_STOP_SECONDS: '60',
};

interface Left {
  readonly code: number;
  readonly tookMs: number;
  /** What happened, and how many milliseconds after SIGTERM. */
  readonly events: readonly (readonly [string, number])[];
  readonly steps: readonly LogLine[];
}

async function left(world: FakeWorld, environment: Readonly<Record<string, string>> = REGISTERED): Promise<Left> {
  const stop = new AbortController();
  const { done } = run(settings(environment), world, stop.signal);
  await world.clock.advance(30_000);
  const start = world.clock.now();
  const events: [string, number][] = [];
  const note = (what: string): void => {
    events.push([what, world.clock.now() - start]);
  };
  const fault = world.cloudMap.fault;
  world.cloudMap.fault = (call) => {
    if (call.startsWith('leave')) note(call);
    return fault(call);
  };
  const envoy = { ...world.envoy };
  Object.assign(world.envoy, {
    drainListeners: async () => {
      note('drain');
      return envoy.drainListeners();
    },
    inFlight: async () => {
      note('look');
      return envoy.inFlight();
    },
  });
  stop.abort();
  const code = await world.clock.until(done);
  const steps = world.lines.filter(
    ({ message }) => message?.startsWith('leaving: ') === true && message !== 'leaving: discovery is tried again',
  );
  return { code, tookMs: world.clock.now() - start, events, steps };
}

test('a task leaves discovery, waits longer than two refreshes of its callers, drains, and ends when nothing is in flight', async () => {
  const world = fakeWorld(good);
  world.inFlight = [3, 2, 0];
  const { code, tookMs, events, steps } = await left(world);
  expect(code).toBe(0);
  expect(events).toEqual([
    ['leave srv-1 0123abcd', 0],
    ['drain', 11_000],
    ['look', 11_000],
    ['look', 11_250],
    ['look', 11_500],
    ['look', 11_750],
    ['look', 12_000],
  ]);
  expect(tookMs).toBeLessThan(13_000);
  expect(steps).toEqual([
    { level: 'info', message: 'leaving: leave discovery', tookMs: 0 },
    { level: 'info', message: 'leaving: wait for callers to notice', tookMs: 11_000 },
    { level: 'info', message: 'leaving: drain Envoy', tookMs: 0 },
    { level: 'info', message: 'leaving: wait for requests in flight', inFlight: 0, tookMs: 1000 },
  ]);
});

test('a task that tells its callers does so before all else, and all is as before if Envoy cannot', async () => {
  const TELLS = { ...REGISTERED, MESH_ANNOUNCES_STOP: 'true' };
  const world = fakeWorld(good);
  const { steps } = await left(world, TELLS);
  expect(world.toldCallers).toEqual([NOW + 30_000]);
  expect(steps[0]).toEqual({ level: 'info', message: 'leaving: announce the stop', tookMs: 0 });
  const mute = fakeWorld(good);
  Object.assign(mute.envoy, { failHealthCheck: async () => Promise.reject(new Failure('envoy', 'ECONNREFUSED')) });
  const { events, steps: after } = await left(mute, TELLS);
  expect(after[0]).toMatchObject({ level: 'warn', message: 'leaving: announce the stop', reason: 'envoy' });
  expect(events.slice(0, 2)).toEqual([
    ['leave srv-1 0123abcd', 0],
    ['drain', 11_000],
  ]);
});

test('fails if callers are told of a task that does not tell them', async () => {
  const world = fakeWorld(good);
  await left(world);
  expect(world.toldCallers).toEqual([]);
});

test('a moment without a request is not the end: it has to last', async () => {
  const world = fakeWorld(good);
  world.inFlight = [0, 0, 1, 0, 0, 1, 0];
  const { events } = await left(world);
  expect(events.filter(([what]) => what === 'look')).toHaveLength(9);
});

test('certificates are renewed while the task leaves', async () => {
  const world = fakeWorld(good);
  world.inFlight = [1];
  const renewed: number[] = [];
  world.svids.answer = () => {
    renewed.push(world.clock.now() - NOW);
    return good;
  };
  await left(world, { ...REGISTERED, MESH_STOP_SECONDS: '120', MESH_RENEW_SECONDS: '10' });
  // SIGTERM comes after half a minute.
  expect(renewed.filter((at) => at > 30_000).length).toBeGreaterThanOrEqual(10);
});

test('when the task has left, nothing is asked any more', async () => {
  const world = fakeWorld(good);
  await left(world, { ...REGISTERED, MESH_CHECK_SECONDS: '10' });
  const { checks } = world.svids;
  expect(checks).toBeGreaterThan(0);
  await world.clock.advance(600_000);
  expect(world.svids.checks).toBe(checks);
});

test('requests that never end are waited for until just before the stop timeout', async () => {
  const world = fakeWorld(good);
  world.inFlight = [7];
  const { code, tookMs, steps } = await left(world);
  expect(code).toBe(0);
  expect(tookMs).toBeGreaterThan(57_000);
  expect(tookMs).toBeLessThanOrEqual(58_500);
  expect(steps.at(-1)).toMatchObject({ level: 'warn', reason: 'stop-timeout', why: '7 requests are still in flight' });
});

test('a stop timeout that is too short for its callers is used to its end, and the log says what was missing', async () => {
  const { tookMs, events, steps } = await left(fakeWorld(good), { ...REGISTERED, MESH_STOP_SECONDS: '8' });
  expect(tookMs).toBeLessThanOrEqual(6500);
  expect(events.map(([what]) => what)).toContain('drain');
  expect(steps[1]).toMatchObject({
    level: 'warn',
    reason: 'stop-timeout',
    why: 'callers need 11000 ms to notice, the stop timeout left 6000 ms',
  });
});

describe('a step that fails does not keep the next from being done', () => {
  test('Cloud Map is away: it is asked again for ten seconds, and the rest follows', async () => {
    const world = fakeWorld(good);
    world.cloudMap.fault = (call) => (call.startsWith('leave') ? new Failure('network', 'ECONNREFUSED') : undefined);
    const { code, events, steps } = await left(world);
    expect(code).toBe(0);
    expect(events.filter(([what]) => what.startsWith('leave')).length).toBeGreaterThan(4);
    expect(steps[0]).toMatchObject({ level: 'warn', reason: 'network', why: 'ECONNREFUSED' });
    expect(steps[0]['tookMs']).toBeLessThanOrEqual(10_000);
    expect(events.at(-1)?.[0]).toBe('look');
  });

  test('Cloud Map is slow to answer: a later try is enough', async () => {
    const world = fakeWorld(good);
    let tries = 0;
    world.cloudMap.fault = (call) => (call.startsWith('leave') && (tries += 1) < 3 ? new Failure('throttled', 'slowly') : undefined);
    const { steps } = await left(world);
    expect(tries).toBe(3);
    expect(steps[0]).toMatchObject({ level: 'info' });
  });

  test('Cloud Map never answers', async () => {
    const world = fakeWorld(good);
    Object.assign(world.cloudMap, { leave: async () => new Promise(() => undefined) });
    const { tookMs, events, steps } = await left(world, { ...REGISTERED, MESH_STOP_SECONDS: '20' });
    expect(steps[0]).toMatchObject({ level: 'warn', reason: 'stop-timeout', why: 'there was no answer in time', tookMs: 10_000 });
    expect(events.at(-1)?.[0]).toBe('look');
    expect(tookMs).toBeLessThanOrEqual(18_500);
  });

  test('ECS was faster: the task has left already', async () => {
    const world = fakeWorld(good);
    world.cloudMap.fault = (call) => (call.startsWith('leave') ? new Failure('instance-not-found', 'gone') : undefined);
    const { events, steps } = await left(world);
    expect(events.filter(([what]) => what.startsWith('leave'))).toHaveLength(1);
    expect(steps[0]).toMatchObject({ level: 'info', skipped: 'the task has left already' });
  });

  test('the metadata endpoint is away', async () => {
    const world = fakeWorld(good);
    Object.assign(world.metadata!, { read: async () => Promise.reject(new Failure('metadata', 'ECONNREFUSED')) });
    const { code, steps } = await left(world);
    expect(code).toBe(0);
    expect(steps[0]).toMatchObject({ level: 'warn', reason: 'metadata' });
  });

  test('Envoy is gone: there is nothing to wait for', async () => {
    const world = fakeWorld(good);
    Object.assign(world.envoy, { drainListeners: async () => Promise.reject(new Failure('envoy', 'ECONNREFUSED')) });
    world.inFlight = [new Failure('envoy', 'ECONNREFUSED')];
    const { code, tookMs, steps } = await left(world);
    expect(code).toBe(0);
    expect(steps.slice(2).map(({ level, reason }) => [level, reason])).toEqual([
      ['warn', 'envoy'],
      ['warn', 'envoy'],
    ]);
    expect(tookMs).toBeLessThan(15_000);
  });
});

test('a task that nobody calls leaves nothing, waits for nobody, and drains', async () => {
  const { events, steps } = await left(fakeWorld(good), { MESH_STOP_SECONDS: '60' });
  expect(events[0]).toEqual(['drain', 0]);
  expect(steps.slice(0, 2)).toMatchObject([{ skipped: 'the task is not registered' }, { skipped: 'nobody calls the task' }]);
});

test('which tasks Envoy can call, by its statistics', () => {
  const stats = {
    'cluster.catalog.membership_healthy': 3,
    'cluster.catalog.membership_total': 5,
    'cluster.catalog.membership_excluded': 2,
    'cluster.orders-v1.membership_total': 1,
    'cluster.catalog.upstream_rq_active': 9,
  };
  const text = JSON.stringify({ stats: Object.entries(stats).map(([name, value]) => ({ name, value })) });
  expect(membershipOf(text)).toEqual(
    new Map([
      ['catalog', { healthy: 3, total: 5 }],
      ['orders-v1', { healthy: 0, total: 1 }],
    ]),
  );
});

describe("what is in flight, by Envoy's statistics", () => {
  const stats = (values: Readonly<Record<string, number>>): string =>
    JSON.stringify({ stats: Object.entries(values).map(([name, value]) => ({ name, value })) });

  test.each<[string, Readonly<Record<string, number>>, number]>([
    ['nothing', {}, 0],
    [
      'inbound requests',
      {
        'http.inbound_orders.downstream_rq_active': 2,
        'http.admin.downstream_rq_active': 1,
        'http.outbound_catalog.downstream_rq_active': 5,
      },
      2,
    ],
    ['requests at the edge', { 'http.edge_gateway.downstream_rq_active': 4 }, 4],
    [
      'idle connections of an HTTP listener do not count',
      { 'http.inbound_orders.downstream_rq_active': 0, 'listener.0.0.0.0_15006.downstream_cx_active': 9 },
      0,
    ],
    [
      'connections of a TCP service',
      {
        'tcp.inbound_cache.upstream_flush_active': 1,
        'tcp.inbound_cache.downstream_cx_rx_bytes_buffered': 100,
        'listener.0.0.0.0_15006.downstream_cx_active': 3,
        'listener.127.64.0.1_6379.downstream_cx_active': 2,
      },
      4,
    ],
    [
      "what arrives at App Mesh's Envoy, not what leaves",
      { 'http.ingress.downstream_rq_active': 2, 'http.egress.downstream_rq_active': 5, 'listener.0.0.0.0_15000.downstream_cx_active': 3 },
      2,
    ],
    [
      "TCP connections to App Mesh's Envoy, not those that leave",
      {
        'tcp.ingress.upstream_flush_active': 0,
        'listener.0.0.0.0_15000.downstream_cx_active': 3,
        'listener.0.0.0.0_15001.downstream_cx_active': 7,
      },
      3,
    ],
  ])('%s', (_what, values, expected) => {
    expect(inFlightOf(stats(values))).toBe(expected);
  });

  test.each([['OK'], ['{}'], ['null'], ['[]']])('fails if Envoy says %s', (text) => {
    expect(() => inFlightOf(text)).toThrow('Envoy answered with something else than statistics');
  });
});
