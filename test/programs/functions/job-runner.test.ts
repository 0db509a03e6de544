import { ECSClient } from '@aws-sdk/client-ecs';
import type { JobRunnerEvent, StartedRun } from '../../../programs/functions/job-runner/handler';
import { jobRunnerHandler } from '../../../programs/functions/job-runner/handler';
import { readRunnerSettings } from '../../../programs/functions/job-runner/runner-settings';
import type { JobRunSettings } from '../../../lib/core/contract/job-run';
import { jsonLog } from '../../../programs/shared/log';
import { FakeEcs } from '../../../programs/emulator/aws/fake-ecs';
import { fakeRequestHandler, ServiceError, type Fields } from '../../../programs/emulator/aws/fake-aws';

const CLUSTER = 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop';
const revision = (number: number, family = 'migrate'): string => `arn:aws:ecs:eu-west-1:123456789012:task-definition/${family}:${number}`;
const MINUTE = 60_000;

const properties = (TaskDefinition: string, more: Fields = {}): Fields => ({
  ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:framework',
  Job: 'migrate',
  Container: 'app',
  TaskDefinition,
  LogGroup: 'shop-logs',
  ...more,
});

/** The environment of the function: where and with what it runs its jobs. */
const environment = (job: Partial<JobRunSettings> = {}): Record<string, string> => ({
  CLUSTER,
  SUBNETS: JSON.stringify(['subnet-1', 'subnet-2']),
  JOBS: JSON.stringify({
    migrate: { family: 'migrate', securityGroups: ['sg-1'], ...job },
    other: { family: 'other', securityGroups: ['sg-2'] },
  }),
});

/** One cluster, and the function with a clock of its own. */
function setUp(fault: (operation: string, attempt: number) => Error | undefined = () => undefined, variables = environment()) {
  const clock = { ms: 0 };
  const ecs = new FakeEcs(CLUSTER, () => clock.ms);
  const lines: string[] = [];
  const pauses: number[] = [];
  const attempts = new Map<string, number>();
  const serve = (operation: string, input: Fields): Fields => {
    const attempt = (attempts.get(operation) ?? 0) + 1;
    attempts.set(operation, attempt);
    const error = fault(operation, attempt);
    if (error !== undefined) throw error;
    return ecs.serve(operation, input);
  };
  const handle = jobRunnerHandler({
    ecs: new ECSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: fakeRequestHandler(serve, {}),
    }),
    log: jsonLog((line) => lines.push(line)),
    settings: () => readRunnerSettings(variables),
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    now: () => clock.ms,
  });
  /** As CDK's provider framework calls it. */
  const begin = async (event: Partial<JobRunnerEvent> = {}): Promise<JobRunnerEvent> => {
    const request: JobRunnerEvent = {
      RequestType: 'Create',
      StackId: 'stack',
      LogicalResourceId: 'Run',
      RequestId: 'request-1',
      ResourceProperties: properties(revision(1)),
      ...event,
    };
    const answer = (await handle(request)) as { readonly PhysicalResourceId: string; readonly Run: StartedRun | null };
    return { ...request, ...answer };
  };
  const update = async (to: string, from: string, RequestId = 'request-2'): Promise<JobRunnerEvent> =>
    begin({
      RequestType: 'Update',
      RequestId,
      PhysicalResourceId: 'job-run-migrate',
      ResourceProperties: properties(to),
      OldResourceProperties: properties(from),
    });
  return { ecs, handle, begin, update, lines, pauses, clock };
}

test('a deployment waits until the task has ended, and goes on then', async () => {
  const { ecs, handle, begin } = setUp();
  const event = await begin();
  expect(event.PhysicalResourceId).toBe('job-run-migrate');
  expect(await handle(event)).toEqual({ IsComplete: false });
  ecs.running();
  expect(await handle(event)).toEqual({ IsComplete: false });
  ecs.exits(0);
  expect(await handle(event)).toEqual({ IsComplete: true });
});

test('the task is started in the network of the mesh, with its tags, and nothing of it is public', async () => {
  const { ecs, begin } = setUp();
  await begin();
  expect(ecs.started).toEqual([
    {
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      cluster: CLUSTER,
      taskDefinition: revision(1),
      count: 1,
      startedBy: 'deployment',
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      },
      enableECSManagedTags: true,
      propagateTags: 'TASK_DEFINITION',
      tags: [{ key: 'cdk-ecs-microservices-job-run', value: 'deployment' }],
    },
  ]);
});

