import { Duration } from 'aws-cdk-lib';
import { Authorizer, Edge } from '../../lib';
import { GATEWAY_PORT, INBOUND_PORT } from '../../lib/core/model/constants';
import { ApiGateway } from './api-gateway/api-gateway';
import { logged, settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { Endpoint, HttpResponse } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const PUBLIC = 'gateway';
const PARTNERS = 'gateway-partners';
const idOf = (service: string): string => `spiffe://shop.internal/${service}`;
const ORIGIN = 'https://shop.example';
const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'GET' };
const TRACE = 'x-amzn-trace-id';
const ROOT = '1-67891233-abcdef012345678912345678';
const PARENT = '53995c3f42cd8ad8';
const relay = { image: image('relay'), port: 8080 };

/** `catalog` is only behind the public API, `orders` only behind that of partners, and the others behind both. */
const template = synthesize({
  services: {
    catalog: relay,
    orders: relay,
    shared: relay,
    stock: { ...relay, allow: [{ callers: [PARTNERS], methods: ['GET'] }] },
    reports: {
      ...relay,
      allow: [{ callers: [PUBLIC], paths: ['/reports/public'] }, { callers: [PARTNERS] }],
      rateLimits: { public: { requests: 1, per: Duration.hours(24), callers: [PUBLIC] } },
    },
  },
  edges: {
    default: Edge.httpApi({
      authorizer: Authorizer.none(),
      cors: { allowOrigins: [ORIGIN] },
      routes: {
        'GET /catalog/{id}': { service: 'catalog' },
        'GET /shared/{id}': { service: 'shared' },
        'ANY /account/{id}': {
          service: 'shared',
          authorizer: Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'] }),
        },
        'ANY /stock/{id}': { service: 'stock' },
        'GET /reports/{id}': { service: 'reports' },
        'ANY /any/{id}': { service: 'shared' },
      },
    }),
    partners: Edge.restApi({
      authorizer: Authorizer.apiKey(),
      routes: {
        'GET /orders/{id}': { service: 'orders' },
        'GET /shared/{id}': { service: 'shared' },
        'ANY /stock/{id}': { service: 'stock' },
        'GET /reports/{id}': { service: 'reports' },
        'ANY /any/{id}': { service: 'shared' },
      },
    }),
  },
});

const seen = ({ body }: HttpResponse): RelayAnswer => JSON.parse(body) as RelayAnswer;

