import { settled } from './mesh';
import { Cluster } from './runner';
import { cluster, e2e } from './suite';
import { shop, SHOP_IMAGES } from './systems/shop';

const CATALOG = 'http://catalog.shop.internal:15080/get';

e2e('who may reach whom', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, counts: { ui: 1, gateway: 1 } }));
  beforeAll(async () => {
    await settled(shopping());
  });

  test('a service reaches what it lists in calls', async () => {
    const ui = shopping().task('ui');
    expect((await ui.client.send({ url: CATALOG })).status).toBe(200);
    expect(await ui.client.connect(shopping().task('catalog').endpoint, 15006)).toBe('connected');
  });

  test('fails at once if a service calls what it does not list', async () => {
    // The virtual name is a loopback address, on which the Envoy of this task does not listen.
    expect(await shopping().task('carts').client.attempt({ url: CATALOG })).toMatchObject({ kind: 'failure', code: 'ECONNREFUSED' });
  });

  test('fails if a service goes around its Envoy to another one that does not list it', async () => {
    // Its own security group does not let it out, since it calls nobody.
    expect(await shopping().task('carts').client.connect(shopping().task('catalog').endpoint, 15006)).toBe('not let out');
    expect(await shopping().task('checkout').client.connect(shopping().task('catalog').endpoint, 15006)).toBe('dropped');
  });

  test.each([
    ['the port of the application', 8080],
    ["Envoy's admin interface", 9901],
  ])('fails if a neighbour that may call connects to %s', async (_, port) => {
    expect(await shopping().task('ui').client.connect(shopping().task('catalog').endpoint, port)).toBe('not let out');
  });

  test('fails if somebody else in the VPC connects to the gateway or to a service', async () => {
    const stranger = await shopping().client({ name: 'stranger', securityGroups: 'outside' });
    expect(await stranger.connect(shopping().task('gateway').endpoint, 8080)).toBe('dropped');
    for (const port of [8080, 9901, 15006]) expect(await stranger.connect(shopping().task('ui').endpoint, port)).toBe('dropped');
  });

  test('the application can neither stop Envoy nor change it', async () => {
    const { client } = shopping().task('ui');
    for (const path of [
      '/quitquitquit',
      '/logging?level=trace',
      '/runtime_modify?a=1',
      '/reset_counters',
      '/config_dump',
      '/server_info',
    ]) {
      expect([path, (await client.send({ url: `http://127.0.0.1:9901${path}`, method: 'POST' })).status]).toEqual([path, 403]);
    }
  });
});
