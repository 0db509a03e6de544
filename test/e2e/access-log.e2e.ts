import { Duration } from 'aws-cdk-lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { API_HOST, CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import { logged, settled } from './mesh';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { shop, SHOP_IMAGES } from './systems/shop';
import { image, synthesize } from './systems/synthesize';

e2e('the access log of Envoy', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, counts: { ui: 1, gateway: 1 } }));
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shopping());
    api = await ApiGateway.open(shopping());
  });

  test('tells of a request at every Envoy on its way: who, what, how long, through whom, in which trace', async () => {
    await api.send({ path: '/call/catalog/get?secret=1' });
    const ui = shopping().task('ui');
    const catalog = shopping().task('catalog');
    const edge = await logged(shopping().task('gateway'), { direction: 'edge', path: '/call/catalog/get' });
    const inbound = await logged(ui, { direction: 'inbound', path: '/call/catalog/get' });
    const outbound = await logged(ui, { direction: 'outbound', peer: 'catalog', path: '/get' });
    const arrived = await logged(catalog, { direction: 'inbound', path: '/get' });
    expect(edge).toMatchObject({
      method: 'GET',
      status: 200,
      authority: API_HOST,
      details: 'via_upstream',
      flags: '-',
      attempts: 1,
      upstream: `${ui.address}:15006`,
      downstream: `${CLIENT_ADDRESS}:0`,
    });
    expect(inbound).toMatchObject({ status: 200, caller: 'spiffe://shop.internal/gateway' });
    expect(outbound).toMatchObject({ status: 200, upstream: `${catalog.address}:15006` });
    expect(arrived).toMatchObject({
      status: 200,
      caller: 'spiffe://shop.internal/ui',
      downstream: expect.stringContaining(`${ui.address}:`) as string,
    });
    const all = [edge, inbound, outbound, arrived];
    expect(new Set(all.map(({ request_id: id }) => id)).size).toBe(1);
    expect(new Set(all.map(({ trace }) => /^Root=[^;]+/.exec(String(trace))?.[0])).size).toBe(1);
    for (const { duration_ms: duration } of all) expect(duration).toEqual(expect.any(Number));
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  test('says UT and 504 where the service takes longer than its timeout', async () => {
    expect((await api.send({ path: '/call/catalog/delay/9000' })).status).toBe(504);
    expect(await logged(shopping().task('ui'), { direction: 'outbound', path: '/delay/9000' })).toMatchObject({
      status: 504,
      flags: 'UT',
      details: 'response_timeout',
    });
  });

  test('says UH where the service has no task', async () => {
    await shopping().scale('carts', 0);
    await settled(shopping());
    expect((await api.send({ path: '/call/carts/none' })).status).toBe(503);
    expect(await logged(shopping().task('ui'), { direction: 'outbound', path: '/none' })).toMatchObject({
      status: 503,
      flags: 'UH',
      details: 'no_healthy_upstream',
    });
  });

  test('says that it was Envoy itself that refused a request', async () => {
    await api.send({ path: '/refused%2Fpath' });
    expect(await logged(shopping().task('gateway'), { status: 400 })).toMatchObject({
      path: '/refused%2Fpath',
      details: 'direct_response',
    });
  });
});

e2e('the access log of an Envoy whose application listens on another port than the one declared', () => {
  const pair = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          caller: { image: image('relay'), port: 8080, calls: ['deaf'] },
          deaf: { image: image('deaf'), port: 8080, startupTimeout: Duration.seconds(0) },
        },
      }),
      {
        images: [
          standIns.envoy(),
          standIns.agent(),
          standIns.xrayCollector(),
          standIns.relay('example/relay', 8080),
          standIns.relay('example/deaf', 9999),
        ],
      },
    ),
  );

  test('says UF, and the caller tries again whatever the method, since the application has seen nothing', async () => {
    await settled(pair());
    const { client } = pair().task('caller');
    const url = 'http://deaf.shop.internal:15080';
    expect((await client.send({ url: `${url}/post`, method: 'POST' })).status).toBe(503);
    expect((await client.send({ url: `${url}/get` })).status).toBe(503);
    expect(await logged(pair().task('deaf'), { direction: 'inbound', path: '/post' })).toMatchObject({
      status: 503,
      flags: 'UF',
      details: expect.stringContaining('connection_failure') as string,
    });
    expect(await logged(pair().task('caller'), { direction: 'outbound', path: '/post' })).toMatchObject({
      status: 503,
      flags: 'URX',
      attempts: 4,
    });
    expect(await logged(pair().task('caller'), { direction: 'outbound', path: '/get' })).toMatchObject({
      status: 503,
      flags: 'URX',
      attempts: 4,
    });
  });
});