e2e('a system with a public HTTP API and a REST API for partners', () => {
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)],
      counts: { [PUBLIC]: 1, [PARTNERS]: 1 },
    }),
  );
  let open: ApiGateway;
  let partners: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    open = await ApiGateway.open(shop());
    partners = await ApiGateway.open(shop(), {}, 'partners');
  });

  /** The gateway service as somebody reaches it who has taken over the VPC link of its API, and says what the API would say. */
  async function pastApi({ client }: ApiGateway, gateway: string, route: string, path: string, method = 'GET'): Promise<HttpResponse> {
    const headers = { 'x-edge-route': route, 'x-edge-client-ip': '203.0.113.7', 'x-edge-host': 'shop.example' };
    return client.send({ url: `http://${shop().task(gateway).address}:${GATEWAY_PORT}${path}`, method, headers });
  }

  describe('a client', () => {
    test.each([
      ['the public API', () => open, '/catalog/1', 'catalog', PUBLIC],
      ['the public API', () => open, '/shared/1', 'shared', PUBLIC],
      ['the API for partners', () => partners, '/orders/1', 'orders', PARTNERS],
      ['the API for partners', () => partners, '/shared/1', 'shared', PARTNERS],
    ] as const)('of %s reaches a service behind it, by the gateway service of that API', async (_, api, path, service, gateway) => {
      const answer = await api().send({ path });
      expect({ status: answer.status, host: seen(answer).host }).toEqual({
        status: 200,
        host: shop().task(service).endpoint.hostname,
      });
      expect(shop().service(api().api.gateway).name).toBe(gateway);
      expect(await logged(shop().task(gateway), { direction: 'edge', path })).toMatchObject({ status: 200 });
    });

    test('is asked for what the route of its own API demands', async () => {
      expect((await open.send({ path: '/shared/2', credentials: [] })).status).toBe(200);
      expect((await open.send({ path: '/account/2', credentials: [] })).status).toBe(401);
      expect((await open.send({ path: '/account/2' })).status).toBe(200);
      expect((await partners.send({ path: '/shared/2', credentials: [] })).status).toBe(403);
    });

    test('fails if it asks one API for a route of the other', async () => {
      expect((await open.send({ path: '/orders/2' })).status).toBe(404);
      expect((await partners.send({ path: '/catalog/2' })).status).toBe(403);
    });
  });

  describe('the gateway service of an API', () => {
    test('fails if the VPC link of its API names a route of the other', async () => {
      expect((await pastApi(open, PUBLIC, 'GET /orders/{id}', '/orders/3')).status).toBe(404);
      expect((await pastApi(partners, PARTNERS, 'GET /catalog/{id}', '/catalog/3')).status).toBe(404);
      expect((await pastApi(partners, PARTNERS, 'ANY /account/{id}', '/account/3')).status).toBe(404);
      // Only the public API has routes for preflight requests.
      expect((await pastApi(open, PUBLIC, 'OPTIONS /account/{id}', '/account/3', 'OPTIONS')).status).toBe(204);
      expect((await pastApi(partners, PARTNERS, 'OPTIONS /account/{id}', '/account/3', 'OPTIONS')).status).toBe(404);
      // It is not that nothing of the kind would arrive.
      expect((await pastApi(open, PUBLIC, 'GET /catalog/{id}', '/catalog/3')).status).toBe(200);
      expect((await pastApi(partners, PARTNERS, 'GET /orders/{id}', '/orders/3')).status).toBe(200);
    });

    test('fails if the VPC link names a route of both, one of its own and one of the other', async () => {
      expect((await pastApi(open, PUBLIC, 'GET /catalog/{id},GET /orders/{id}', '/orders/4')).status).toBe(400);
    });

    test('fails if a client names a route of the other, whatever API Gateway overwrites', async () => {
      const headers = { 'x-edge-route': 'GET /orders/{id}' };
      expect((await open.send({ path: '/catalog/5', headers, unmapped: ['x-edge-route'] })).status).toBe(404);
      expect(seen(await open.send({ path: '/catalog/5', headers })).host).toBe(shop().task('catalog').endpoint.hostname);
    });

    test('fails if the VPC link or the load balancer of the other API connects to it', async () => {
      const task = (name: string): Endpoint => shop().task(name).endpoint;
      const link = await shop().client({ name: 'partners-link', securityGroups: partners.api.linkSecurityGroups });
      expect(await open.client.connect(task(PUBLIC), GATEWAY_PORT)).toBe('connected');
      expect(await partners.client.connect(task(PARTNERS), GATEWAY_PORT)).toBe('connected');
      expect(await open.client.connect(task(PARTNERS), GATEWAY_PORT)).toBe('not let out');
      expect(await partners.client.connect(task(PUBLIC), GATEWAY_PORT)).toBe('not let out');
      // The link of a REST API leads to its load balancer, and to nothing else.
      for (const gateway of [PUBLIC, PARTNERS]) expect(await link.connect(task(gateway), GATEWAY_PORT)).toBe('not let out');
    });

    test('fails if the gateway service of the other API, or anybody else in the VPC, connects to it', async () => {
      const stranger = await shop().client({ name: 'stranger', securityGroups: 'outside' });
      for (const [one, other] of [
        [PUBLIC, PARTNERS],
        [PARTNERS, PUBLIC],
      ]) {
        expect(await shop().task(one).client.connect(shop().task(other).endpoint, GATEWAY_PORT)).toBe('not let out');
        expect(await stranger.connect(shop().task(one).endpoint, GATEWAY_PORT)).toBe('dropped');
      }
    });

    test('fails if it connects to a service to which only the other API leads', async () => {
      const connect = async (gateway: string, service: string): Promise<string> =>
        shop().task(gateway).client.connect(shop().task(service).endpoint, INBOUND_PORT);
      expect(await connect(PUBLIC, 'catalog')).toBe('connected');
      expect(await connect(PARTNERS, 'orders')).toBe('connected');
      expect(await connect(PUBLIC, 'orders')).toBe('dropped');
      expect(await connect(PARTNERS, 'catalog')).toBe('dropped');
      for (const gateway of [PUBLIC, PARTNERS]) expect(await connect(gateway, 'shared')).toBe('connected');
    });

    test('shows services a certificate in its own name', async () => {
      for (const [api, gateway, path] of [
        [open, PUBLIC, '/shared/by-public'],
        [partners, PARTNERS, '/shared/by-partners'],
      ] as const) {
        expect(seen(await api.send({ path })).headers['x-forwarded-client-cert']).toMatch(
          new RegExp(`^By=${idOf('shared')};Hash=[0-9a-f]{64};URI=${idOf(gateway)}$`),
        );
        expect(await logged(shop().task('shared'), { direction: 'inbound', path })).toMatchObject({ status: 200, caller: idOf(gateway) });
      }
    });
  });

  describe('a service behind both APIs', () => {
    test('with a rule for the gateway of one lets in what comes by it', async () => {
      const answer = await partners.send({ path: '/stock/7' });
      expect({ status: answer.status, host: seen(answer).host }).toEqual({ status: 200, host: shop().task('stock').endpoint.hostname });
    });

    test('fails if a request comes by the other gateway, or fits the rule in nothing else', async () => {
      expect((await open.send({ path: '/stock/8' })).status).toBe(403);
      expect(await logged(shop().task('stock'), { direction: 'inbound', path: '/stock/8' })).toMatchObject({
        status: 403,
        caller: idOf(PUBLIC),
        details: 'rbac_access_denied_matched_policy[none]',
      });
      expect((await partners.send({ method: 'POST', path: '/stock/8' })).status).toBe(403);
    });

    test('may have a rule and a limit of its own for each gateway', async () => {
      const statuses = async (api: ApiGateway, paths: readonly string[]): Promise<readonly number[]> => {
        const found: number[] = [];
        for (const path of paths) found.push((await api.send({ path: `/reports/${path}` })).status);
        return found;
      };
      // What a rule refuses uses up nothing of the limit.
      expect(await statuses(open, ['7', 'public', 'public'])).toEqual([403, 200, 429]);
      expect(await statuses(partners, ['7', 'public', 'public', 'public'])).toEqual([200, 200, 200, 200]);
    });
  });

  test('a trace of a client is dropped behind the HTTP API, which makes none, and continued behind the REST API', async () => {
    const headers = { [TRACE]: `Root=${ROOT};Parent=${PARENT};Sampled=1` };
    const byPublic = seen(await open.send({ path: '/shared/traced', headers })).headers[TRACE];
    expect(byPublic).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$/);
    expect(byPublic).not.toContain(ROOT);
    expect(seen(await partners.send({ path: '/shared/traced', headers })).headers[TRACE]).toMatch(
      new RegExp(`^Root=${ROOT};Parent=[0-9a-f]{16};Sampled=1$`),
    );
    const segments = await shop().trace(ROOT, (all) => all.length === 2);
    expect(segments.map(({ name }) => name).sort()).toEqual([PARTNERS, 'shared']);
  });

  test('a web page of another origin may read answers of the API with CORS, and none of the other', async () => {
    const header = 'access-control-allow-origin';
    const ask = async (api: ApiGateway): Promise<HttpResponse> => api.send({ path: '/shared/page', headers: { origin: ORIGIN } });
    expect((await ask(open)).headers).toMatchObject({ [header]: ORIGIN });
    expect((await ask(partners)).headers).not.toHaveProperty(header);
    // Of a route for every method, preflight requests come to the gateway service. That of the API with CORS answers them itself.
    const preflight = { method: 'OPTIONS', path: '/any/page', headers: PREFLIGHT };
    const answer = await open.send({ ...preflight, credentials: [] });
    expect(answer).toMatchObject({ status: 200, body: '', headers: { [header]: ORIGIN } });
    // To the other they are requests like any others: they need the key, and the service gets them.
    expect((await partners.send({ ...preflight, credentials: [] })).status).toBe(403);
    const passed = await partners.send(preflight);
    expect(seen(passed)).toMatchObject({ method: 'OPTIONS', path: '/any/page' });
    expect(passed.headers).not.toHaveProperty(header);
  });
});
