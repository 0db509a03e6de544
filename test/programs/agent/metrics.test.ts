import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../programs/agent/commands';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { countOf } from '../../../programs/statistics/histogram';
import { readSample, type Flow, type Sample } from '../../../programs/statistics/sample';
import { Authority } from './authority';
import { fakeWorld, NO_SAMPLE, settings, type FakeWorld, type LogLine } from './fake-world';

const MINUTE = 60_000;

let good: X509Svid;
beforeAll(async () => {
  good = await (await Authority.create('one')).issue();
});

/** A task whose Envoy has just started. */
async function started(metrics: object, more: Readonly<Record<string, string>> = {}) {
  const [world, stop] = [fakeWorld(good), new AbortController()];
  const running = run(settings({ MESH_METRICS: JSON.stringify(metrics), ...more }), world, stop.signal);
  await world.clock.advance(1);
  return { world, stop, running };
}

const reported = ({ lines }: FakeWorld): readonly LogLine[] =>
  lines.filter((line) => 'Service' in line && !('CertificateLifeLeft' in line));

/** What Envoy 1.40 has answered to the reader: see test/programs/statistics. */
const recorded = (name: string): Sample =>
  readSample(readFileSync(join(__dirname, '..', 'statistics', 'recorded', `${name}.json`), 'utf8'));
const NOTHING = { requests: 0, clientErrors: 0, serverErrors: 0, cancelled: 0, denied: 0 };
const flow = (counts: Partial<Flow['counts']>, latency: Flow['latency'] = []): Flow => ({ counts: { ...NOTHING, ...counts }, latency });
const arrived = (uptimeSeconds: number, counts: Partial<Flow['counts']>, latency?: Flow['latency']): Sample => ({
  ...NO_SAMPLE,
  uptimeSeconds,
  flows: new Map([['inbound_orders', flow(counts, latency)]]),
});

describe('a task that answers requests', () => {
  test('says once a minute what came in it, with its latency, for its service and its version', async () => {
    const { world } = await started({ name: 'orders', version: 'v2', serves: ['orders'] });
    world.statistics = arrived(61, { requests: 90, serverErrors: 3, denied: 2 }, [{ lower: 12, width: 1, count: 90 }]);
    await world.clock.advance(MINUTE);
    expect(reported(world)).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'CdkEcsMicroservices',
              Dimensions: [
                ['Mesh', 'Service'],
                ['Mesh', 'Service', 'Version'],
              ],
              Metrics: [
                { Name: 'Requests', Unit: 'Count' },
                { Name: 'ClientErrors', Unit: 'Count' },
                { Name: 'ServerErrors', Unit: 'Count' },
                { Name: 'DeniedRequests', Unit: 'Count' },
                { Name: 'Latency', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        ...{ Mesh: 'shop.internal/Z1SHOP', Service: 'orders', Version: 'v2' },
        ...{ Requests: 90, ClientErrors: 0, ServerErrors: 3, DeniedRequests: 2 },
        Latency: { Values: [12.5], Counts: [90], Max: 12.5, Min: 12.5, Count: 90, Sum: 1125 },
      },
    ]);
  });

  test('says nothing of a minute without requests, which CloudWatch would bill', async () => {
    const { world } = await started({ name: 'orders', serves: ['orders'] });
    await world.clock.advance(5 * MINUTE);
    expect(reported(world)).toEqual([]);
  });

  test('reports each request once, whatever Envoy and time do', async () => {
    const { world } = await started({ name: 'orders', serves: ['orders'] });
    const requests = (): readonly unknown[] => reported(world).map((line) => line['Requests']);
    world.statistics = arrived(61, { requests: 90 });
    await world.clock.advance(MINUTE);
    world.statistics = new Failure('envoy', 'no answer');
    await world.clock.advance(MINUTE);
    world.statistics = arrived(181, { requests: 100 });
    await world.clock.advance(MINUTE);
    // Envoy has started again.
    world.statistics = arrived(20, { requests: 7 });
    await world.clock.advance(MINUTE);
    expect(requests()).toEqual([90, 10, 7]);
  });

  test('says what came last when it stops, after its last requests', async () => {
    const { world, stop, running } = await started({ name: 'orders', serves: ['orders'] }, { MESH_STOP_SECONDS: '30' });
    stop.abort();
    world.inFlight = [1, 1, 0];
    await world.clock.advance(500);
    expect(reported(world)).toEqual([]);
    world.statistics = arrived(31, { requests: 4 });
    await world.clock.advance(MINUTE);
    expect(await running.done).toBe(0);
    expect(reported(world).map((line) => line['Requests'])).toEqual([4]);
  });

  test('also says it where another program reads, at a pace of its own', async () => {
    const { world } = await started({ name: 'orders', serves: ['orders'] }, { MESH_METRICS_SECONDS: '2' });
    world.statistics = arrived(3, { requests: 1 });
    await world.clock.advance(2000);
    expect(reported(world)).toHaveLength(1);
  });
});

