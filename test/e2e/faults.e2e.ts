import { Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { APPLICATION_CONTAINER, INBOUND_PORT, PROXY_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import { flakyServer, served, setMode, total } from './flaky-server';
import type { SteadyReport } from './programs/steady-client';
import type { Task } from './runner';
import { Cluster, standIns, until } from './runner';
import { SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const PER_SECOND = 50;
const TASKS = 3;
const CALLERS = 9;

interface Outcome extends SteadyReport {
  readonly requests: number;
  readonly failed: number;
  /** How often Envoy gave up a connection since nobody answered its pings. */
  readonly pingsLost: number;
}

function quantiles(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return [50, 95, 99].map((percent) => `p${percent} ${sorted[Math.floor((sorted.length * percent) / 100)] ?? 0} ms`).join(', ');
}

interface Fault {
  readonly wrong: (victim: Task) => Promise<void> | void;
  /** What has to be reached before the load may end. */
  readonly until: (at: { readonly caller: Task; readonly victim: Task; readonly load: SteadyLoad }) => Promise<void>;
  readonly mend: (victim: Task) => Promise<void> | void;
}

/**
 * What goes wrong with one of three tasks while a caller asks them steadily, with the policy that nobody has to write. Each
 * fault has a caller of its own, so that none waits until what another one left out comes back.
 */
e2e('faults of one of three tasks, with the default policy', () => {
  const running = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          caller: { image: image('flaky'), port: 8080, calls: ['callee'] },
          callee: { image: image('flaky'), port: 8080, desiredCount: TASKS },
        },
        tracing: Tracing.none(),
      }),
      { images: [standIns.envoy(), standIns.agent(), flakyServer('example/flaky')], counts: { caller: CALLERS } },
    ),
  );

  const callees = (): readonly Task[] => running().tasks('callee');
  const counter = async (caller: Task, name: string): Promise<number> => {
    const { body } = await caller.client.get(`http://127.0.0.1:${ADMIN_PORT}/stats?filter=^cluster.callee.${name}$`);
    return Number(/: (\d+)/.exec(body)?.[1] ?? 0);
  };
  /** What the caller's Envoy says of a task: flags, or how many requests it has sent to it. */
  const known = async (caller: Task, { address }: Task, what: string): Promise<string> => {
    const { body } = await caller.client.get(`http://127.0.0.1:${ADMIN_PORT}/clusters`);
    return new RegExp(`^callee::${address}:${INBOUND_PORT}::${what}::(.*)$`, 'm').exec(body)?.[1] ?? '';
  };
  const hasFlag = async (caller: Task, task: Task, flag: string): Promise<boolean> =>
    (await known(caller, task, 'health_flags')).split('/').includes(flag);
  /** Whether the caller's Envoy sends nothing to the task, because of requests that failed. */
  const leavesOut = async (caller: Task, task: Task): Promise<boolean> => hasFlag(caller, task, 'failed_outlier_check');
  const attempts = async (caller: Task, task: Task): Promise<number> => Number(await known(caller, task, 'rq_total'));

  let used = 0;
  /** Makes something go wrong under load, and mends it; tells what came of the requests, for the log too. */
  async function under(what: string, path: string, { wrong, until: goneOn, mend }: Fault): Promise<Outcome> {
    const [[victim], caller] = [callees(), running().tasks('caller')[used]];
    if (victim === undefined || caller === undefined) throw new Error('there is no task');
    used += 1;
    // All callers notice that a host does not answer; this one waits until it does again.
    await until(async () => (await known(caller, victim, 'health_flags')) === 'healthy', { what: 'the task to be healthy' });
    const load = SteadyLoad.start(caller.endpoint, {
      protocol: 'HTTP/1.1',
      target: 'callee.shop.internal:15080',
      perSecond: PER_SECOND,
      path,
    });
    await load.goesOn(PER_SECOND);
    await wrong(victim);
    await goneOn({ caller, victim, load });
    await mend(victim);
    const report = await load.stop();
    const failed = Object.values(report.failures).reduce((sum, count) => sum + count, 0);
    console.log(
      `FIGURE ${what}, 1 of ${TASKS} tasks, default policy: ${report.succeeded + failed} requests, ${failed} ` +
        `failed, ${await counter(caller, 'upstream_rq_total')} attempts, ${quantiles(load.milliseconds)}`,
    );
    return { ...report, pingsLost: await counter(caller, 'http2.keepalive_timeout'), requests: report.succeeded + failed, failed };
  }

  const goesOn: Fault['until'] = async ({ load }) => load.goesOn(3 * PER_SECOND);
  const isLeftOut: Fault['until'] = async ({ caller, victim, load }) => {
    await until(async () => leavesOut(caller, victim), { what: 'the task to be left out' });
    await load.goesOn(PER_SECOND);
  };
  const whileFlaky = (name: string, then = goesOn): Fault => ({
    wrong: async (task) => setMode(task, name),
    until: then,
    mend: async (task) => setMode(task, 'well'),
  });
  const frozen = (container: string): Fault => {
    const signal =
      (name: NodeJS.Signals) =>
      (task: Task): void => {
        for (const pid of task.container(container).pids) process.kill(pid, name);
      };
    return { wrong: signal('SIGSTOP'), until: isLeftOut, mend: signal('SIGCONT') };
  };
  const vanished: Fault = {
    wrong: async (task) => task.kill(),
    until: isLeftOut,
    mend: (task) => {
      task.deregister();
    },
  };
  const nothingLost = { failed: 0, failures: {} };

  beforeAll(async () => {
    await settled(running());
  });

  describe('no request that may be done twice fails', () => {
    test.each([
      ['the application closes every connection', 'reset'],
      ['the application answers 503, as one that is overloaded', 'status-503'],
    ])('if %s', async (what, name) => {
      expect(await under(what, `/${name}`, whileFlaky(name, isLeftOut))).toMatchObject(nothingLost);
    });

    test('if the application is slow: it gets fewer requests, and all are answered', async () => {
      const [victim] = callees();
      const long: Fault['until'] = async ({ load }) => load.goesOn(12 * PER_SECOND);
      const outcome = await under('the application needs 1 s for an answer', '/slow', whileFlaky('slow-1000', long));
      expect(outcome).toMatchObject(nothingLost);
      // It had its full share before it became slow, and has it again when it is well; taking turns, all would have the same.
      expect(await served(victim, '/slow')).toBeLessThan(outcome.requests / TASKS);
    });

    test('if Envoy is frozen, as with a machine that hangs', async () => {
      expect(await under('Envoy is frozen', '/frozen-envoy', frozen(PROXY_CONTAINER))).toMatchObject(nothingLost);
    });
  });

  describe('what no policy can hide is passed on as it is', () => {
    test('if the application answers 500, its share of the requests fails, and is asked for once', async () => {
      const { failures, failed, requests } = await under('the application answers 500', '/failing', whileFlaky('status-500'));
      expect(Object.keys(failures)).toEqual([expect.stringContaining('status 500')]);
      expect(failed).toBeGreaterThan(requests / 10);
      expect(await total(callees(), async (task) => served(task, '/failing'))).toBe(requests);
    });

    test('if answers are no HTTP, they are 500, and asked for once; nobody is left out', async () => {
      const { failures, failed, requests } = await under('the application answers with what is no HTTP', '/garbage', whileFlaky('garbage'));
      expect(Object.keys(failures)).toEqual([expect.stringContaining('status 500')]);
      expect(failed).toBeGreaterThan(requests / 10);
      expect(await total(callees(), async (task) => served(task, '/garbage'))).toBe(requests);
    });

    test('if answers break off half-way, they have begun, and are not asked for again', async () => {
      const { failures, failed, requests } = await under('answers break off half-way', '/half', whileFlaky('half'));
      expect(Object.keys(failures)).toEqual([expect.not.stringContaining('status')]);
      expect(failed).toBeGreaterThan(requests / 10);
    });

    test('if the application is frozen, requests that it got fail after their time; then it is left out', async () => {
      const { failures, failed, requests } = await under('the application is frozen', '/frozen-application', frozen(APPLICATION_CONTAINER));
      expect(Object.keys(failures)).toEqual([expect.stringContaining('status 504')]);
      // It gets fewer than the others, since those that it got do not end.
      expect(failed).toBeLessThan(requests / TASKS);
    });
  });

  // The last one: the task is gone.
  test('no request that may be done twice fails if a machine vanishes; none goes there again while discovery still names it', async () => {
    let [before, after] = [0, 0];
    const { pingsLost, ...outcome } = await under('the machine vanishes', '/vanished', {
      ...vanished,
      until: async ({ caller, victim, load }) => {
        await until(async () => hasFlag(caller, victim, 'failed_active_hc'), { what: 'the checks of the host to fail' });
        before = await attempts(caller, victim);
        // Its ejection is over, and it does not come back.
        await until(async () => !(await leavesOut(caller, victim)), { what: 'the end of the ejection' });
        await load.goesOn(4 * PER_SECOND);
        after = await attempts(caller, victim);
        expect(await hasFlag(caller, victim, 'failed_active_hc')).toBe(true);
      },
    });
    expect(outcome).toMatchObject(nothingLost);
    // That is how it was noticed.
    expect(pingsLost).toBeGreaterThan(0);
    expect(after).toBe(before);
  });
});
