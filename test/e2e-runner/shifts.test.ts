/**
 * Shifts in deployments: the custom resources, the CDK's framework, the function with what its role may do, and the state machine as it is
 * deployed, with no container.
 */
import { Duration } from 'aws-cdk-lib';
import type { VersionProps } from '../../lib';
import { Placement, Shift, Tracing } from '../../lib';
import { CALL_METRICS, MESH_DIMENSION, METRIC_NAMESPACE, SERVICE_DIMENSION, VERSION_DIMENSION } from '../../lib/core/contract/metric';
import type { ShiftSettings } from '../../lib/core/contract/weight-shift';
import { WEIGHT_SHIFT_RESOURCE, WEIGHTS_RESOURCE } from '../../lib/core/contract/weight-shift';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import type { Execution } from '../../programs/emulator/aws/step-functions';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { Providers } from '../../programs/emulator/deployment/provider';
import type { Template } from '../../programs/emulator/template/intrinsics';
import { until } from '../e2e/runner/wait';
import { image, synthesize } from '../e2e/systems/synthesize';

const PLACE = 'eu-west-1:123456789012';
type Versions = Readonly<Record<string, Pick<VersionProps, 'weight' | 'environment'>>>;

/** @param ui another version of the caller alone */
const shop = (
  versions: Versions,
  { ui = '1', shift = true, group }: { readonly ui?: string; readonly shift?: boolean; readonly group?: string } = {},
): Template => {
  const key = JSON.stringify([versions, ui, shift, group]);
  const template =
    templates.get(key) ??
    synthesize({
      services: {
        ui: { image: image('ui'), port: 8080, calls: ['orders'], environment: { VERSION: ui } },
        orders: {
          image: image('orders'),
          port: 8080,
          versions,
          ...(shift ? { shift: Shift.linear({ step: 25, every: Duration.minutes(2) }) } : {}),
          ...(group === undefined ? {} : { group }),
        },
      },
      ...(group === undefined ? {} : { groups: { [group]: Placement.nestedStack() } }),
      tracing: Tracing.none(),
    });
  templates.set(key, template);
  return template;
};
const templates = new Map<string, Template>();
const OLD: Versions = { v1: { weight: 100 }, v2: { weight: 0 } };
const NEW: Versions = { v1: { weight: 0 }, v2: { weight: 100 } };

function account(providers: Providers = {}) {
  const aws = new AwsEmulator(PLACE);
  const deployment = new Deployment(aws, {}, { secondMs: 0.001, providers });
  let known = '';
  /** Its name, which stays the same. */
  const parameter = (): string => {
    const [weights] = deployment.live.ofType(WEIGHTS_RESOURCE);
    known = weights?.values[weights.key] ?? known;
    return known;
  };
  const history = (): readonly object[] => {
    const all = aws.parameters.history(parameter()).map((text) => (JSON.parse(text) as { readonly weights: object }).weights);
    return all.filter((weights, index) => JSON.stringify(weights) !== JSON.stringify(all[index - 1]));
  };
  const count = (version: string, errors: number): void => {
    const [shift] = deployment.live.ofType(WEIGHT_SHIFT_RESOURCE);
    const { mesh } = JSON.parse(shift?.properties['Settings'] as string) as ShiftSettings;
    const point = (name: string, value: number): void => {
      aws.metrics.points.push({
        ...{ namespace: METRIC_NAMESPACE, name, value },
        dimensions: { [MESH_DIMENSION]: mesh, [SERVICE_DIMENSION]: 'orders', [VERSION_DIMENSION]: version },
        at: Date.now(),
      });
    };
    point(CALL_METRICS.requests, 1000);
    point(CALL_METRICS.serverErrors, errors);
    point(CALL_METRICS.latency, 20);
  };
  return { aws, deployment, parameter, history, count };
}
const last = ({ stepFunctions: { executions } }: AwsEmulator): Execution | undefined => executions.at(-1);