test('capacity providers take the place of the launch type', async () => {
  const capacity = [{ provider: 'FARGATE_SPOT', base: 0, weight: 1 }];
  const { ecs, begin } = setUp(undefined, environment({ capacity, enableExecuteCommand: true }));
  await begin();
  expect(ecs.started[0]).toMatchObject({
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', base: 0, weight: 1 }],
    enableExecuteCommand: true,
  });
  expect(ecs.started[0]).not.toHaveProperty('launchType');
});

test('an event that comes again starts no second task', async () => {
  const { ecs, begin } = setUp();
  const [first, second] = [await begin(), await begin()];
  expect(second.Run?.TaskArn).toBe(first.Run?.TaskArn);
  expect(ecs.tasks).toHaveLength(1);
});

test('an update runs a newer revision, and the first one of another family', async () => {
  const { ecs, update } = setUp();
  await update(revision(10), revision(9));
  await update(revision(1), revision(10, 'before'), 'request-3');
  expect(ecs.started.map(({ taskDefinition }) => taskDefinition)).toEqual([revision(10), revision(1)]);
});

test('who may invoke the function chooses neither the network of a task nor whether there is a shell in it', async () => {
  const { ecs, begin } = setUp();
  await begin();
  await begin({
    RequestId: 'request-2',
    ResourceProperties: properties(revision(1), {
      Cluster: 'elsewhere',
      Subnets: ['subnet-public'],
      SecurityGroups: ['sg-2'],
      CapacityProviders: [{ Provider: 'FARGATE_SPOT', Base: '0', Weight: '1' }],
      EnableExecuteCommand: 'true',
    }),
  });
  const [first, second] = ecs.started;
  expect({ ...second, clientToken: '' }).toEqual({ ...first, clientToken: '' });
});

test.each<[string, Fields, string]>([
  ['of a job that the function does not run', { Job: 'constructor' }, 'this function runs no job "constructor"'],
  ['by the task definition of another job', { Job: 'other' }, 'the job "other" has the task definition "other", and not "migrate"'],
])('fails if a run %s is asked for, and starts nothing', async (_, more, message) => {
  const { ecs, begin } = setUp();
  await expect(begin({ ResourceProperties: properties(revision(1), more) })).rejects.toThrow(message);
  expect(ecs.asked).toEqual([]);
});

test('no event stops a task earlier than it is late', async () => {
  const { ecs, handle, begin, clock } = setUp();
  clock.ms = 100 * MINUTE;
  const event = await begin();
  ecs.running();
  expect(await handle({ ...event, Run: { TaskArn: event.Run?.TaskArn ?? '', StartedAt: 0 } })).toEqual({ IsComplete: false });
  expect(ecs.stopped).toEqual([]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no subnets', { SUBNETS: '[]' }, /SUBNETS must be a list/],
  ['no security groups of a job', { JOBS: '{"migrate":{"family":"migrate"}}' }, /the security groups of "migrate" must be a list/],
  ['no cluster', { CLUSTER: '' }, /CLUSTER is missing/],
])('fails if its environment has %s', async (_, more, message) => {
  const { ecs, begin } = setUp(undefined, { ...environment(), ...more });
  await expect(begin()).rejects.toThrow(message);
  expect(ecs.asked).toEqual([]);
});

test.each([
  ['a rollback to an older revision', revision(9), revision(10)],
  ['a change of something else', revision(9), revision(9)],
])('%s runs nothing, and is done at once', async (_, to, from) => {
  const { ecs, handle, update } = setUp();
  const event = await update(to, from);
  expect(event).toMatchObject({ PhysicalResourceId: 'job-run-migrate', Run: null });
  expect(await handle(event)).toEqual({ IsComplete: true });
  expect(ecs.started).toEqual([]);
});

test('its deletion asks for nothing', async () => {
  const { ecs, handle, begin } = setUp();
  const event = await begin({ RequestType: 'Delete', PhysicalResourceId: 'job-run-migrate' });
  expect(await handle(event)).toEqual({ IsComplete: true });
  expect(ecs.asked).toEqual([]);
});

const LOG = 'its log is the stream migrate/app/task-1 of shop-logs';

test('fails if the job ends with another exit code than 0, and says where its log is', async () => {
  const { ecs, handle, begin, lines } = setUp();
  const event = await begin();
  ecs.exits(3);
  await expect(handle(event)).rejects.toThrow(`the job "migrate" ended with exit code 3: Essential container in task exited; ${LOG}`);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ message: 'job-run-failed' });
});