describe('a task that calls others', () => {
  const CALLS = [
    { service: 'shop' },
    {
      service: 'carts',
      versions: [
        { name: 'stable', cluster: 'carts-stable' },
        { name: 'next', cluster: 'carts-next' },
      ],
    },
  ];

  test('says what its application got by callee, and what its attempts met', async () => {
    const { world } = await started({ name: 'ui', calls: CALLS });
    world.statistics = recorded('caller');
    await world.clock.advance(MINUTE);
    const [shop, carts, ...versions] = reported(world);
    expect(shop).toMatchObject({
      ...{ Caller: 'ui', Service: 'shop', CallRequests: 220, CallClientErrors: 0, CallServerErrors: 20, CallRetries: 4, CallEjections: 1 },
      _aws: { CloudWatchMetrics: [{ Dimensions: [['Mesh', 'Caller', 'Service']] }] },
    });
    expect(shop).not.toHaveProperty('CallOverflows');
    expect(carts).toMatchObject({ Caller: 'ui', Service: 'carts', CallRequests: 70, CallServerErrors: 36, CallOverflows: 36 });
    expect(versions.map((line) => [line['Version'], line['CallRequests'], line['CallOverflows']])).toEqual([
      ['stable', 64, 36],
      ['next', 6, undefined],
    ]);
    for (const line of versions)
      expect(line).toMatchObject({ _aws: { CloudWatchMetrics: [{ Dimensions: [['Mesh', 'Service', 'Version']] }] } });
  });

  test('may say it of versions alone, which are compared with each other', async () => {
    const { world } = await started({ name: 'ui', calls: CALLS.slice(1).map((call) => ({ ...call, versionsOnly: true })) });
    world.statistics = recorded('caller');
    await world.clock.advance(MINUTE);
    expect(reported(world).map((line) => line['Version'])).toEqual(['stable', 'next']);
  });

  test('counts connections of TCP, and those that led to no task', async () => {
    const { world } = await started({ name: 'ui', calls: [{ service: 'db', tcp: true }] });
    const sent = readSample(
      JSON.stringify({
        stats: [
          { name: 'tcp.outbound_db.downstream_cx_total', value: 9 },
          { name: 'cluster.db.upstream_cx_total', value: 7 },
          { name: 'cluster.db.upstream_cx_connect_fail', value: 3 },
        ],
      }),
    );
    world.statistics = { ...sent, uptimeSeconds: 61 };
    await world.clock.advance(MINUTE);
    expect(reported(world)).toEqual([expect.objectContaining({ CallRequests: 9, CallServerErrors: 3, CallConnectFailures: 3 })]);
  });
});

test('latencies keep their number, their sum within 1 % and at most 100 values a line', async () => {
  const { world } = await started({ name: 'orders', serves: ['orders'] });
  const latency = Array.from({ length: 300 }, (_, index) => {
    const decade = 10 ** (1 + Math.floor(index / 90));
    return { lower: decade * (1 + (index % 90) / 10), width: decade / 10, count: 17 + index };
  });
  world.statistics = arrived(61, { requests: countOf(latency) }, latency);
  await world.clock.advance(MINUTE);
  const values = reported(world).map((line) => line['Latency'] as { Values: number[]; Counts: number[]; Sum: number });
  for (const { Values, Counts } of values) {
    expect(Values.length).toBeLessThanOrEqual(100);
    expect(Counts).toHaveLength(Values.length);
  }
  const sum = (list: readonly number[]): number => list.reduce((one, other) => one + other, 0);
  expect(sum(values.flatMap(({ Counts }) => Counts))).toBe(countOf(latency));
  const exact = sum(latency.map(({ lower, width, count }) => (lower + width / 2) * count));
  expect(Math.abs(sum(values.map(({ Sum }) => Sum)) / exact - 1)).toBeLessThan(0.01);
  for (const line of reported(world)) expect(JSON.stringify(line).length).toBeLessThan(256 * 1024);
  expect(reported(world).filter((line) => 'Requests' in line)).toHaveLength(1);
});

test('many callees are read a few at a time, each of them once, so that the agent stays within its memory', async () => {
  const calls = Array.from({ length: 60 }, (_, index) => ({ service: `callee-${index}` }));
  const [world, stop] = [fakeWorld(good), new AbortController()];
  const read: (readonly string[])[] = [];
  world.envoy.statistics = async (of) => {
    read.push(of.clusters);
    return Promise.resolve(NO_SAMPLE);
  };
  run(settings({ MESH_METRICS: JSON.stringify({ name: 'ui', serves: ['ui'], calls }) }), world, stop.signal);
  await world.clock.advance(1);
  expect(read.map(({ length }) => length)).toEqual([25, 25, 10]);
  expect(read.flat()).toEqual(calls.map(({ service }) => service));
});
