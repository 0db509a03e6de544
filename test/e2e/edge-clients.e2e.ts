import { App, Stack } from 'aws-cdk-lib';
import { ApiKey, Period } from 'aws-cdk-lib/aws-apigateway';
import { Authorizer, Certificates, Edge, Microservices, Tracing } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { Meter } from '../../programs/emulator/api-gateway/limits';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const DAY = 24 * 60 * 60 * 1000;

function template(): Template {
  const stack = new Stack(new App(), 'E2e');
  new Microservices(stack, 'Shop', {
    services: { orders: { image: image('relay'), port: 8080 } },
    edge: Edge.restApi({
      authorizer: Authorizer.iam(),
      apiKeyRequired: true,
      detailedErrors: true,
      clients: {
        acme: { throttle: { rateLimit: 1, burstLimit: 2 }, quota: { limit: 5, period: Period.DAY } },
        bolt: { throttle: { rateLimit: 1, burstLimit: 3 }, apiKey: ApiKey.fromApiKeyId(stack, 'Bolt', 'boltkey123') },
        cargo: { quota: { limit: 2, period: Period.MONTH } },
        drone: {},
      },
      routes: {
        'GET /orders/{id}': { service: 'orders' },
        'POST /orders': { service: 'orders', throttle: { rateLimit: 1, burstLimit: 1 } },
        'ANY /returns': { service: 'orders', throttle: { rateLimit: 1, burstLimit: 1 } },
        'GET /health': { service: 'orders', authorizer: Authorizer.none(), apiKeyRequired: false },
      },
    }),
    certificates: Certificates.none(),
    tracing: Tracing.none(),
  });
  return templateOf(stack);
}

e2e('clients of a REST API', () => {
  const shop = cluster(async () =>
    Cluster.start(template(), {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080)],
      counts: { gateway: 1 },
    }),
  );
  // A Monday, at noon in UTC.
  let now = Date.UTC(2026, 10, 2, 12);
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    api = await ApiGateway.open(shop(), {}, undefined, { meter: new Meter(() => now) });
  });
  // Each test begins with full buckets, on a day of its own in a month of its own.
  beforeEach(() => {
    now += 62 * DAY;
  });

  const key = (client: string): string => {
    const value = api.api.keys?.get(`shop-${client}`);
    if (value === undefined) throw new Error(`no key of ${client}: ${[...(api.api.keys?.keys() ?? [])].join()}`);
    return value;
  };
  const as = async (client: string | undefined, path = '/orders/1', method = 'GET'): Promise<HttpResponse> =>
    api.send({ path, method, ...(client === undefined ? {} : { headers: { 'X-Api-Key': key(client) } }) });
  const statuses = async (count: number, client: string | undefined, path?: string, method?: string): Promise<readonly number[]> => {
    const found: number[] = [];
    for (let nth = 0; nth < count; nth += 1) found.push((await as(client, path, method)).status);
    return found;
  };
  const error = ({ status, body }: HttpResponse): unknown => ({ status, ...(JSON.parse(body) as object) });
  const requestId = expect.stringMatching(/./) as string;

  test.each(['acme', 'bolt', 'cargo', 'drone'])('%s gets in with its own key', async (client) => {
    const { status, body } = await as(client);
    expect([status, (JSON.parse(body) as RelayAnswer).path]).toEqual([200, '/orders/1']);
  });

  test('fails if a request gets in without a key, with one that nobody has, or with the ID of one', async () => {
    const forbidden = { status: 403, message: 'Forbidden', type: 'INVALID_API_KEY', requestId };
    expect(error(await as(undefined))).toEqual(forbidden);
    for (const wrong of ['', 'guessed', 'boltkey123', key('bolt').toUpperCase()])
      expect(error(await api.send({ path: '/orders/1', headers: { 'x-api-key': wrong } }))).toEqual(forbidden);
  });

  test('fails if a key is enough where an authorizer is asked, too', async () => {
    const response = await api.send({ path: '/orders/1', headers: { 'x-api-key': key('drone') }, credentials: [] });
    expect(error(response)).toMatchObject({ status: 403, type: 'ACCESS_DENIED' });
  });

  test('a client above its rate is refused until time has passed, and others are not', async () => {
    expect(await statuses(4, 'bolt')).toEqual([200, 200, 200, 429]);
    expect(error(await as('bolt'))).toEqual({ status: 429, message: 'Too Many Requests', type: 'THROTTLED', requestId });
    expect(await statuses(2, 'acme')).toEqual([200, 200]);
    now += 999;
    expect((await as('bolt')).status).toBe(429);
    now += 1;
    expect(await statuses(2, 'bolt')).toEqual([200, 429]);
  });

  test('all routes of a client count together, and those without a key for nobody', async () => {
    expect(await statuses(5, 'bolt', '/health')).toEqual([200, 200, 200, 200, 200]);
    expect([(await as('bolt')).status, (await as('bolt', '/orders', 'POST')).status, (await as('bolt', '/orders/2')).status]).toEqual([
      200, 200, 200,
    ]);
    expect((await as('bolt', '/orders/3')).status).toBe(429);
  });

  test('a client above its quota is refused until the next day', async () => {
    for (let nth = 0; nth < 5; nth += 1) {
      expect((await as('acme')).status).toBe(200);
      now += 1000;
    }
    expect(error(await as('acme'))).toEqual({ status: 429, message: 'Limit Exceeded', type: 'QUOTA_EXCEEDED', requestId });
    expect((await as('drone')).status).toBe(200);
    now += 11 * 60 * 60 * 1000;
    expect((await as('acme')).status).toBe(429);
    now += DAY / 2;
    expect((await as('acme')).status).toBe(200);
  });

  test('a client above the quota of a month is refused until the next one', async () => {
    now = Date.UTC(2036, 0, 31, 23);
    expect(await statuses(3, 'cargo')).toEqual([200, 200, 429]);
    now += 60 * 60 * 1000;
    expect(await statuses(3, 'cargo')).toEqual([200, 200, 429]);
  });

  test('all clients share the limit of a route', async () => {
    expect((await as('drone', '/orders', 'POST')).status).toBe(200);
    expect(error(await as('bolt', '/orders', 'POST'))).toMatchObject({ status: 429, type: 'THROTTLED' });
    expect((await as('bolt')).status).toBe(200);
    now += 1000;
    expect((await as('bolt', '/orders', 'POST')).status).toBe(200);
  });

  test('each method of a route with all methods has the limit of the route', async () => {
    expect(await statuses(2, 'drone', '/returns', 'PUT')).toEqual([200, 429]);
    expect(await statuses(2, 'drone', '/returns', 'PATCH')).toEqual([200, 429]);
  });

  test('the limit of the client is looked at first', async () => {
    expect(await statuses(2, 'acme')).toEqual([200, 200]);
    expect((await as('acme', '/orders', 'POST')).status).toBe(429);
    // So the request above has taken nothing of what all share.
    expect((await as('drone', '/orders', 'POST')).status).toBe(200);
  });
});
