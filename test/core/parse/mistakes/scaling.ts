import type { Mistakes } from './mistake';
import { scaled } from './mistake';
import type { Raw } from '../../../support/parsing';
import { image, mathExpression, mesh, metric, schedule, seconds, sqsQueue, STEPS, token, ui } from '../../../support/parsing';

const SCALING = 'services.ui.scaling';
const lag = (more: Raw): Raw => scaled({ maxCapacity: 4, metrics: { lag: { metric, ...more } } });
const night = (more: Raw, scaling: Raw = {}): Raw =>
  scaled({ minCapacity: 2, maxCapacity: 4, ...scaling, schedules: { night: { schedule, ...more } } });
const queued = (more: Raw): Raw => scaled({ maxCapacity: 4, queue: { queue: sqsQueue, messagesPerTask: 10, ...more } });

/** What moves the number of tasks. */
export const SCALING_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'gives scaling no maximum', props: scaled({ minCapacity: 1 }), path: `${SCALING}.maxCapacity` },
    {
      did: 'scales by a queue of no name',
      props: scaled({ maxCapacity: 2, queue: { messagesPerTask: 1 } }),
      path: `${SCALING}.queue.queue`,
    },
    {
      did: 'does not say how many messages a task takes',
      props: scaled({ maxCapacity: 2, queue: { queue: sqsQueue } }),
      path: `${SCALING}.queue.messagesPerTask`,
    },
    { did: 'scales by no metric', props: scaled({ maxCapacity: 2, metrics: {} }), path: `${SCALING}.metrics` },
    { did: 'scales by a metric and does not say how', props: lag({}), path: `${SCALING}.metrics.lag` },
    {
      did: 'gives a step no bound',
      props: lag({ scalingSteps: [STEPS[0], { change: 1 }] }),
      path: `${SCALING}.metrics.lag.scalingSteps[1]`,
    },
    {
      did: 'gives a step no change',
      props: lag({ scalingSteps: [STEPS[0], { lower: 50 }] }),
      path: `${SCALING}.metrics.lag.scalingSteps[1].change`,
    },
    { did: 'gives an empty list of schedules', props: scaled({ maxCapacity: 2, schedules: {} }), path: `${SCALING}.schedules` },
    { did: 'gives a schedule no time', props: night({ schedule: undefined, minCapacity: 1 }), path: `${SCALING}.schedules.night.schedule` },
    { did: 'gives a schedule that changes nothing', props: night({}), path: `${SCALING}.schedules.night` },
  ],
  WRONG_TYPE: [
    { did: 'names a queue by its ARN', props: queued({ queue: 'arn:aws:sqs:eu-west-1:1:orders' }), path: `${SCALING}.queue.queue` },
    { did: 'gives a topic for a queue', props: queued({ queue: image }), path: `${SCALING}.queue.queue` },
    { did: 'names a metric', props: lag({ metric: 'CPUUtilization', targetValue: 1 }), path: `${SCALING}.metrics.lag.metric` },
    {
      did: 'writes a cron expression as a text',
      props: night({ schedule: 'cron(0 7)', minCapacity: 2 }),
      path: `${SCALING}.schedules.night.schedule`,
    },
    {
      did: 'writes a time as a text',
      props: night({ minCapacity: 2, startTime: '2027-01-01' }),
      path: `${SCALING}.schedules.night.startTime`,
    },
    { did: 'gives a cooldown as a number', props: scaled({ maxCapacity: 2, scaleInCooldown: 60 }), path: `${SCALING}.scaleInCooldown` },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'says messages of a queue as CDK does not', props: queued({ messages: 2 }), path: `${SCALING}.queue.messages` },
    {
      did: 'gives a schedule a desired count',
      props: night({ minCapacity: 2, desiredCount: 2 }),
      path: `${SCALING}.schedules.night.desiredCount`,
    },
    { did: 'gives a metric a target in percent', props: lag({ targetValue: 1, percent: 2 }), path: `${SCALING}.metrics.lag.percent` },
  ],
  TOKEN: [
    { did: 'takes the largest number of tasks from a token', props: scaled({ maxCapacity: token }), path: `${SCALING}.maxCapacity` },
    { did: 'takes the target of a metric from a token', props: lag({ targetValue: token }), path: `${SCALING}.metrics.lag.targetValue` },
  ],
  INVALID_NAME: [
    {
      did: 'gives a metric a name with a slash',
      props: scaled({ maxCapacity: 2, metrics: { 'a/b': { metric, targetValue: 1 } } }),
      path: `${SCALING}.metrics["a/b"]`,
    },
    {
      did: 'gives a schedule a name with a blank',
      props: scaled({ maxCapacity: 2, schedules: { 'at night': { schedule, minCapacity: 1 } } }),
      path: `${SCALING}.schedules["at night"]`,
    },
  ],
  INVALID_VALUE: [
    {
      did: 'adjusts in a way that there is not',
      props: lag({ scalingSteps: STEPS, adjustmentType: 'Double' }),
      path: `${SCALING}.metrics.lag.adjustmentType`,
    },
  ],
  OUT_OF_RANGE: [
    {
      did: 'scales by CPU to no task, from which nothing leads back',
      props: scaled({ minCapacity: 0, maxCapacity: 3 }),
      path: `${SCALING}.minCapacity`,
    },
    {
      did: 'scales by requests to no task, from which nothing leads back',
      props: scaled({ minCapacity: 0, maxCapacity: 3, requestsPerTask: 10 }),
      path: `${SCALING}.minCapacity`,
    },
    {
      did: 'lets a schedule lead to no task, and none back',
      props: night({ minCapacity: 0, maxCapacity: 0 }),
      path: `${SCALING}.schedules.night.minCapacity`,
    },
    { did: 'scales to 101 percent', props: scaled({ maxCapacity: 3, cpuTargetPercent: 101 }), path: `${SCALING}.cpuTargetPercent` },
    { did: 'scales to a fraction of a task', props: scaled({ maxCapacity: 2.5 }), path: `${SCALING}.maxCapacity` },
    { did: 'scales from more to less', props: scaled({ minCapacity: 5, maxCapacity: 2 }), path: `${SCALING}.minCapacity` },
    { did: 'scales by no request', props: scaled({ maxCapacity: 2, requestsPerTask: 0 }), path: `${SCALING}.requestsPerTask` },
    { did: 'scales by no message', props: queued({ messagesPerTask: 0 }), path: `${SCALING}.queue.messagesPerTask` },
    {
      did: 'waits for two hours after a scale-in',
      props: scaled({ maxCapacity: 2, scaleInCooldown: seconds(7200) }),
      path: `${SCALING}.scaleInCooldown`,
    },
    { did: 'keeps a metric at zero', props: lag({ targetValue: 0 }), path: `${SCALING}.metrics.lag.targetValue` },
    { did: 'gives a metric one step', props: lag({ scalingSteps: [STEPS[0]] }), path: `${SCALING}.metrics.lag.scalingSteps` },
    {
      did: 'gives a metric 41 steps',
      props: lag({ scalingSteps: Array.from({ length: 41 }, (_, lower) => ({ lower, change: 1 })) }),
      path: `${SCALING}.metrics.lag.scalingSteps`,
    },
    {
      did: 'lets a step end before it begins',
      props: lag({ scalingSteps: [STEPS[0], { lower: 50, upper: 40, change: 1 }] }),
      path: `${SCALING}.metrics.lag.scalingSteps[1]`,
    },
    { did: 'lets a schedule raise the maximum', props: night({ maxCapacity: 5 }), path: `${SCALING}.schedules.night.maxCapacity` },
    {
      did: 'lets a schedule raise the minimum above the maximum',
      props: night({ minCapacity: 5 }),
      path: `${SCALING}.schedules.night.minCapacity`,
    },
    {
      did: 'gives a schedule less at most than at least',
      props: night({ minCapacity: 3, maxCapacity: 2 }),
      path: `${SCALING}.schedules.night.minCapacity`,
    },
    {
      did: 'lets a schedule lower the maximum below the minimum',
      props: night({ maxCapacity: 1 }),
      path: `${SCALING}.schedules.night.maxCapacity`,
    },
    {
      did: 'raises the minimum in the morning, and not the maximum that was lowered at night',
      props: scaled({
        maxCapacity: 4,
        schedules: { night: { schedule, minCapacity: 0, maxCapacity: 0 }, morning: { schedule, minCapacity: 2 } },
      }),
      path: `${SCALING}.schedules.morning.minCapacity`,
    },
  ],
  CONFLICT: [
    {
      did: 'scales, and sets the number of tasks with each deployment',
      props: scaled({ maxCapacity: 4 }, { desiredCount: 3 }),
      path: 'services.ui.desiredCount',
    },
    {
      did: 'gives a metric a target and steps',
      props: lag({ targetValue: 1, scalingSteps: STEPS }),
      path: `${SCALING}.metrics.lag.scalingSteps`,
    },
    { did: 'tracks a math expression', props: lag({ metric: mathExpression, targetValue: 1 }), path: `${SCALING}.metrics.lag.targetValue` },
    {
      did: 'lets two steps overlap',
      props: lag({
        scalingSteps: [
          { lower: 0, upper: 20, change: -1 },
          { lower: 10, change: 1 },
        ],
      }),
      path: `${SCALING}.metrics.lag.scalingSteps`,
    },
    {
      did: 'leaves two intervals between steps',
      props: lag({
        scalingSteps: [
          { upper: 10, change: -1 },
          { lower: 20, upper: 30, change: 1 },
          { lower: 40, change: 2 },
        ],
      }),
      path: `${SCALING}.metrics.lag.scalingSteps`,
    },
  ],
  NO_EFFECT: [
    {
      did: 'counts requests of a worker, which nobody calls',
      props: mesh({ ui: { image, scaling: { maxCapacity: 4, requestsPerTask: 10 } } }),
      path: `${SCALING}.requestsPerTask`,
    },
    {
      did: 'gives a target periods',
      props: lag({ targetValue: 1, evaluationPeriods: 2 }),
      path: `${SCALING}.metrics.lag.evaluationPeriods`,
    },
  ],
  UNSUPPORTED_BY_PROTOCOL: [
    {
      did: 'counts requests of a TCP service',
      props: ui({ protocol: 'tcp', scaling: { maxCapacity: 4, requestsPerTask: 10 } }),
      path: `${SCALING}.requestsPerTask`,
    },
  ],
};
