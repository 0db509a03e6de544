import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, issuesOf, topologyOf, ui } from '../../../support/parsing';

const alarm = new Opaque({ alarmRef: { alarmArn: 'arn', alarmName: 'errors' } });
const rolling = (more: object = {}) => more;
const replacementOf = (more: Raw) => topologyOf(ui(more)).services[0].replacement;

test('tasks are replaced as they always were, unless somebody says how', () => {
  expect(replacementOf({})).toBeUndefined();
  expect(replacementOf({ deployment: rolling() })).toEqual({ minHealthyPercent: 100, maxHealthyPercent: 200, rollback: true });
});

test('limits and the way back are as the user says', () => {
  expect(
    replacementOf({
      desiredCount: 4,
      deployment: rolling({ minHealthyPercent: 50, maxHealthyPercent: 125, rollback: false, alarms: [alarm] }),
    }),
  ).toEqual({ minHealthyPercent: 50, maxHealthyPercent: 125, rollback: false });
});

test('the gateway can be told, too', () => {
  expect(topologyOf(edge({ gateway: { deployment: rolling({ minHealthyPercent: 50 }) } })).edges[0]?.gateway.replacement).toMatchObject({
    minHealthyPercent: 50,
  });
});

test.each(['blueGreen', new Opaque(new Map())])(
  'fails if the user gives what is no Deployment, and names what shifts traffic',
  (deployment) => {
    expect(issuesOf(ui({ deployment }))).toEqual([
      expect.objectContaining({
        code: 'WRONG_TYPE',
        path: 'services.ui.deployment',
        message: 'must be made by Deployment.rolling()',
        fix: 'use Deployment.rolling(); to shift traffic step by step, use versions, whose weights say where calls go',
      }),
    ]);
  },
);

test.each([
  [
    'leaves no room',
    { minHealthyPercent: 100, maxHealthyPercent: 100 },
    {},
    'of 1 task, ECS must keep 1 and may run 1, so it can replace none',
  ],
  [
    'leaves none for a single task, since ECS rounds',
    { maxHealthyPercent: 150 },
    {},
    'of 1 task, ECS must keep 1 and may run 1, so it can replace none',
  ],
  [
    'leaves none for the least that scaling goes down to',
    { maxHealthyPercent: 125 },
    { scaling: { minCapacity: 3, maxCapacity: 8 } },
    'of 3 tasks, ECS must keep 3 and may run 3, so it can replace none',
  ],
])('fails if the user %s', (_, options, more, message) => {
  expect(issuesOf(ui({ ...more, deployment: rolling(options) }))).toEqual([expect.objectContaining({ code: 'CONFLICT', message })]);
});

test.each([
  ['a string', 'rolling', 'WRONG_TYPE', 'services.ui.deployment'],
  ['more than all', rolling({ minHealthyPercent: 101 }), 'OUT_OF_RANGE', 'services.ui.deployment.minHealthyPercent'],
  ['fewer than all', rolling({ maxHealthyPercent: 99 }), 'OUT_OF_RANGE', 'services.ui.deployment.maxHealthyPercent'],
  ['the name of an alarm', rolling({ alarms: ['errors'] }), 'WRONG_TYPE', 'services.ui.deployment.alarms[0]'],
  ['a bake time', rolling({ bakeTime: 5 }), 'UNKNOWN_PROPERTY', 'services.ui.deployment.bakeTime'],
])('fails if the user gives %s', (_, deployment, code, path) => {
  expect(issuesOf(ui({ deployment })).map((issue) => [issue.code, issue.path])).toEqual([[code, path]]);
});
