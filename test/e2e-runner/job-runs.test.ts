/** Jobs in deployments: the custom resource, the CDK's framework with its state machine, and the function, with no container. */
import type { JobProps } from '../../lib';
import { Tracing } from '../../lib';
import { JOB_RUN_SECONDS } from '../../lib/core/contract/job-run';
import type { TaskEnd } from '../../programs/emulator/aws/fake-ecs';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { Template } from '../../programs/emulator/template/intrinsics';
import { image, synthesize } from '../e2e/systems/synthesize';

const PLACE = 'eu-west-1:123456789012';
const RUN = /BeforeDeployment[0-9A-F]{8}$/;
const ended = (exitCode: number): TaskEnd => ({
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'app', exitCode }],
});

const migrate: JobProps = { image: image('migrate'), beforeDeployment: true };
/** @param orders another version of the service alone */
const shop = (version: string, orders = version): Template => {
  const key = `${version} ${orders}`;
  const template =
    templates.get(key) ??
    synthesize({
      services: { orders: { image: image('orders'), port: 8080, environment: { VERSION: orders } } },
      jobs: { migrate: { ...migrate, environment: { VERSION: version } } },
      tracing: Tracing.none(),
    });
  templates.set(key, template);
  return template;
};
const templates = new Map<string, Template>();

/** @param end how the next job ends; undefined: it does not */
function account(end: TaskEnd | undefined) {
  const aws = new AwsEmulator(PLACE);
  const next = { end };
  const { tasks } = aws;
  tasks.host = {
    run: async () => (next.end === undefined ? new Promise(() => undefined) : Promise.resolve(next.end)),
    stop: () => undefined,
  };
  const deployment = new Deployment(aws, {}, { secondMs: 0.001 });
  /** What became of runs and services. */
  const deploy = async (template: Template): Promise<readonly string[]> => {
    const before = deployment.events.length;
    const failure = await deployment.deploy(template).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    const told = deployment.events.slice(before).flatMap(({ what, id }) => {
      const kind = RUN.test(id) ? 'run' : /ordersService/.test(id) ? 'service' : undefined;
      return kind === undefined ? [] : [`${what} ${kind}`];
    });
    return [...told, ...failure];
  };
  return { aws, next, tasks, deployment, deploy };
}

test('a job runs before the services are made, and before they are changed', async () => {
  const { tasks, deploy } = account(ended(0));
  expect(await deploy(shop('1'))).toEqual(['created run', 'created service']);
  expect(await deploy(shop('2'))).toEqual(['updated run', 'updated service']);
  expect(tasks.started.map(({ taskDefinition }) => (taskDefinition as string).split(':').at(-1))).toEqual(['1', '2']);
});

test('a deployment that changes nothing of the job does not run it', async () => {
  const { tasks, deploy } = account(ended(0));
  await deploy(shop('1'));
  expect(await deploy(shop('1', '2'))).toEqual(['updated service']);
  expect(tasks.started).toHaveLength(1);
});

test('fails if the job fails: no service has changed, and the way back runs nothing', async () => {
  const { next, tasks, deployment, deploy } = account(ended(0));
  await deploy(shop('1'));
  next.end = ended(3);
  expect(await deploy(shop('2'))).toEqual([
    'failed run',
    expect.stringContaining(
      'the job "migrate" ended with exit code 3: Essential container in task exited; its log is the stream migrate/app/',
    ),
  ]);
  expect(tasks.started).toHaveLength(2);
  expect(deployment.log.filter((line) => line.includes('job-not-run'))).toHaveLength(1);
  // And the next one begins from there.
  next.end = ended(0);
  expect(await deploy(shop('3'))).toEqual(['updated run', 'updated service']);
});

test('fails if the job of a first deployment fails: no service is made, and nothing stays', async () => {
  const { deployment, deploy } = account(ended(1));
  expect(await deploy(shop('1'))).toEqual(['failed run', 'deleted run', expect.stringContaining('ended with exit code 1')]);
  expect(deployment.template.Resources).toEqual({});
});

test('fails if the job takes longer than a deployment can wait, and stops it', async () => {
  const { aws, tasks, deploy } = account(undefined);
  expect(await deploy(shop('1'))).toEqual(['failed run', 'deleted run', expect.stringContaining('took longer than 55 minutes')]);
  expect(tasks.stopped).toEqual([tasks.tasks[0]?.taskArn]);
  // Asked every ten seconds.
  expect(aws.ecs.count('DescribeTasks')).toBeCloseTo(JOB_RUN_SECONDS / 10, -1);
});

test('its function may run this job alone', async () => {
  const { aws, deployment, deploy } = account(ended(0));
  await deploy(shop('1'));
  const [runner] = deployment.live.ofType('AWS::IAM::Role').filter(({ id }) => id.includes('BeforeDeploymentRunnerRole'));
  const itself = deployment.principal('Runner', runner?.key);
  const { input } = aws.ecs.calls.find(({ operation }) => operation === 'RunTask')!;
  const outcome = async (operation: string, more: object): Promise<string> =>
    (await aws.ecs.call(itself, operation, { ...input, clientToken: Math.random(), ...more })).error ?? 'ok';
  const [orders] = deployment.live.ofType('AWS::ECS::TaskDefinition').filter(({ id }) => id.includes('orders'));
  expect(await outcome('RunTask', {})).toBe('ok');
  expect(await outcome('RunTask', { taskDefinition: orders?.values[orders.key] })).toBe('AccessDeniedException');
  expect(await outcome('RunTask', { cluster: `arn:aws:ecs:${PLACE}:cluster/other` })).toBe('AccessDeniedException');
  expect(await outcome('StopTask', { task: `arn:aws:ecs:${PLACE}:task/other/task-1` })).toBe('AccessDeniedException');
});
