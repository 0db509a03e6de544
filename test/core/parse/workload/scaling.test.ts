import type { Scaling } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { mathExpression, mesh, metric, parse, schedule, seconds, service, sqsQueue, STEPS, topologyOf, ui } from '../../../support/parsing';

const scalingOf = (scaling: Raw): Scaling | undefined => topologyOf(ui({ scaling })).services[0].scaling;
const queue = (messagesPerTask: number): Raw => ({ queue: sqsQueue, messagesPerTask });

test.each<[string, Raw]>([
  ['memory', { memoryTargetPercent: 70 }],
  ['requests', { requestsPerTask: 600 }],
  ['a queue', { queue: queue(10) }],
  ['a metric', { metrics: { lag: { metric, targetValue: 5 } } }],
])('%s scales alone: CPU is the policy where there is no other', (_, policy) => {
  expect(scalingOf({ maxCapacity: 4, ...policy })).not.toHaveProperty('cpuTargetPercent');
  expect(scalingOf({ maxCapacity: 4, ...policy, cpuTargetPercent: 50 })).toMatchObject({ cpuTargetPercent: 50 });
});

test('between limits that only the clock moves, CPU scales', () => {
  expect(scalingOf({ maxCapacity: 4, schedules: { night: { schedule, maxCapacity: 2 } } })).toEqual({
    minCapacity: 1,
    maxCapacity: 4,
    cpuTargetPercent: 60,
    schedules: [{ name: 'night', maxCapacity: 2 }],
  });
});

test.each<[string, Raw]>([
  ['a queue', { queue: queue(10) }],
  ['a metric', { metrics: { lag: { metric: mathExpression, scalingSteps: STEPS } } }],
  ['a schedule that begins with tasks', { schedules: { day: { schedule, minCapacity: 2 } } }],
])('%s leads from no task back to some', (_, policy) => {
  expect(scalingOf({ minCapacity: 0, maxCapacity: 4, ...policy })).toMatchObject({ minCapacity: 0 });
});

test('a service may sleep at night, and wake in the morning', () => {
  const night = { schedule, minCapacity: 0, maxCapacity: 0 };
  expect(
    scalingOf({ minCapacity: 2, maxCapacity: 4, schedules: { night, morning: { schedule, minCapacity: 2, maxCapacity: 4 } } }),
  ).toMatchObject({
    schedules: [
      { name: 'morning', minCapacity: 2, maxCapacity: 4 },
      { name: 'night', minCapacity: 0, maxCapacity: 0 },
    ],
  });
});

test('a queue wants a task for every so many messages', () => {
  expect(scalingOf({ minCapacity: 0, maxCapacity: 3, queue: { ...queue(10), cooldown: seconds(60) } })?.queue).toEqual({
    steps: [
      { messages: 1, tasks: 1 },
      { messages: 11, tasks: 2 },
      { messages: 21, tasks: 3 },
    ],
    cooldownSeconds: 60,
  });
});

test.each([1, 2, 20, 21, 37, 100, 1000])(
  'up to %d tasks, every step of a queue has enough of them, and there are no more than 20',
  (maxCapacity) => {
    const steps = scalingOf({ maxCapacity, queue: queue(7) })?.queue?.steps ?? [];
    expect(steps.length).toBe(Math.min(20, maxCapacity));
    for (const [index, { tasks }] of steps.entries()) {
      const most = (steps[index + 1]?.messages ?? 7 * maxCapacity + 1) - 1;
      expect(tasks).toBe(Math.ceil(most / 7));
    }
    expect(steps.at(-1)?.tasks).toBe(maxCapacity);
  },
);

test('steps of a metric are handed on, with what they mean', () => {
  const lag = { metric, scalingSteps: STEPS, adjustmentType: 'PercentChangeInCapacity', evaluationPeriods: 3, cooldown: seconds(30) };
  expect(scalingOf({ maxCapacity: 4, metrics: { lag } })?.metrics).toEqual([
    { name: 'lag', steps: { intervals: STEPS, adjustment: 'PercentChangeInCapacity', evaluationPeriods: 3, cooldownSeconds: 30 } },
  ]);
});

test.each<[string, readonly Raw[]]>([
  [
    'that meet',
    [
      { upper: 10, change: -1 },
      { lower: 10, upper: 20, change: 1 },
      { lower: 20, change: 2 },
    ],
  ],
  [
    'with a gap',
    [
      { upper: 10, change: -1 },
      { lower: 50, upper: 70, change: 1 },
      { lower: 70, change: 3 },
    ],
  ],
  [
    'that take bounds from each other',
    [
      { lower: 0, change: -1 },
      { lower: 50, change: 1 },
      { lower: 70, change: 3 },
    ],
  ],
  [
    'that only add',
    [
      { lower: 50, change: 1 },
      { lower: 70, change: 3 },
    ],
  ],
  [
    'of which one changes nothing',
    [
      { upper: 10, change: -1 },
      { lower: 10, upper: 50, change: 0 },
      { lower: 50, change: 1 },
    ],
  ],
])('steps %s are taken', (_, scalingSteps) => {
  expect(parse(ui({ scaling: { maxCapacity: 4, metrics: { lag: { metric, scalingSteps } } } })).issues).toEqual([]);
});

test.each<[string, Raw]>([
  ['a service', service({ scaling: { minCapacity: 0, maxCapacity: 2, queue: queue(1) } })],
  ['a version', service({ versions: { v1: { weight: 1, scaling: { minCapacity: 0, maxCapacity: 2, queue: queue(1) } } } })],
])('%s that is called and may have no task is a warning', (_, callee) => {
  const ids = (props: unknown): readonly string[] => topologyOf(props).warnings.map(({ id }) => id);
  expect(ids(mesh({ ui: service({ calls: ['worker'] }), worker: callee }))).toEqual(['no-tasks-for-callers']);
  expect(ids(mesh({ ui: service(), worker: callee }))).toEqual([]);
});

test('callers of a service find up to its largest number of tasks, however it scales', () => {
  const discoveryOf = (maxCapacity: number): string =>
    topologyOf(ui({ scaling: { minCapacity: 0, maxCapacity, queue: queue(10) } })).services[0].discovery;
  expect([discoveryOf(8), discoveryOf(9)]).toEqual(['dns', 'cloudMap']);
});
