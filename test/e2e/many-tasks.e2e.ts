import { Duration } from 'aws-cdk-lib';
import { Mesh, Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { AGENT_CONTAINER, APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import type { SteadyCalls, SteadyReport } from './programs/steady-client';
import type { Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { envoyWithoutRetriesIn, SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const TASKS = 20;
const PER_SECOND = 60;
const nothingLost: SteadyReport = { succeeded: expect.any(Number) as number, failures: {} };

/**
 * As in a system of thousands of tasks: agents may make one request a second together, and believe that they are eighty. So they ask
 * whether there is news every minute and a half, and for lists every four minutes.
 */
e2e('a service whose tasks are all replaced at once, while its caller hardly ever asks Cloud Map', () => {
  const OLD = 9;
  const running = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          strict: { image: image('app'), port: 8080, calls: ['many'], scaling: { minCapacity: 1, maxCapacity: 40 } },
          many: { image: image('app'), port: 8080, desiredCount: OLD },
        },
        mesh: Mesh.envoy({ discoveryRateLimit: 1 }),
        tracing: Tracing.none(),
      }),
      {
        images: [envoyWithoutRetriesIn('strict'), standIns.agent(), standIns.httpbin('example/app', 8080)],
        counts: { strict: 0 },
        startTimeoutMs: 170_000,
      },
    ),
  );
  beforeAll(async () => {
    // After those that it calls, since it would ask for later ones only minutes later.
    await running().scale('strict', 1);
    await settled(running());
  });

  test('loses no request: the tasks say that they leave, and then it asks for others', async () => {
    const strict = running().task('strict');
    const load = SteadyLoad.start(strict.endpoint, {
      protocol: 'HTTP/1.1',
      target: 'many.shop.internal:15080',
      perSecond: PER_SECOND,
      path: '/delay/0.1?replaced',
    });
    await load.goesOn(PER_SECOND);
    const old = running().tasks('many');
    await running().scale('many', 2 * OLD);
    const found = (): readonly string[] =>
      running().aws.cloudMap.calls.flatMap(({ by, operation, input }) =>
        by === strict.id && operation === 'DiscoverInstances' && input['ServiceName'] === 'many' ? [operation] : [],
      );
    const lists = found().length;
    await Promise.all(old.map(async (task) => task.stop('the service was deployed')));
    await load.goesOn(PER_SECOND);
    expect(await load.stop()).toEqual(nothingLost);
    expect(old).toHaveLength(OLD);
    expect(found().length - lists).toBeGreaterThan(0);
    expect(found().length - lists).toBeLessThan(10);
    for (const task of old) {
      expect(task.story().filter((event) => event.endsWith('SIGKILL'))).toEqual([]);
      expect(task.container(AGENT_CONTAINER).log.json()).toContainEqual(
        expect.objectContaining({ level: 'info', message: 'leaving: announce the stop' }),
      );
    }
  });
});

