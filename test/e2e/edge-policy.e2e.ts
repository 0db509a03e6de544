import { Duration, Size } from 'aws-cdk-lib';
import { Authorizer, Certificates, Compression, Edge, ResponseHeaders, Timeout, Tracing } from '../../lib';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { HttpResponse } from './runner';
import { Cluster, standIns } from './runner';
import { GATEWAY_PORT } from '../../lib/core/model/constants';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const LIMIT = 1000;
const payload = { image: image('payload'), port: 8080 };
const COMMON = {
  compression: Compression.of({ credentialHeaders: ['x-session'] }),
  responseHeaders: ResponseHeaders.security({ set: { 'referrer-policy': 'no-referrer', 'x-percent': '100%' } }),
  maxRequestSize: Size.bytes(LIMIT),
};

const template = synthesize({
  services: {
    files: payload,
    endless: { image: image('relay'), port: 8080, timeout: Timeout.of({ stream: Duration.minutes(15) }) },
    slow: { image: image('relay'), port: 8080, timeout: Timeout.perRequest(Duration.seconds(20)) },
  },
  edges: {
    default: Edge.httpApi({
      ...COMMON,
      authorizer: Authorizer.none(),
      timeout: Duration.seconds(5),
      routes: {
        'ANY /files': { service: 'files' },
        'GET /plain': {
          service: 'files',
          compression: Compression.none(),
          responseHeaders: ResponseHeaders.none(),
          maxRequestSize: Size.mebibytes(1),
        },
        'POST /plain': { service: 'files', maxRequestSize: Size.mebibytes(1) },
        'GET /own': { service: 'files', responseHeaders: ResponseHeaders.of({ set: { 'x-own': '1' }, remove: ['x-got'] }) },
        'GET /delay/{ms}': { service: 'slow', timeout: Duration.millis(300) },
        'POST /delay/{ms}': { service: 'endless', timeout: Duration.millis(300) },
        'GET /down': { service: 'slow' },
        'GET /secret': {
          service: 'files',
          authorizer: Authorizer.jwt({ issuer: 'https://tokens.example', audience: ['shop'], identitySource: '$request.querystring.key' }),
        },
      },
    }),
    partners: Edge.restApi({ ...COMMON, authorizer: Authorizer.apiKey(), routes: { 'ANY /files': { service: 'files' } } }),
  },
  certificates: Certificates.none(),
  tracing: Tracing.none(),
});

const ANY = { 'accept-encoding': 'gzip, br' };
const codingOf = ({ headers }: HttpResponse): string => headers['content-encoding'] ?? 'none';

e2e('the traffic policy of routes of an edge', () => {
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080), standIns.payload('example/payload', 8080)],
      counts: { gateway: 1, 'gateway-partners': 1 },
    }),
  );
  const apis: ApiGateway[] = [];
  beforeAll(async () => {
    await settled(shop());
    apis.push(await ApiGateway.open(shop()), await ApiGateway.open(shop(), {}, 'partners'));
  });
  const open = (): ApiGateway => apis[0];

  describe.each([
    ['an HTTP API', 0],
    ['a REST API', 1],
  ])('of %s', (_, index) => {
    const api = (): ApiGateway => apis[index];

    test('compresses responses for clients that accept it', async () => {
      expect(codingOf(await api().send({ path: '/files?bytes=5000', headers: ANY }))).toBe('br');
      expect(codingOf(await api().send({ path: '/files?bytes=5000' }))).toBe('none');
      expect(codingOf(await api().send({ path: '/files?bytes=5000&coding=gzip', headers: ANY }))).toBe('gzip');
    });

    test.each(['authorization', 'cookie', 'x-api-key', 'x-session'])('compresses nothing for a request with %s', async (name) => {
      expect(codingOf(await api().send({ path: '/files', headers: { ...ANY, [name]: 'x' } }))).toBe('none');
    });

    test('compresses nothing that sets a cookie', async () => {
      expect(codingOf(await api().send({ path: '/files?set-cookie=a%3Db', headers: ANY }))).toBe('none');
    });

    test('adds headers of security, and keeps those of the service', async () => {
      const { headers } = await api().send({
        path: '/files?server=x&x-powered-by=y&content-security-policy=default-src%20self&referrer-policy=origin',
      });
      expect(headers).toMatchObject({
        'strict-transport-security': 'max-age=63072000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'content-security-policy': 'default-src self',
        'referrer-policy': 'no-referrer',
        'x-percent': '100%',
      });
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('x-powered-by');
    });

    test('lets bodies up to the limit through, with and without a length', async () => {
      for (const headers of [undefined, { 'transfer-encoding': 'chunked' }])
        expect((await api().send({ path: '/files', method: 'POST', body: 'x'.repeat(LIMIT), ...(headers && { headers }) })).status).toBe(
          200,
        );
    });

    test.each(['with a length', 'without a length'])('fails if a body %s is larger, with the headers of the route', async (kind) => {
      const headers: Record<string, string> = kind === 'with a length' ? {} : { 'transfer-encoding': 'chunked' };
      const answer = await api().send({ path: '/files', method: 'POST', body: 'x'.repeat(LIMIT + 1), headers });
      expect(answer.status).toBe(413);
      expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-percent': '100%' });
    });
  });

  test('a route replaces what its edge says', async () => {
    const plain = await open().send({ path: '/plain', headers: ANY });
    expect(codingOf(plain)).toBe('none');
    expect(plain.headers).not.toHaveProperty('x-frame-options');
    const own = await open().send({ path: '/own', headers: ANY });
    expect(own.headers).toMatchObject({ 'x-own': '1', 'content-encoding': 'br' });
    for (const name of ['x-frame-options', 'x-got']) expect(own.headers).not.toHaveProperty(name);
    expect((await open().send({ path: '/plain', method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(200);
  });

  test('compresses nothing for a token in the query', async () => {
    expect(codingOf(await open().send({ path: '/secret?key=x', headers: ANY }))).toBe('none');
    expect(codingOf(await open().send({ path: '/secret?k=x', headers: ANY }))).toBe('br');
  });

  test('fails if a service takes longer than the route allows: with 504, and the headers of the route', async () => {
    const answer = await open().send({ path: '/delay/10000' });
    expect(answer.status).toBe(504);
    expect(answer.headers).toMatchObject({ 'x-frame-options': 'DENY' });
    expect((await open().send({ path: '/delay/10' })).status).toBe(200);
    // Also if it is one whose streams may take long.
    expect((await open().send({ path: '/delay/10000', method: 'POST' })).status).toBe(504);
    expect((await open().send({ path: '/delay/10', method: 'POST' })).status).toBe(200);
  });

  test('headers of the route are on refusals of the gateway service, too', async () => {
    const client = shop().task('gateway').client;
    const refused = await client.send({
      url: `http://127.0.0.1:${GATEWAY_PORT}/elsewhere`,
      headers: { 'x-edge-route': 'GET /down', 'x-edge-client-ip': '203.0.113.7', 'x-edge-host': 'shop.example' },
    });
    expect(refused.status).toBe(404);
    expect(refused.headers).toMatchObject({ 'x-frame-options': 'DENY' });
  });
});