test('fails if the task does not start', async () => {
  const { ecs, handle, begin } = setUp();
  const event = await begin();
  ecs.failsToStart('CannotPullContainerError: no such image');
  await expect(handle(event)).rejects.toThrow(
    /"migrate" could not be started: Task failed to start; app: CannotPullContainerError: no such image/,
  );
});

test('fails if somebody stops the task, even if its application then ends with 0', async () => {
  const { ecs, handle, begin } = setUp();
  const event = await begin();
  ecs.isStopped('stopped by hand', 0);
  await expect(handle(event)).rejects.toThrow(`"migrate" was stopped before it had ended: stopped by hand; ${LOG}`);
});

test('fails if the job takes longer than a deployment can wait, and stops it', async () => {
  const { ecs, handle, begin, clock } = setUp();
  const event = await begin();
  ecs.running();
  clock.ms = 55 * MINUTE - 1;
  expect(await handle(event)).toEqual({ IsComplete: false });
  expect(ecs.stopped).toEqual([]);
  clock.ms += 1;
  await expect(handle(event)).rejects.toThrow(/took longer than 55 minutes, .* is being stopped/);
  expect(ecs.stopped).toEqual([event.Run?.TaskArn]);
});

test('a task that is not known everywhere yet is asked for again', async () => {
  const { ecs, handle, begin, clock } = setUp();
  const event = await begin();
  ecs.isUnknown();
  expect(await handle(event)).toEqual({ IsComplete: false });
  clock.ms = 5 * MINUTE;
  await expect(handle(event)).rejects.toThrow(/is gone \(MISSING\), and how it ended is not known/);
});

test.each<[string, (ecs: FakeEcs) => void, RegExp]>([
  [
    'the cluster knows no such capacity',
    (ecs) => {
      ecs.failure = { reason: 'AttributeMismatch', detail: 'no attribute' };
    },
    /^the job "migrate" could not be started: AttributeMismatch: no attribute$/,
  ],
])('fails if %s, at once', async (_, given, message) => {
  const { ecs, begin, pauses } = setUp();
  given(ecs);
  await expect(begin()).rejects.toThrow(message);
  expect(pauses).toEqual([]);
});

test('capacity that Fargate does not have yet is waited for', async () => {
  const { ecs, begin, pauses } = setUp();
  ecs.failure = { reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone' };
  ecs.failures = 2;
  await begin();
  expect(pauses).toEqual([1000, 2000]);
  expect(ecs.tasks).toHaveLength(1);
});

test.each([
  ['a permission', new ServiceError('AccessDeniedException', 'not yet')],
  ['a role', new ServiceError('ClientException', "ECS was unable to assume the role 'arn' that was provided for this task.")],
  ['the role of Amazon ECS itself', new ServiceError('InvalidParameterException', 'Unable to assume the service linked role.')],
])('%s that IAM does not know everywhere yet is waited for', async (_, error) => {
  const { ecs, begin, pauses } = setUp((__, attempt) => (attempt < 3 ? error : undefined));
  await begin();
  expect(pauses).toEqual([1000, 2000]);
  expect(ecs.tasks).toHaveLength(1);
});

test.each<[string, Fields, RegExp]>([
  ['the resource names no job', { Job: '' }, /the property Job of the resource must be a text/],
  ['the resource names no container', { Container: '' }, /the property Container of the resource must be a text/],
])('fails if %s', async (_, more, message) => {
  const { begin } = setUp();
  await expect(begin({ ResourceProperties: properties(revision(1), more) })).rejects.toThrow(message);
});

test('fails if a task definition has no revision to compare', async () => {
  const { update } = setUp();
  await expect(update('migrate', revision(1))).rejects.toThrow('migrate is no ARN of a task definition with a revision');
});
