/** Workers, which call and are not called, and tasks that run to their end. */
import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { AGENT_CONTAINER, APPLICATION_CONTAINER, PROXY_CONTAINER } from '../../lib/core/model/constants';
import { identities, logged } from './mesh';
import type { ImageRule, Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const ORDERS = 'http://orders.shop.internal:15080';
/** Of the trace that a task begins. */
const rootOf = (name: string): string => `1-67891233-${Buffer.from(name).toString('hex').padEnd(24, '0')}`;
/** Says what the answer is, and goes on. */
const call = (name: string, then = ''): readonly string[] => [
  `const headers = { 'x-amzn-trace-id': 'Root=${rootOf(name)};Sampled=1' };`,
  `fetch('${ORDERS}/of-${name}', { headers }).then((answer) => { console.log('answer', answer.status); ${then} })`,
];
/** Until it is answered: here all services start at once. */
const WORKER = `setInterval(() => { ${call('worker').join(' ')} }, 500)`;
const IGNORES_SIGTERM = ["process.on('SIGTERM', () => console.log('not yet')); setInterval(() => undefined, 1000); console.log('up')"];

const images: readonly ImageRule[] = [
  standIns.envoy(),
  standIns.agent(),
  standIns.xrayCollector(),
  standIns.relay('example/relay', 8080),
  { image: 'example/node', run: ({ container: { command } }) => ({ argv: [process.execPath, '-e', ...command], user: '1000' }) },
];
const schedule = ScheduleExpression.rate(Duration.days(1));
const job = (command: readonly string[]) => ({ image: image('node'), schedule, command: [command.join(' ')], calls: ['orders'] });

e2e('workers and jobs', () => {
  const running = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          orders: { image: image('relay'), port: 8080 },
          // It has no other name than that of its task definition.
          mail: { image: image('node'), calls: ['orders'], command: [WORKER] },
        },
        jobs: {
          good: job(call('good')),
          bad: job(call('bad', 'process.exit(3);')),
          endless: { ...job(IGNORES_SIGTERM), stopTimeout: Duration.seconds(2) },
        },
      }),
      { images },
    ),
  );
  const exitCodes = (task: Task): Readonly<Record<string, number | undefined>> =>
    Object.fromEntries(task.containers.map(({ name, state }) => [name, state.exitCode]));

  const workerOf = (started: Cluster): Task => {
    const [worker] = started.tasks().filter(({ service }) => service.name.includes('mail'));
    if (worker === undefined) throw new Error('there is no worker');
    return worker;
  };

  test('a worker calls with its identity, and is called by nobody', async () => {
    const worker = workerOf(running());
    await worker.container(APPLICATION_CONTAINER).log.until(({ text }) => text === 'answer 200');
    expect(await logged(running().task('orders'), { direction: 'inbound', path: '/of-worker' })).toMatchObject({
      caller: 'spiffe://shop.internal/mail',
    });
    expect(await identities(worker)).toEqual(['spiffe://shop.internal/mail']);
    expect(worker.service.registries).toEqual([]);
    const listening = await worker.run(['ss', '-Hltn']);
    expect(listening.stdout).not.toMatch(/:15006\b/);
  });

  test.each([
    ['good', 0],
    ['bad', 3],
  ])('a job ends with its application: %s with exit code %i, and everything beside it in good order', async (name, code) => {
    const task = await running().runTask(name);
    expect(await task.stopped()).toBe(`essential container "${APPLICATION_CONTAINER}" exited (code ${code})`);
    expect(exitCodes(task)).toMatchObject({ [APPLICATION_CONTAINER]: code, [PROXY_CONTAINER]: 0 });
    // Stopped before it had begun, or when it had left: nobody has to notice that the task goes.
    expect([0, 143]).toContain(exitCodes(task)[AGENT_CONTAINER]);
    expect(task.story()).not.toEqual(expect.arrayContaining([expect.stringContaining('SIGKILL')]));
    expect(await logged(running().task('orders'), { direction: 'inbound', path: `/of-${name}` })).toMatchObject({
      caller: `spiffe://shop.internal/${name}`,
    });
  });

  test.each([
    ['a worker', 'worker', 'mail'],
    ['a job', 'good', 'good'],
  ])('the calls of %s are in a trace, with those that answer them', async (_, trace, name) => {
    const names = (await running().trace(rootOf(trace), (all) => all.some((each) => each.name === name) && all.length > 1)).map(
      (each) => each.name,
    );
    expect(new Set(names)).toEqual(new Set([name, 'orders']));
  });

  test('two runs at once do not disturb each other', async () => {
    const tasks = await Promise.all([running().runTask('good'), running().runTask('good')]);
    const ends = await Promise.all(tasks.map(async (task) => task.stopped()));
    expect(ends).toEqual(tasks.map(() => `essential container "${APPLICATION_CONTAINER}" exited (code 0)`));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(2);
  });

  test('a job that is stopped has its stop timeout, and is then cut off', async () => {
    const task = await running().runTask('endless');
    const application = task.container(APPLICATION_CONTAINER);
    await until(() => application.log.lines.some(({ text }) => text === 'up'), { what: 'the job to run' });
    await until(() => task.container(AGENT_CONTAINER).log.lines.length > 0, { what: 'the agent to run' });
    await task.stop();
    expect(exitCodes(task)).toMatchObject({ [APPLICATION_CONTAINER]: 137, [PROXY_CONTAINER]: 0 });
    expect(task.container(AGENT_CONTAINER).log.lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining('nobody calls the task')]),
    );
    const story = task.story().filter((event) => event.startsWith(`${APPLICATION_CONTAINER} `));
    expect(story.slice(-3)).toEqual(['SIGTERM', 'SIGKILL', 'EXITED'].map((what) => `${APPLICATION_CONTAINER} ${what}`));
  });
});