/** `strict` and `caller` are the same, only that `strict` tries nothing twice: what a task loses, it loses. */
e2e(`a service of ${TASKS} tasks, more than DNS can name`, () => {
  const running = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          strict: { image: image('app'), port: 8080, calls: ['many'] },
          caller: { image: image('app'), port: 8080, calls: ['many'] },
          many: { image: image('app'), port: 8080, desiredCount: TASKS },
        },
        // Tasks leave as they do with the default: see refreshSecondsOf. A look in four is for the list then, not every other one.
        mesh: Mesh.envoy({ discoveryInterval: Duration.seconds(1) }),
        tracing: Tracing.none(),
      }),
      {
        images: [envoyWithoutRetriesIn('strict'), standIns.agent(), standIns.httpbin('example/app', 8080)],
        counts: { caller: 0 },
        startTimeoutMs: 170_000,
      },
    ),
  );
  beforeAll(async () => {
    await settled(running());
  });

  const strict = (): Task => running().task('strict');
  /** The query tells apart what is counted. */
  const calls = (query: string): SteadyCalls => ({
    protocol: 'HTTP/1.1',
    target: 'many.shop.internal:15080',
    perSecond: PER_SECOND,
    path: `/delay/0.1?${query}`,
  });
  const served = (task: Task, query: string): number =>
    task
      .container(APPLICATION_CONTAINER)
      .log.json()
      .filter(({ uri }) => uri === `/delay/0.1?${query}`).length;
  const many = (): readonly Task[] => running().tasks('many');

  test('all tasks get traffic; the agent asks whether there is news before it asks for the list', async () => {
    const { cloudMap } = running().aws;
    const asked = (operation: string): number =>
      cloudMap.calls.filter((call) => call.by === strict().id && call.operation === operation && call.input['ServiceName'] === 'many')
        .length;
    const [lists, revisions] = [asked('DiscoverInstances'), asked('DiscoverInstancesRevision')];
    const load = SteadyLoad.start(strict().endpoint, calls('all'));
    await load.goesOn(30 * TASKS);
    await until(() => asked('DiscoverInstancesRevision') >= revisions + 6, { what: 'the agent to ask for the revision' });
    expect(await load.stop()).toEqual(nothingLost);
    expect(many()).toHaveLength(TASKS);
    for (const task of many()) expect(served(task, 'all')).toBeGreaterThan(5);
    expect(asked('DiscoverInstances') - lists).toBeLessThan(asked('DiscoverInstancesRevision') - revisions);
  });

  test('while Cloud Map is away, known tasks are still called; one that started meanwhile is found when it is back', async () => {
    const { cloudMap } = running().aws;
    const load = SteadyLoad.start(strict().endpoint, calls('away'));
    cloudMap.fault = ({ by }) => (by === strict().id ? 'unreachable' : undefined);
    const { log } = strict().container(AGENT_CONTAINER);
    await log.untilJson(
      ({ message, cluster: callee, reason }) => message === 'the endpoints in use are kept' && callee === 'many' && reason === 'network',
    );
    await running().scale('many', TASKS + 1);
    await load.goesOn(5 * TASKS);
    const [newest] = many().slice(-1);
    if (newest === undefined) throw new Error('there is no task');
    expect(served(newest, 'away')).toBe(0);
    cloudMap.fault = undefined;
    await until(() => served(newest, 'away') > 0, { what: 'the new task to be called' });
    expect(await load.stop()).toEqual(nothingLost);
  });

  test('no request fails while the service is scaled in to 3 tasks, all others at the same time', async () => {
    // As ECS does, which keeps a service spread over the zones.
    const staying = ['a', 'b', 'c'].map((letter) => many().find(({ zone }) => zone.endsWith(letter)));
    const leaving = many().filter((task) => !staying.includes(task));
    const load = SteadyLoad.start(strict().endpoint, calls('in'));
    await load.goesOn(PER_SECOND);
    await Promise.all(leaving.map(async (task) => task.stop('the service was scaled in')));
    expect(many()).toHaveLength(3);
    await load.goesOn(PER_SECOND);
    expect(await load.stop()).toEqual(nothingLost);
    expect(leaving).toHaveLength(TASKS - 2);
    for (const task of leaving) {
      expect(task.story().filter((event) => event.endsWith('SIGKILL'))).toEqual([]);
      expect(task.container(AGENT_CONTAINER).log.json()).toContainEqual(
        expect.objectContaining({ level: 'info', message: 'leaving: wait for requests in flight', inFlight: 0 }),
      );
    }
  });

  test('new tasks are found, and no request fails meanwhile', async () => {
    const load = SteadyLoad.start(strict().endpoint, calls('out'));
    await running().scale('many', 6);
    await until(() => many().every((task) => served(task, 'out') > 0), { what: 'all tasks to be called' });
    expect(await load.stop()).toEqual(nothingLost);
  });

  /** Which tasks an Envoy calls first (0), and which only if those cannot take it all (1). */
  async function priorities(task: Task): Promise<Readonly<Record<string, number>>> {
    const { body } = await task.client.get(`http://127.0.0.1:${ADMIN_PORT}/clusters`);
    return Object.fromEntries(
      [...body.matchAll(/^many::([\d.]+):\d+::priority::(\d+)$/gm)].map(([, address, priority]) => [address, Number(priority)]),
    );
  }
  /** Waits until the Envoys of a service know all tasks, and put those first that they are to prefer. */
  const prefer = async (service: string, first: (caller: Task, callee: Task) => boolean): Promise<void> => {
    await Promise.all(
      running()
        .tasks(service)
        .map(async (caller) =>
          until(
            async () => {
              const known = await priorities(caller);
              return (
                Object.keys(known).length === many().length &&
                many().every((callee) => known[callee.address] === (first(caller, callee) ? 0 : 1))
              );
            },
            { what: `${caller.id} to know which tasks come first`, detail: () => caller.container(AGENT_CONTAINER).log.tail() },
          ),
        ),
    );
  };
  const ownZone = (caller: Task, callee: Task): boolean => caller.zone === callee.zone;
  const inZone = (service: string, letter: string): readonly Task[] =>
    running()
      .tasks(service)
      .filter(({ zone }) => zone.endsWith(letter));
  const only = ([task]: readonly Task[]): Task => {
    if (task === undefined) throw new Error('there is no such task');
    return task;
  };

  test('requests stay in the zone of their caller where callers and callees are spread alike', async () => {
    // Two callees in each of three zones. A single caller would put all of its load on those in its own.
    expect(new Set(Object.values(await priorities(strict())))).toEqual(new Set([0]));
    await running().scale('strict', 3);
    await prefer('strict', ownZone);
    await Promise.all(
      running()
        .tasks('strict')
        .map(async (caller) => {
          const load = SteadyLoad.start(caller.endpoint, calls(caller.zone));
          await load.goesOn(PER_SECOND);
          expect(await load.stop()).toEqual(nothingLost);
        }),
    );
    for (const caller of running().tasks('strict')) {
      for (const callee of many())
        expect([caller.zone, callee.zone, served(callee, caller.zone) > 0]).toEqual([caller.zone, callee.zone, ownZone(caller, callee)]);
    }
  });

  test('requests go to the other zones, and none fails, when the tasks of their own leave', async () => {
    const load = SteadyLoad.start(only(inZone('strict', 'a')).endpoint, calls('left'));
    await load.goesOn(PER_SECOND);
    await Promise.all(inZone('many', 'a').map(async (task) => task.stop('the service was scaled in')));
    // No zone is kept to: it would leave out the callers of one.
    await prefer('strict', () => true);
    await load.goesOn(PER_SECOND);
    expect(await load.stop()).toEqual(nothingLost);
    for (const task of many()) expect(served(task, 'left')).toBeGreaterThan(0);
  });

  test('requests go to the other zones, and no GET fails, when the tasks of their own die', async () => {
    await running().scale('caller', 3);
    const unlike = only(inZone('caller', 'a'));
    await unlike.kill();
    unlike.deregister();
    await prefer('caller', ownZone);
    const [dying, caller] = [inZone('many', 'b'), only(inZone('caller', 'b'))];
    const load = SteadyLoad.start(caller.endpoint, calls('died'));
    await until(() => dying.every((task) => served(task, 'died') > 0), { what: 'the zone to be called' });
    // Cloud Map goes on showing them: at first every request is stuck on one of them.
    await Promise.all(dying.map(async (task) => task.kill()));
    await until(() => many().every((task) => served(task, 'died') > 0), { what: 'the other zones to be called' });
    await load.goesOn(5 * PER_SECOND);
    expect(await load.stop()).toEqual(nothingLost);
  });
});
