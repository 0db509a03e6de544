import { ROUTE_HEADER } from '../../lib/topology/edge-headers';
import { GATEWAY_PORT } from '../../lib/topology/constants';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { shop, SHOP_IMAGES } from './systems/shop';
import { image, synthesize } from './systems/synthesize';

e2e('start and stop of tasks', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, services: ['ui'], counts: { ui: 1 } }));

  test('Envoy is healthy before the application starts', () => {
    const story = shopping().task('ui').story();
    const order = ['envoy STARTED', 'envoy HEALTHY', 'app STARTED', 'task REGISTERED', 'task HEALTHY'].map((event) => story.indexOf(event));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('a service is healthy before the service that it calls exists, and reaches it once it does', async () => {
    const url = 'http://orders.shop.internal:15080/';
    const { client } = shopping().task('ui');
    expect((await client.send({ url })).status).toBe(503);
    await shopping().scale('orders', 1);
    await until(async () => (await client.send({ url })).status === 200, { what: 'orders to be reached' });
  });

  test('the application is told to stop first, and answers what it has begun; Envoy outlives it', async () => {
    const [ui, orders] = [shopping().task('ui'), shopping().task('orders')];
    const begun = ui.client.send({ url: 'http://orders.shop.internal:15080/delay/1500' });
    await orders.container('app').log.untilJson(({ path }) => path === '/delay/1500');
    await orders.stop();
    expect((await begun).status).toBe(200);
    const story = orders.story();
    const order = ['task DEREGISTERED', 'app SIGTERM', 'app EXITED', 'envoy SIGTERM', 'envoy EXITED', 'task STOPPED'].map((event) => story.indexOf(event));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(story.filter((event) => event.endsWith('SIGKILL'))).toEqual([]);
  });
});

e2e('a task of the gateway service that ECS stops', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, services: ['gateway', 'ui'], counts: { ui: 1, gateway: 1 } }));

  test('answers what it has begun, and what API Gateway still sends to it', async () => {
    await settled(shopping());
    const api = await ApiGateway.open(shopping());
    const gateway = shopping().task('gateway');
    const begun = api.send({ path: '/delay/2000' });
    await shopping().task('ui').container('app').log.untilJson(({ path }) => path === '/delay/2000');
    const stopped = gateway.stop();
    await until(() => gateway.story().includes('envoy SIGTERM'), { what: 'Envoy to be told to stop' });
    const late = await api.client.send({ url: `http://${gateway.address}:${GATEWAY_PORT}/late`, headers: { [ROUTE_HEADER]: '$default' } });
    expect([(await begun).status, late.status]).toEqual([200, 200]);
    await stopped;
    expect(gateway.story()).not.toContain('envoy SIGKILL');
  });
});

e2e('services that call each other in a circle, all of them on port 8080', () => {
  const names = ['anna', 'berta', 'clara'];
  const next = (index: number): string => names[(index + 1) % names.length] ?? '';
  const circle = cluster(async () => {
    const services = Object.fromEntries(names.map((name, index) => [name, {
      image: image('relay'), port: 8080, calls: [next(index)], environment: { NEXT: `http://${next(index)}.shop.internal:15080` },
    }]));
    return Cluster.start(synthesize({ services }), { images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)] });
  });

  test('all start, and a request goes round', async () => {
    await settled(circle());
    const answer = await circle().task('anna').client.get('http://127.0.0.1:8080/call/berta/call/clara/call/anna/round');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('"path":"/round"');
  });
});
