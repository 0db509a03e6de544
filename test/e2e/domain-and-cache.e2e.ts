import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Authorizer, Certificates, Edge, Microservices, Timeout, Tracing } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

function template(): Template {
  const stack = new Stack(new App(), 'E2e');
  const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
  new Microservices(stack, 'Shop', {
    services: {
      catalog: { image: image('relay'), port: 8080 },
      down: { image: image('relay'), port: 8080 },
      late: { image: image('relay'), port: 8080, timeout: Timeout.perRequest(Duration.millis(300)) },
    },
    edges: {
      default: Edge.httpApi({
        authorizer: Authorizer.none(),
        domain: { domainName: 'shop.example.com', hostedZone, basePath: '/v1' },
        routes: { 'ANY /catalog/{proxy+}': { service: 'catalog' } },
      }),
      partners: Edge.restApi({
        authorizer: Authorizer.apiKey(),
        domain: { domainName: 'partners.example.com', hostedZone, basePath: '/shop/v1' },
        cache: { ttl: Duration.hours(1) },
        detailedErrors: true,
        routes: {
          'GET /catalog/{id}': { service: 'catalog', cache: { query: ['page'] } },
          'GET /stock/{id}': { service: 'catalog' },
          'GET /delay/{ms}': { service: 'late' },
          'GET /down': { service: 'down' },
          'POST /stock': { service: 'catalog', maxRequestSize: Size.bytes(10) },
          'POST /catalog': { service: 'catalog', validation: { query: ['currency'], headers: ['x-tenant'] } },
        },
      }),
    },
    certificates: Certificates.none(),
    tracing: Tracing.none(),
  });
  return templateOf(stack);
}

const pathOf = ({ body }: HttpResponse): string => (JSON.parse(body) as RelayAnswer).path;

e2e('edges with domains of their own', () => {
  const shop = cluster(async () =>
    Cluster.start(template(), {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080)],
      counts: { gateway: 1, 'gateway-partners': 1, catalog: 1, late: 1, down: 0 },
    }),
  );
  const apis: ApiGateway[] = [];
  beforeAll(async () => {
    await settled(shop());
    apis.push(await ApiGateway.open(shop()), await ApiGateway.open(shop(), {}, 'partners'));
  });

  describe.each([
    ['an HTTP API', 0, 'shop.example.com', '/v1', '/prod'],
    ['a REST API', 1, 'partners.example.com', '/shop/v1', '/prod'],
  ])('of %s', (_, index, host, basePath, stage) => {
    const send = async (request: ClientRequest): Promise<HttpResponse> =>
      apis[index].send({ ...request, headers: { 'x-api-key': 'acme', ...request.headers }, fromRoot: true });

    test('a service gets the path below the base path', async () => {
      const response = await send({ host, path: `${basePath}/catalog/7` });
      expect([response.status, pathOf(response)]).toEqual([200, '/catalog/7']);
    });

    test.each(['/catalog/7', `${basePath}x/catalog/7`, `${basePath}/../catalog/7`])('fails if a request is beside it: %s', async (path) => {
      expect((await send({ host, path })).status).toBeGreaterThanOrEqual(400);
    });

    test('fails if a request comes by the name that AWS gives the API', async () => {
      expect((await send({ path: '/catalog/7' })).status).toBeGreaterThanOrEqual(400);
      expect((await send({ path: `${stage}/catalog/7` })).status).toBeGreaterThanOrEqual(400);
    });
  });

  describe('a REST API that keeps responses', () => {
    const send = async (path: string, key = 'acme', more: Partial<ClientRequest> = {}): Promise<HttpResponse> =>
      apis[1].send({ host: 'partners.example.com', path, ...more, headers: { 'x-api-key': key, ...more.headers } });

    test('answers from its cache, by each part of the key', async () => {
      // What is no part of the key tells which request has reached the service.
      expect(pathOf(await send('/catalog/1?page=1&nth=1'))).toBe('/catalog/1?page=1&nth=1');
      expect(pathOf(await send('/catalog/1?page=1&nth=2'))).toBe('/catalog/1?page=1&nth=1');
      expect(pathOf(await send('/catalog/1?page=2&nth=3'))).toBe('/catalog/1?page=2&nth=3');
      expect(pathOf(await send('/catalog/2?page=1&nth=4'))).toBe('/catalog/2?page=1&nth=4');
    });

    test('gives no client what it keeps for another one', async () => {
      expect(pathOf(await send('/catalog/3?nth=1', 'acme'))).toBe('/catalog/3?nth=1');
      expect(pathOf(await send('/catalog/3?nth=2', 'globex'))).toBe('/catalog/3?nth=2');
      expect(pathOf(await send('/catalog/3?nth=3', 'acme'))).toBe('/catalog/3?nth=1');
    });

    test('asks the service each time where the route has no cache', async () => {
      expect(pathOf(await send('/stock/1?nth=1'))).toBe('/stock/1?nth=1');
      expect(pathOf(await send('/stock/1?nth=2'))).toBe('/stock/1?nth=2');
    });
  });

  test('fails if a request lacks what its route asks for, and says what in JSON', async () => {
    const post = async (path: string, headers: Record<string, string>): Promise<HttpResponse> =>
      apis[1].send({ host: 'partners.example.com', method: 'POST', path, headers: { 'x-api-key': 'acme', ...headers } });
    const refused = await post('/catalog?currency=', { 'x-tenant': 'a' });
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({ message: expect.stringContaining('currency') as string });
    expect((await post('/catalog?currency=EUR', {})).status).toBe(400);
    expect((await post('/catalog?currency=EUR', { 'x-tenant': 'a' })).status).toBe(200);
  });

  test.each<[string, ClientRequest, number, object]>([
    ['a service that has no task', { path: '/down' }, 503, { message: 'Service Unavailable', type: 'INTEGRATION_FAILURE' }],
    ['a service that is late', { path: '/delay/5000' }, 504, { message: 'Endpoint request timed out', type: 'INTEGRATION_TIMEOUT' }],
    [
      'a body that is too large',
      { method: 'POST', path: '/stock', body: 'x'.repeat(11) },
      413,
      { message: 'Request Too Long', type: 'REQUEST_TOO_LARGE' },
    ],
  ])('%s has the form of an error of API Gateway', async (_, request, status, expected) => {
    const response = await apis[1].send({ host: 'partners.example.com', ...request, headers: { 'x-api-key': 'acme' } });
    expect([response.status, response.headers['content-type'], JSON.parse(response.body)]).toEqual([
      status,
      'application/json',
      { ...expected, requestId: expect.stringMatching(/^[\w=-]{10,}$/) as string },
    ]);
  });

  test('services do not see the ID of the request', async () => {
    const { body } = await apis[1].send({ host: 'partners.example.com', path: '/stock/1', headers: { 'x-api-key': 'acme' } });
    expect(Object.keys((JSON.parse(body) as RelayAnswer).headers).filter((name) => name.startsWith('x-edge-'))).toEqual([]);
  });
});
