/** A migration in deployments, from nothing: by CloudFormation, the CDK's provider framework as it ships, and tasks with real Envoys. */
import { Tracing } from '../../lib';
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import type { ImageRule, Template } from './runner';
import { Stack, standIns } from './runner';
import { e2e } from './suite';
import { quicker } from './systems/deployed-shop';
import { image, synthesize } from './systems/synthesize';

const images: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.relay('example/relay', 8080),
  { image: 'example/node', run: ({ container: { command } }) => ({ argv: [process.execPath, '-e', ...command], user: '1000' }) },
];

/** @param exitCode of the migration */
const shop = (version: string, exitCode = 0): Template =>
  quicker(
    synthesize({
      services: { orders: { image: image('relay'), port: 8080, environment: { VERSION: version } } },
      jobs: {
        migrate: { image: image('node'), command: [`console.log('to ${version}'); process.exit(${exitCode})`], beforeDeployment: true },
      },
      tracing: Tracing.none(),
    }),
  );

e2e('a migration before each deployment', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.open(shop('1'), { images });
  });
  afterAll(async () => {
    await stack.cluster.close();
    expect(await stack.cluster.leftovers()).toEqual([]);
  });

  /** What becomes of the migration and of the service, and why the deployment failed, if it did. */
  const deploy = async (template: Template): Promise<readonly string[]> => {
    const { events } = stack.cluster.deployment;
    const before = events.length;
    const failure = await stack.deploy(template, { order: { seed: 17, takesLong: () => false } }).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    const told = events.slice(before).flatMap(({ what, id }) => {
      const [, kind] = /^Shop(migrateBeforeDeployment|ordersService)[0-9A-F]{8}$/.exec(id) ?? [];
      return kind === undefined ? [] : [`${what} ${kind}`];
    });
    return [...told, ...failure];
  };
  const runs = (): number => stack.cluster.aws.ecs.count('RunTask');
  const orders = (): readonly (string | undefined)[] =>
    stack.cluster
      .tasks('orders')
      .filter(({ status }) => status === 'RUNNING')
      .map((task) => task.container(APPLICATION_CONTAINER).model.environment['VERSION']);

  test('it has succeeded before there is a service', async () => {
    expect(await deploy(shop('1'))).toEqual(['created migrateBeforeDeployment', 'created ordersService']);
    expect([orders(), runs()]).toEqual([['1'], 1]);
  });

  test('fails if it fails: the service runs as before, and the way back migrates nothing', async () => {
    const [task] = stack.cluster.tasks('orders');
    expect(await deploy(shop('2', 3))).toEqual([
      'failed migrateBeforeDeployment',
      expect.stringMatching(/the job "migrate" ended with exit code 3: .* its log is the stream migrate\/app\/\S+ of \S+Logs/),
    ]);
    expect(stack.cluster.tasks('orders')).toEqual([task]);
    expect([orders(), runs()]).toEqual([['1'], 2]);
    expect(stack.cluster.deployment.log.filter((line) => line.includes('job-not-run'))).toHaveLength(1);
  });

  test('the next deployment migrates, and then changes the service', async () => {
    expect(await deploy(shop('3'))).toEqual(['updated migrateBeforeDeployment', 'updated ordersService']);
    expect([orders(), runs()]).toEqual([['3'], 3]);
  });
});
