import { ApiGateway } from './api-gateway/api-gateway';
import { EdgeLoad } from './edge-load';
import { settled } from './mesh';
import type { Task } from './runner';
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { Cluster, until } from './runner';
import { cluster, e2e } from './suite';
import { translated, TRANSLATED_IMAGES } from './systems/translated';

const PER_SECOND = 20;
const SLOW_CALL = { path: '/lab.v1.Lab/Fail', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"delayMs":150}' };

e2e('a client of JSON, while a task that serves it stops', () => {
  const running = cluster(async () =>
    Cluster.start(translated(), { images: TRANSLATED_IMAGES, counts: { down: 0, busy: 0, shop: 0, 'gateway-rest': 1 } }),
  );
  beforeAll(async () => {
    await settled(running());
  });

  test('loses no call', async () => {
    const load = new EdgeLoad(await ApiGateway.open(running()), SLOW_CALL, PER_SECOND);
    await load.goesOn(PER_SECOND);
    const [task] = running().tasks('lab');
    await task?.stop('the service was scaled in');
    await load.goesOn(PER_SECOND);
    const { succeeded, failures } = await load.stop();
    expect(failures).toEqual({});
    expect(succeeded).toBeGreaterThan(2 * PER_SECOND);
  });

  test('gets a stream to its end', async () => {
    await running().scale('lab', 2);
    await settled(running());
    const api = await ApiGateway.open(running(), {}, 'rest');
    const stream = api.send({ path: '/lines/last%20words?count=60&every_ms=100' });
    const serves = (task: Task): boolean => task.container(APPLICATION_CONTAINER).log.lines.some(({ text }) => text.includes('last words'));
    const task = await until(() => running().tasks('lab').find(serves), { what: 'a task to serve the stream' });
    await task.stop('the service was scaled in');
    const { status, body } = await stream;
    expect([status, body.trimEnd().split('\n').length]).toEqual([200, 60]);
  });
});
