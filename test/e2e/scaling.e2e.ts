import { settled } from './mesh';
import type { LoadResult, Task } from './runner';
import { Cluster, load, until } from './runner';
import { cluster, e2e } from './suite';
import { shop, SHOP_IMAGES } from './systems/shop';

const ORDERS = 'http://orders.shop.internal:15080';

e2e('tasks that come and go', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, services: ['ui', 'orders'], counts: { ui: 1 } }));
  const served = (task: Task): number =>
    task
      .container('app')
      .log.json()
      .filter(({ path }) => path === '/busy').length;

  /** Steady load on orders; `happens` comes in the midst of it. */
  async function under(requests: number, happens: () => Promise<void>): Promise<LoadResult> {
    const tasks = shopping().tasks('orders');
    const total = (): number => tasks.reduce((sum, task) => sum + served(task), 0);
    const before = total();
    const [result] = await Promise.all([
      load(shopping().task('ui').endpoint, { url: `${ORDERS}/busy`, requests, perSecond: 100 }),
      (async () => {
        await until(() => total() - before > requests / 5, { what: 'a fifth of the requests to be served' });
        await happens();
      })(),
    ]);
    return result;
  }

  test('three tasks share the load', async () => {
    await shopping().scale('orders', 3);
    await settled(shopping());
    expect((await under(600, async () => Promise.resolve())).statuses).toEqual({ 200: 600 });
    for (const task of shopping().tasks('orders')) expect(served(task)).toBeGreaterThan(100);
  });

  test('no GET fails while a service is scaled in', async () => {
    const [first] = shopping().tasks('orders');
    const { statuses } = await under(1000, async () => {
      await shopping().scale('orders', 2);
    });
    expect(first?.stopReason).toBe('the service was scaled in');
    expect(statuses).toEqual({ 200: 1000 });
  });

  test('no GET fails when one of two tasks dies', async () => {
    const [doomed] = shopping().tasks('orders');
    // Cloud Map goes on showing it all the time.
    const { statuses } = await under(1500, async () => {
      await doomed?.kill();
    });
    // One that had waited for its whole timeout would be a 504.
    expect(statuses).toEqual({ 200: 1500 });
    doomed?.deregister();
  });

  test('a new task gets its share as soon as DNS shows it', async () => {
    await shopping().scale('orders', 2);
    await settled(shopping());
    expect((await under(400, async () => Promise.resolve())).statuses).toEqual({ 200: 400 });
    for (const task of shopping().tasks('orders')) expect(served(task)).toBeGreaterThan(100);
  });

  test('no GET fails when the application of one of two tasks crashes', async () => {
    const [doomed] = shopping().tasks('orders');
    const { statuses } = await under(800, async () => {
      doomed?.container('app').crash();
      await doomed?.stopped();
    });
    expect(doomed?.stopReason).toBe('essential container "app" exited (code 137)');
    expect(statuses).toEqual({ 200: 800 });
  });

  test('a GET that a dead task had begun to answer is answered by another one', async () => {
    await shopping().scale('orders', 2);
    await settled(shopping());
    const { client } = shopping().task('ui');
    const begun = client.sendAll(
      Array.from({ length: 8 }, () => ({ url: `${ORDERS}/delay/2000` })),
      { concurrency: 8 },
    );
    const [doomed] = shopping().tasks('orders');
    await doomed?.container('app').log.untilJson(({ path }) => path === '/delay/2000');
    await doomed?.kill();
    const outcomes = await begun;
    expect(outcomes.map((outcome) => outcome.kind === 'response' && outcome.status)).toEqual(outcomes.map(() => 200));
    expect(Math.max(...outcomes.map(({ durationMs }) => durationMs))).toBeLessThan(14_000);
  });
});
