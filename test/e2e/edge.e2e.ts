import { ApiGateway } from './api-gateway/api-gateway';
import { API_HOST, CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse } from './runner';
import { settled } from './mesh';
import { Cluster } from './runner';
import { cluster, e2e } from './suite';
import { shop, SHOP_IMAGES } from './systems/shop';

/** What a client may write to be taken for somebody else, or to steer Envoy. */
const CLAIMS = {
  'x-forwarded-for': '6.6.6.6',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-port': '6666',
  'x-real-ip': '6.6.6.6',
  forwarded: 'for=6.6.6.6;host=evil.example',
  'x-envoy-external-address': '6.6.6.6',
  'x-envoy-original-path': '/evil',
  'x-envoy-upstream-rq-timeout-ms': '1',
  'x-envoy-retry-on': '5xx',
};
/** API Gateway overwrites these. */
const MAPPED = { 'x-edge-client-ip': '6.6.6.6', 'x-edge-host': 'evil.example' };

const seen = (response: HttpResponse): RelayAnswer => JSON.parse(response.body) as RelayAnswer;

e2e('a client behind API Gateway', () => {
  const shopping = cluster(async () => Cluster.start(shop(), { images: SHOP_IMAGES, counts: { ui: 1 } }));
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shopping());
    api = await ApiGateway.open(shopping());
  });

  test('reaches ui through the gateway, and through ui the services that it calls', async () => {
    const viaUi = seen(await api.send({ path: '/call/checkout/call/orders/list?page=2' }));
    const viaCheckout = viaUi.called?.body as RelayAnswer;
    const orders = viaCheckout.called?.body as RelayAnswer;
    expect([viaUi, viaCheckout, orders].map(({ host }) => host)).toEqual(
      ['ui', 'checkout', 'orders'].map((name) => shopping().task(name).endpoint.hostname),
    );
    expect(orders.path).toBe('/list?page=2');
  });

  test('has path, query string, method, headers and body arrive as they were sent', async () => {
    const { method, path, headers, body } = seen(
      await api.send({
        method: 'PATCH',
        path: '/caf%C3%A9;v=1/~x/%20?q=1&q=2&empty=&plus=a+b&enc=%2F%3f',
        headers: { 'content-type': 'application/x-custom', cookie: 'a=1; b=2', 'x-custom': 'kept' },
        body: '{"text":"é\\u0000"}',
      }),
    );
    expect({ method, path, body }).toEqual({
      method: 'PATCH',
      path: '/caf%C3%A9;v=1/~x/%20?q=1&q=2&empty=&plus=a+b&enc=%2F%3f',
      body: '{"text":"é\\u0000"}',
    });
    expect(headers).toMatchObject({ 'content-type': 'application/x-custom', cookie: 'a=1; b=2', 'x-custom': 'kept' });
  });

  test('gets the status and the headers of the service', async () => {
    const answer = await api.send({ path: '/status/418' });
    expect(answer.status).toBe(418);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  test('is seen by the service under the host that it called', async () => {
    const { headers } = seen(await api.send({ path: '/', host: 'shop.example' }));
    expect(headers).toMatchObject({ host: 'shop.example', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' });
  });

  test('is seen by the service under its own address, whatever it claims', async () => {
    const { headers, path } = seen(await api.send({ path: '/me', headers: { ...CLAIMS, ...MAPPED } }));
    expect(headers).toMatchObject({ 'x-forwarded-for': CLIENT_ADDRESS, 'x-forwarded-host': API_HOST, host: API_HOST });
    expect(path).toBe('/me');
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|6666|evil/);
  });

  test('is seen by the service under its IPv6 address, where it has one', async () => {
    const { headers } = seen(await api.send({ path: '/me', address: '2001:db8::7', headers: CLAIMS }));
    expect(headers).toMatchObject({ 'x-forwarded-for': '2001:db8::7' });
  });

  test('is believed nothing even where the headers of API Gateway are missing', async () => {
    const { headers } = seen(await api.send({ path: '/me', headers: CLAIMS, unmapped: ['x-edge-client-ip', 'x-edge-host'] }));
    expect(headers).not.toHaveProperty('x-forwarded-for');
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|6666|evil/);
  });

  test('fails if a header of API Gateway has two values, of which one may be the claim of a client', async () => {
    expect(
      (await api.send({ path: '/', headers: { 'x-edge-client-ip': `6.6.6.6,${CLIENT_ADDRESS}` }, unmapped: ['x-edge-client-ip'] })).status,
    ).toBe(400);
  });

  test.each(['/a/../b', '/a/./b', '/..', '/a//b', '//b', '/a%2Fb', '/a%5cb', '/%61dmin', '/a/%2e%2e/b', '/a/..%2fb', '/\\admin', '/%5F'])(
    'fails if the path is one that somebody may read as another, such as %s',
    async (path) => {
      expect((await api.send({ path })).status).toBe(400);
    },
  );

  test('may write in the query string what it likes', async () => {
    expect(seen(await api.send({ path: '/b?x=/../y//z%2F%61' })).path).toBe('/b?x=/../y//z%2F%61');
  });

  test('fails if API Gateway does not say which route it has matched', async () => {
    expect((await api.send({ path: '/me', unmapped: ['x-edge-route'] })).status).toBe(404);
  });

  test('fails if the client says which route it wants', async () => {
    expect((await api.send({ path: '/me', headers: { 'x-edge-route': '$default,ANY /admin' }, unmapped: ['x-edge-route'] })).status).toBe(
      400,
    );
  });

  test('fails if the client says so in a line beside that of API Gateway', async () => {
    expect(
      (await api.send({ path: '/me', headers: { 'x-edge-route': ['ANY /admin', '$default'] }, unmapped: ['x-edge-route'] })).status,
    ).toBe(400);
    expect(
      (await api.send({ path: '/me', headers: { 'x-edge-client-ip': ['6.6.6.6', CLIENT_ADDRESS] }, unmapped: ['x-edge-client-ip'] }))
        .status,
    ).toBe(400);
  });
});
