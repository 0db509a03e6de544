import { figuresOf } from '../../../programs/map/figures';
import { SystemIndex } from '../../../programs/map/system';
import { SampledTask } from '../../../programs/map/tasks';
import { readSample } from '../../../programs/statistics/sample';
import { answerOf, described, taskOf } from './fake-system';

const system = new SystemIndex(described());

/** A task that has answered these, one second after the other. */
function sampled(id: string, ...answers: readonly string[]): SampledTask {
  const task = new SampledTask(taskOf(id), 0, 10_000);
  answers.forEach((answer, index) => {
    task.answered(readSample(answer), index * 1000);
  });
  return task;
}

const of = (...tasks: readonly SampledTask[]) => figuresOf({ tasks, past: new Map() }, system, 2000);

test('a call has the figures of its caller, of all of its tasks together, from when the map began', () => {
  const before = { 'http.outbound_catalog.downstream_rq_completed': 1000, 'http.outbound_catalog.downstream_rq_5xx': 500 };
  const [one, two] = [60, 40].map((requests, index) =>
    sampled(
      `ui-${index}`,
      answerOf(1, before),
      answerOf(
        3,
        { ...before, 'http.outbound_catalog.downstream_rq_completed': 1000 + requests, 'http.outbound_catalog.downstream_rq_5xx': 505 },
        {
          'http.outbound_catalog.downstream_rq_time': { 3: requests },
        },
      ),
    ),
  );
  const call = of(one, two).calls['service ui > service catalog'];
  expect(call).toMatchObject({ perSecond: 100, errorShare: 0.1, refusedShare: 0, total: { requests: 100, errors: 10 } });
  expect(call?.p50).toBeCloseTo(3.5, 1);
});

test('a service has the figures of what arrives at all of its versions', () => {
  const answers = (requests: number, denied: number): readonly string[] => [
    answerOf(1, {}),
    answerOf(2, { 'http.inbound_catalog.downstream_rq_completed': requests, 'http.inbound_catalog.rbac.denied': denied }),
  ];
  const { boxes } = of(sampled('catalog-stable-1', ...answers(90, 0)), sampled('catalog-next-1', ...answers(10, 3)));
  expect(boxes['service catalog']).toMatchObject({ perSecond: 100, denied: 3, total: { requests: 100 } });
});

test('a call says how many requests each version got, and what its circuit breakers and outlier detection do', () => {
  const cluster = (name: string, requests: number): Record<string, number> => ({
    [`cluster.catalog-${name}.upstream_rq_completed`]: requests,
    [`cluster.catalog-${name}.upstream_rq_retry`]: 2,
    [`cluster.catalog-${name}.membership_total`]: 2,
    [`cluster.catalog-${name}.membership_healthy`]: name === 'next' ? 1 : 2,
    [`cluster.catalog-${name}.outlier_detection.ejections_active`]: name === 'next' ? 1 : 0,
    [`cluster.catalog-${name}.circuit_breakers.default.rq_open`]: name === 'next' ? 1 : 0,
  });
  const { calls } = of(sampled('ui-1', answerOf(1, {}), answerOf(2, { ...cluster('stable', 90), ...cluster('next', 10) })));
  expect(calls['service ui > service catalog']).toMatchObject({
    versions: { stable: 90, next: 10 },
    retries: { perSecond: 4, total: 4 },
    known: { healthy: 3, all: 4 },
    ejected: 1,
    open: ['rq'],
  });
});

test('a gateway service has the figures of its edge, and its calls those of its clusters', () => {
  const { calls, boxes } = of(
    sampled(
      'gateway-1',
      answerOf(1, {}),
      answerOf(2, {
        'http.edge_gateway.downstream_rq_completed': 12,
        'cluster.ui.upstream_rq_completed': 10,
        'cluster.ui.upstream_rq_5xx': 1,
      }),
    ),
  );
  expect(boxes['gateway gateway']).toMatchObject({ perSecond: 12 });
  expect(calls['edge default > gateway gateway']).toMatchObject({ perSecond: 12, total: { requests: 12 } });
  expect(calls['gateway gateway > service ui']).toMatchObject({ perSecond: 10, errorShare: 0.1 });
});

test('of TCP, connections that failed are errors', () => {
  const { calls } = of(
    sampled(
      'ui-1',
      answerOf(1, {}),
      answerOf(2, { 'tcp.outbound_vault.downstream_cx_total': 10, 'cluster.vault.upstream_cx_connect_fail': 2 }),
    ),
  );
  expect(calls['service ui > service vault']).toMatchObject({ perSecond: 10, errorShare: 0.2, total: { requests: 10, errors: 2 } });
});

test('what has not been called has no shares and no latencies', () => {
  expect(of().calls['service ui > external bank']).toEqual({
    perSecond: 0,
    total: { requests: 0, errors: 0, refused: 0, cancelled: 0 },
    ...Object.fromEntries(
      ['retries', 'timeouts', 'overflows', 'connectFailures', 'ejections'].map((name) => [name, { perSecond: 0, total: 0 }]),
    ),
    ejected: 0,
    open: [],
  });
});

test('figures leave the window, and totals stay', () => {
  const task = sampled('ui-1', answerOf(1, {}), answerOf(2, { 'http.outbound_catalog.downstream_rq_completed': 10 }));
  const { calls } = figuresOf({ tasks: [task], past: new Map() }, system, 20_000);
  expect(calls['service ui > service catalog']).toMatchObject({ perSecond: 0, total: { requests: 10 } });
});

test('a task that began anew has lost nothing that was counted before', () => {
  const requests = (count: number): Record<string, number> => ({ 'http.outbound_catalog.downstream_rq_completed': count });
  const task = sampled('ui-1', answerOf(5, requests(0)), answerOf(6, requests(100)), answerOf(1, requests(20)));
  expect(of(task).calls['service ui > service catalog']?.total.requests).toBe(120);
});

test('a task that does not answer says nothing of how things are, and keeps what it has counted', () => {
  const ejected = { 'cluster.catalog-next.outlier_detection.ejections_active': 1, 'cluster.catalog-next.upstream_rq_completed': 5 };
  const task = sampled('ui-1', answerOf(1, {}), answerOf(2, ejected));
  task.failed('connect ECONNREFUSED', 2000);
  const { tasks, calls } = of(task);
  expect(tasks[0]).toMatchObject({ state: 'silent', since: 2000, why: 'connect ECONNREFUSED', box: 'service ui' });
  expect(calls['service ui > service catalog']).toMatchObject({ ejected: 0, versions: { next: 5 } });
});

test('a task of a workload that the description does not have is shown, and counts nowhere', () => {
  const { tasks, boxes } = of(sampled('elsewhere-1', answerOf(1, {}), answerOf(2, { 'http.inbound_ui.downstream_rq_completed': 5 })));
  expect(tasks[0]).toEqual({ id: 'elsewhere-1', workload: 'elsewhere', healthy: true, state: 'answers', since: 0 });
  expect(boxes['service ui']?.total.requests).toBe(0);
});

test('what a task has counted that is not shown any more is not lost', () => {
  const { total } = sampled('ui-1', answerOf(1, {}), answerOf(2, { 'http.outbound_catalog.downstream_rq_completed': 10 }));
  const { calls } = figuresOf({ tasks: [], past: new Map([['ui', total]]) }, system, 2000);
  expect(calls['service ui > service catalog']).toMatchObject({ perSecond: 0, total: { requests: 10 } });
});
