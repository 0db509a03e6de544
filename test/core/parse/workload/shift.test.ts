import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { mesh, seconds, service, topologyOf } from '../../../support/parsing';

const shiftOf = (shift: Raw) =>
  topologyOf(mesh({ ui: service({ versions: { v1: { weight: 100 }, v2: { weight: 0 } }, shift }) })).services[0]?.shift;
const comparison = { minRequests: 100, errorMargin: 1, latencyFactor: 2 };

test.each<[string, Raw, object]>([
  ['ten steps of five minutes', { kind: 'linear' }, { steps: { first: 10, next: 10 }, checksPerStep: 5, checkSeconds: 60, comparison }],
  [
    'steps of its own',
    { kind: 'linear', step: 30, every: seconds(120), comparison: { minRequests: 500, errorMargin: 0.5, latencyFactor: 1.5 } },
    {
      steps: { first: 30, next: 30 },
      checksPerStep: 2,
      checkSeconds: 60,
      comparison: { minRequests: 500, errorMargin: 0.5, latencyFactor: 1.5 },
    },
  ],
  ['a tenth, then the rest', { kind: 'canary' }, { steps: { first: 10, next: 100 }, checksPerStep: 15, checkSeconds: 60, comparison }],
  ['all at once', { kind: 'allAtOnce' }, { steps: { first: 100, next: 100 }, checksPerStep: 10, checkSeconds: 60, comparison }],
])('moves %s', (_, shift, expected) => {
  expect(shiftOf(shift)).toEqual(expected);
});

test('a shift of days is looked at less often, so that the history of its execution has room for it', () => {
  expect(shiftOf({ kind: 'linear', step: 1, every: seconds(24 * 3600) })).toMatchObject({ checksPerStep: 20, checkSeconds: 4320 });
  expect(shiftOf({ kind: 'linear', step: 1, every: seconds(7 * 60) })).toMatchObject({ checksPerStep: 7, checkSeconds: 60 });
});

class AwsLogDriver {
  bind(): void {
    throw new Error('not here');
  }
}

test.each<[string, Raw, Raw]>([
  ['metrics that the log driver sends to CloudWatch Logs', { kind: 'linear' }, { driver: new Opaque(new AwsLogDriver()) }],
  [
    'an alarm, whatever the log driver',
    { kind: 'linear', alarms: [new Opaque({ alarmRef: {} })] },
    { driver: new Opaque({ bind: () => undefined }) },
  ],
])('a bad version is taken back by %s', (_, shift, logs) => {
  const versions = { v1: { weight: 100 }, v2: { weight: 0 } };
  expect(topologyOf({ ...mesh({ ui: service({ versions, shift }) }), logs }).services[0]?.shift).toBeDefined();
});
