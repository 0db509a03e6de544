import { settled } from './mesh';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { shop, SHOP_IMAGES } from './systems/shop';
import { image, synthesize } from './systems/synthesize';

e2e('the start of tasks', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, services: ['ui'], counts: { ui: 1 } }));

  test('the certificate is there before Envoy starts, Envoy is healthy before the application starts, and the agent starts last', () => {
    const story = shopping().task('ui').story();
    const order = [
      'mesh-init STARTED',
      'mesh-init EXITED',
      'envoy STARTED',
      'envoy HEALTHY',
      'app STARTED',
      'mesh-agent STARTED',
      'task REGISTERED',
      'task HEALTHY',
    ].map((event) => story.indexOf(event));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    const { history } = shopping().task('ui');
    const at = (subject: string, what: string): number =>
      history.find((event) => event.subject === subject && event.what === what)?.at ?? NaN;
    console.log(
      `FIGURE start of a task: mesh-init ${at('mesh-init', 'EXITED') - at('mesh-init', 'STARTED')} ms, ` +
        `from its start to that of the application ${at('app', 'STARTED') - at('mesh-init', 'STARTED')} ms`,
    );
  });

  test('a service is healthy before the service that it calls exists, and reaches it once it does', async () => {
    const url = 'http://orders.shop.internal:15080/';
    const { client } = shopping().task('ui');
    expect((await client.send({ url })).status).toBe(503);
    await shopping().scale('orders', 1);
    await until(async () => (await client.send({ url })).status === 200, { what: 'orders to be reached' });
  });
});

e2e('services that call each other in a circle, all of them on port 8080', () => {
  const names = ['anna', 'berta', 'clara'];
  const next = (index: number): string => names[(index + 1) % names.length] ?? '';
  const circle = cluster(async () => {
    const services = Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          image: image('relay'),
          port: 8080,
          calls: [next(index)],
          environment: { NEXT: `http://${next(index)}.shop.internal:15080` },
        },
      ]),
    );
    return Cluster.start(synthesize({ services }), {
      images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)],
    });
  });

  test('all start, and a request goes round', async () => {
    await settled(circle());
    const answer = await circle().task('anna').client.get('http://127.0.0.1:8080/call/berta/call/clara/call/anna/round');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('"path":"/round"');
  });
});
