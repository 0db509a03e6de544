import { run } from '../../../programs/agent/commands';
import { answeredOf } from '../../../programs/agent/drain/envoy-admin';
import { Failure } from '../../../programs/agent/failure';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority } from './authority';
import type { FakeWorld } from './fake-world';
import { fakeWorld, settings } from './fake-world';

const SETTINGS = settings({ MESH_REQUESTS: '{"service":"orders","version":"v2"}' });
const MINUTE = 60_000;

let good: X509Svid;
beforeAll(async () => {
  good = await (await Authority.create('one')).issue();
});

function started(more = SETTINGS, answered: FakeWorld['answered'] = 0): { readonly world: FakeWorld; readonly stop: AbortController } {
  const [world, stop] = [fakeWorld(good), new AbortController()];
  world.answered = answered;
  run(more, world, stop.signal);
  return { world, stop };
}

const reported = ({ lines }: FakeWorld): readonly unknown[] =>
  lines.flatMap((line) => ('RequestsPerTask' in line ? [line['RequestsPerTask']] : []));

test('a task says once a minute how many requests it has answered in it, and by whose tasks they are averaged', async () => {
  const { world } = started();
  await world.clock.advance(1);
  world.answered = 90;
  await world.clock.advance(MINUTE);
  await world.clock.advance(MINUTE);
  world.answered = 1290;
  await world.clock.advance(MINUTE);
  expect(reported(world)).toEqual([90, 0, 1200]);
  expect(world.lines.find((line) => 'RequestsPerTask' in line)).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: 'CdkEcsMicroservices',
          Dimensions: [['Mesh', 'Service', 'Version']],
          Metrics: [{ Name: 'RequestsPerTask', Unit: 'Count' }],
        },
      ],
    },
    Mesh: 'shop.internal/Z1SHOP',
    Service: 'orders',
    Version: 'v2',
    RequestsPerTask: 90,
  });
});

test('a task whose requests scale nothing says nothing of them', async () => {
  const { world } = started(settings({}));
  await world.clock.advance(5 * MINUTE);
  expect(reported(world)).toEqual([]);
});

test('at another pace it still says them for a minute', async () => {
  const { world } = started(settings({ MESH_REQUESTS: '{"service":"orders"}', MESH_REQUESTS_SECONDS: '5' }));
  await world.clock.advance(1);
  world.answered = 10;
  await world.clock.advance(5000);
  expect(reported(world)).toEqual([120]);
});

test('what was answered before the agent could look is not said', async () => {
  const { world } = started(SETTINGS, new Failure('envoy', 'connection refused'));
  await world.clock.advance(2000);
  world.answered = 500;
  await world.clock.advance(MINUTE);
  world.answered = 530;
  await world.clock.advance(MINUTE);
  expect(reported(world)).toEqual([30]);
});

test('while Envoy does not answer nothing is said, and then the mean of the time between', async () => {
  const { world } = started();
  await world.clock.advance(1);
  world.answered = new Failure('envoy', 'no answer');
  await world.clock.advance(MINUTE);
  expect(reported(world)).toEqual([]);
  world.answered = 600;
  await world.clock.advance(MINUTE);
  expect(reported(world)).toEqual([300]);
});

test('counters that begin anew are no negative requests', async () => {
  const { world } = started(SETTINGS, 900);
  await world.clock.advance(1);
  world.answered = 3;
  await world.clock.advance(MINUTE);
  world.answered = 8;
  await world.clock.advance(MINUTE);
  expect(reported(world)).toEqual([5]);
});

test('a task that leaves says nothing more, since it gets less than the others', async () => {
  const { world, stop } = started(
    settings({ MESH_REQUESTS: '{"service":"orders"}', MESH_REQUESTS_SECONDS: '1', MESH_STOP_SECONDS: '120' }),
  );
  await world.clock.advance(1500);
  const before = reported(world).length;
  stop.abort();
  await world.clock.advance(MINUTE);
  expect(before).toBeGreaterThan(0);
  expect(reported(world)).toHaveLength(before);
});

test('requests are those of callers, of an edge, of load balancers and of App Mesh, and no others', () => {
  const stats = [
    ['http.inbound_app.downstream_rq_completed', 1],
    ['http.edge_app.downstream_rq_completed', 10],
    ['http.ingress.downstream_rq_completed', 100],
    ['http.outbound_catalog.downstream_rq_completed', 1000],
    ['http.egress.downstream_rq_completed', 1000],
    ['http.admin.downstream_rq_completed', 1000],
    ['http.inbound_app.downstream_rq_total', 1000],
    ['listener.0.0.0.0_15006.http.inbound_app.downstream_rq_completed', 1000],
  ].map(([name, value]) => ({ name, value }));
  expect(answeredOf(JSON.stringify({ stats }))).toBe(111);
});
