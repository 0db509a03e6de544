import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { ScalingPolicies } from '../e2e/runner';
import { build, service } from '../support/stack';

function policies(minCapacity: number, maxCapacity: number, messagesPerTask: number): ScalingPolicies {
  const { template } = build((stack) => ({
    services: {
      worker: service({
        scaling: { minCapacity, maxCapacity, queue: { queue: new Queue(stack, 'Q'), messagesPerTask, cooldown: Duration.minutes(2) } },
      }),
    },
  }));
  return new ScalingPolicies(template.toJSON(), 'worker');
}

const messages = (waiting: number, inFlight?: number): Readonly<Record<string, number>> => ({
  ApproximateNumberOfMessagesVisible: waiting,
  ...(inFlight === undefined ? {} : { ApproximateNumberOfMessagesNotVisible: inFlight }),
});

test.each([
  [0, 0],
  [1, 1],
  [10, 1],
  [11, 2],
  [20, 2],
  [21, 3],
  [29, 3],
  [1000, 3],
])('%d messages want %d tasks', (waiting, wanted) => {
  expect(policies(0, 3, 10).minute(0, messages(waiting))).toBe(wanted);
});

test('messages that tasks hold count, so that nobody scales to no task while there are some', () => {
  expect(policies(0, 3, 10).minute(1, messages(0, 1))).toBe(1);
  expect(policies(0, 3, 10).minute(1, messages(5, 8))).toBe(2);
});

test('no fewer tasks than the minimum are wanted', () => {
  expect(policies(2, 3, 10).minute(3, messages(0))).toBe(2);
});

test('above twenty tasks each step has enough for its messages', () => {
  const many = policies(0, 50, 1);
  for (let waiting = 1; waiting <= 60; waiting += 1) {
    const wanted = many.minute(0, messages(waiting));
    expect(wanted).toBeGreaterThanOrEqual(Math.min(50, waiting));
    expect(wanted).toBeLessThanOrEqual(Math.min(50, waiting + 3));
  }
});

test('a scale-in waits for the cooldown of what was before, and a scale-out does not', () => {
  const scaling = policies(0, 3, 10);
  expect(scaling.minute(0, messages(5))).toBe(1);
  expect(scaling.minute(1, messages(30))).toBe(3);
  expect(scaling.minute(3, messages(0))).toBe(3);
  expect(scaling.minute(3, messages(0))).toBe(0);
});

test('a queue that is not measured changes nothing', () => {
  expect(policies(0, 3, 10).minute(2, {})).toBe(2);
});