test('weights hold at once in the first deployment, and go step by step in the next one', async () => {
  const { aws, deployment, history, count } = account();
  await deployment.deploy(shop(OLD));
  expect(history()).toEqual([{ v1: 100, v2: 0 }]);
  expect(aws.stepFunctions.executions).toEqual([]);
  count('v1', 2);
  count('v2', 2);
  await deployment.deploy(shop(NEW));
  await aws.stepFunctions.idle();
  expect(last(aws)).toMatchObject({ status: 'SUCCEEDED' });
  expect(history()).toEqual([
    { v1: 100, v2: 0 },
    { v1: 75, v2: 25 },
    { v1: 50, v2: 50 },
    { v1: 25, v2: 75 },
    { v1: 0, v2: 100 },
  ]);
});

test('fails if the new version fails: the weights are back, and the execution says why', async () => {
  const { aws, deployment, history, count } = account();
  await deployment.deploy(shop(OLD));
  count('v1', 2);
  count('v2', 400);
  await deployment.deploy(shop(NEW));
  await aws.stepFunctions.idle();
  expect(last(aws)).toMatchObject({
    status: 'FAILED',
    output: 'ShiftTakenBack: v2 has failed in 40.0 % of 1000 attempts, and v1 in 0.2 % of 1000 attempts',
  });
  expect(history().at(-1)).toEqual({ v1: 100, v2: 0 });
  const taken = aws.metrics.points.filter(({ name }) => name === 'ShiftsTakenBack');
  expect(taken).toMatchObject([{ dimensions: { Service: 'orders' }, value: 1 }]);
});

/** An account in which the caller, which comes after the versions, fails to deploy once, when weights have begun to move. */
function accountThatFails() {
  let fails = false;
  const made = account({
    'AWS::ECS::Service': {
      update: async ({ resource }) => {
        if (resource.id.includes('ui') && fails) {
          const { aws, parameter } = made;
          await until(() => (aws.parameters.get(parameter()) ?? '').includes('"v2":25'), { what: 'the first step' });
          fails = false;
          throw new Error('the tasks of ui do not start');
        }
        return undefined;
      },
    },
  });
  const failOnce = (): void => {
    fails = true;
  };
  return { ...made, failOnce };
}

test('fails if something else of the deployment fails: CloudFormation goes back, and so do the weights', async () => {
  const { aws, deployment, history, failOnce } = accountThatFails();
  await deployment.deploy(shop(OLD));
  failOnce();
  await expect(deployment.deploy(shop(NEW, { ui: '2' }))).rejects.toThrow('the tasks of ui do not start');
  await aws.stepFunctions.idle();
  expect(history().at(-1)).toEqual({ v1: 100, v2: 0 });
  expect(last(aws)).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('"Status":"stopped"') as string });
});

test('fails if a deployment fails whose shift began by another image alone: the bad one of before gets no calls', async () => {
  const { aws, deployment, parameter, history, count, failOnce } = accountThatFails();
  await deployment.deploy(shop(OLD));
  count('v1', 2);
  count('v2', 400);
  await deployment.deploy(shop(NEW));
  await aws.stepFunctions.idle();
  expect(last(aws)).toMatchObject({ status: 'FAILED' });
  aws.metrics.points.length = 0;
  count('v1', 2);
  count('v2', 2);
  const written = history().length;
  const repaired: Versions = { ...NEW, v2: { weight: 100, environment: { VERSION: '2' } } };
  failOnce();
  await expect(deployment.deploy(shop(repaired, { ui: '2' }))).rejects.toThrow('the tasks of ui do not start');
  await aws.stepFunctions.idle();
  const [first, ...others] = history().slice(written);
  expect(first).toEqual({ v1: 75, v2: 25 });
  expect(others.at(-1)).toEqual({ v1: 100, v2: 0 });
  expect(last(aws)).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('"Status":"stopped"') as string });
  expect(aws.parameters.get(parameter())).toContain('the deployment goes back to what was there before the last shift');
  // And the repaired one has its shift when the rest is repaired, too.
  await deployment.deploy(shop(repaired, { ui: '3' }));
  await aws.stepFunctions.idle();
  expect(history().at(-1)).toEqual({ v1: 0, v2: 100 });
});

