/** Alarms under what is no fault: certificates that are replaced, and tasks that come and go. A deployment is in metrics.e2e.ts. */
import { alarmsIn, firing } from './alarm-evaluation';
import { setMode } from './flaky-server';
import { presented, settled } from './mesh';
import type { LoadResult, Task } from './runner';
import { AwsEmulator, Cluster, load, until } from './runner';
import { cluster, e2e } from './suite';
import { measured, measuredImages, MINUTE_SECONDS } from './systems/measured';

const MINUTE_MS = MINUTE_SECONDS * 1000;

/** Every certificate is replaced at every turn, since it begins 5 minutes before it is issued. */
const OFTEN = { MESH_RENEW_SECONDS: '3', MESH_CHECK_SECONDS: '3' };
const RENEWALS = 5;
const CALLEES = ['catalog', 'carts', 'orders'];
const PER_SECOND = 30;

e2e('alarms of services whose certificates are replaced all the time', () => {
  const aws = new AwsEmulator('eu-west-1:123456789012');
  const template = measured();
  const alarms = alarmsIn(template);
  const shop = cluster(async () => Cluster.start(template, { aws, images: measuredImages(OFTEN) }));
  beforeAll(async () => {
    await settled(shop());
  });
  afterAll(() => {
    aws.close();
  });

  const task = (name: string): Task => shop().task(name);
  const fired = (begun: number): readonly string[] => {
    const { scope } = shop().certificates.agentOf('ui');
    return firing(alarms, { scope, minuteMs: MINUTE_MS, points: (metric) => aws.metrics.of(metric) }, begun, Date.now());
  };
  /** Which alarms have fired, and what callers have got, by its status. */
  const under = async (happening: () => Promise<void>): Promise<{ readonly fired: readonly string[]; readonly statuses: object }> => {
    const [begun, over] = [Date.now(), new AbortController()];
    const loading = Promise.all(
      CALLEES.map(async (name): Promise<LoadResult> => {
        const url = `http://${name}.shop.internal:15080/items/1`;
        return load(task('ui').endpoint, { url, requests: over.signal, perSecond: PER_SECOND, connections: 4 });
      }),
    );
    try {
      await happening();
      // What was counted last has been reported.
      const counted = Date.now();
      await until(() => aws.metrics.points.some(({ name, at }) => name === 'CallRequests' && at > counted + MINUTE_MS), {
        what: 'reports',
      });
    } finally {
      over.abort();
    }
    const statuses = (await loading).map((result) => Object.keys(result.statuses));
    return { fired: fired(begun), statuses };
  };
  const all200 = CALLEES.map(() => ['200']);

  test('stay quiet while every certificate is replaced five times under load', async () => {
    const seen = new Map(
      shop()
        .tasks()
        .map((each) => [each, new Set<string>()]),
    );
    const outcome = await under(async () => {
      await until(
        async () => {
          for (const [each, serials] of seen) for (const serial of await presented(each)) serials.add(serial);
          return [...seen.values()].every(({ size }) => size > RENEWALS);
        },
        { what: 'every certificate to be replaced', timeoutMs: 90_000 },
      );
    });
    expect(outcome).toEqual({ fired: [], statuses: all200 });
  });

  test('stay quiet while services get more tasks, and fewer, under load', async () => {
    const outcome = await under(async () => {
      for (const count of [4, 2]) await shop().scale('catalog', count);
      for (const count of [3, 1]) await shop().scale('carts', count);
      for (const count of [3, 1]) await shop().scale('orders-next', count);
    });
    expect(outcome).toEqual({ fired: [], statuses: all200 });
  });

  test('fire all the same if a service fails', async () => {
    for (const each of shop().tasks('catalog')) await setMode(each, 'status-500');
    const begun = Date.now();
    await under(async () => {
      await until(() => fired(begun).length >= 2, { what: 'the alarms', timeoutMs: 60_000 });
    });
    expect(fired(begun)).toEqual(['catalogErrors', 'catalogUnavailable']);
  });
});