test('a version that is added gets its calls step by step, and one that is taken away loses them with the deployment', async () => {
  const { aws, deployment, history } = account();
  await deployment.deploy(shop({ v1: { weight: 100 } }));
  await deployment.deploy(shop({ v1: { weight: 50 }, v2: { weight: 50 } }));
  await aws.stepFunctions.idle();
  expect(history()).toEqual([{ v1: 100 }, { v1: 100, v2: 0 }, { v1: 75, v2: 25 }, { v1: 50, v2: 50 }]);
  await deployment.deploy(shop({ v2: { weight: 100 } }));
  expect(history().at(-1)).toEqual({ v2: 100 });
});

test('weights of a service in a group move step by step, go back, and leave nothing when its shift is removed', async () => {
  const { aws, deployment, parameter, history, count } = account();
  const inGroup = { group: 'back' };
  await deployment.deploy(shop(OLD, inGroup));
  count('v1', 2);
  count('v2', 2);
  await deployment.deploy(shop(NEW, inGroup));
  await aws.stepFunctions.idle();
  expect(last(aws)).toMatchObject({ status: 'SUCCEEDED' });
  expect(history()).toHaveLength(5);
  expect(history().at(-1)).toEqual({ v1: 0, v2: 100 });
  count('v1', 500);
  await deployment.deploy(shop(OLD, inGroup));
  await aws.stepFunctions.idle();
  expect(last(aws)).toMatchObject({ status: 'FAILED', output: expect.stringMatching(/^ShiftTakenBack: v1 has failed in/) as string });
  expect(history().at(-1)).toEqual({ v1: 0, v2: 100 });
  const known = parameter();
  await deployment.deploy(shop(OLD, { ...inGroup, shift: false }));
  expect(aws.parameters.get(known)).toBeUndefined();
  await deployment.destroy();
});

test('weights that are written by hand stay until weights or versions change', async () => {
  const { aws, deployment, parameter, history } = account();
  await deployment.deploy(shop(OLD));
  aws.parameters.put(parameter(), '{"weights":{"v1":60,"v2":40}}');
  await deployment.deploy(shop(OLD, { ui: '2' }));
  expect(aws.parameters.get(parameter())).toBe('{"weights":{"v1":60,"v2":40}}');
  await deployment.deploy(shop({ v1: { weight: 100, environment: { VERSION: '2' } }, v2: { weight: 0 } }));
  await aws.stepFunctions.idle();
  expect(history().slice(1)).toEqual([
    { v1: 60, v2: 40 },
    { v1: 85, v2: 15 },
    { v1: 100, v2: 0 },
  ]);
});

test('nothing stays when the stack is deleted, or when the service has no shift any more', async () => {
  const { aws, deployment, parameter } = account();
  await deployment.deploy(shop(OLD));
  await deployment.deploy(shop(NEW));
  await deployment.deploy(shop(NEW, { shift: false }));
  expect(aws.parameters.get(parameter())).toBeUndefined();
  await deployment.deploy(shop(OLD));
  expect(aws.parameters.get(parameter())).toBe('{"weights":{"v1":100,"v2":0}}');
  await deployment.destroy();
  expect(aws.parameters.get(parameter())).toBeUndefined();
  await aws.stepFunctions.idle();
  expect(aws.stepFunctions.executions.filter(({ status }) => status === 'RUNNING')).toEqual([]);
});

test('its function reads and writes the parameters of these services alone', async () => {
  const { aws, deployment, parameter } = account();
  await deployment.deploy(shop(OLD));
  const [role] = deployment.live.ofType('AWS::IAM::Role').filter(({ id }) => id.includes('WeightShiftsShifterRole'));
  const itself = deployment.principal('Shifter', role?.key);
  const outcome = async (operation: string, Name: string): Promise<string | undefined> =>
    (await aws.systemsManager.call(itself, operation, { Name, Value: '', Overwrite: true })).error;
  expect(await outcome('GetParameter', parameter())).toBeUndefined();
  for (const operation of ['GetParameter', 'PutParameter', 'DeleteParameter'])
    expect(await outcome(operation, 'other')).toBe('AccessDeniedException');
});
