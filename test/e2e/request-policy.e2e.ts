import { status } from '@grpc/grpc-js';
import { Duration, Size } from 'aws-cdk-lib';
import { ActiveHealthCheck, Authorizer, Edge, PathMatch, PathRewrite, Protocol, Timeout, Tracing, ValueMatch } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { ApiGateway } from './api-gateway/api-gateway';
import { API_HOST } from '../../programs/emulator/api-gateway/client-request';
import { logged, settled } from './mesh';
import type { GrpcCall, GrpcOutcome, HttpRequest, HttpResponse, Task, WebSocketOutcome, WebSocketTalk } from './runner';
import { callGrpc, Cluster, standIns, talk, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const GRPC_PORT = 50_051;
const ORDERS = 'orders.shop.internal:15080';
const LIMIT = 1000;
const HOUR = Duration.hours(1);
const everyHalfSecond = { interval: Duration.millis(500), unhealthyThreshold: 1 };

const template = synthesize({
  services: {
    ui: { image: image('relay'), port: 8080, calls: ['orders', 'ledger'] },
    checkout: { image: image('relay'), port: 8080, calls: ['orders', 'ledger'] },
    orders: {
      image: image('httpbin'),
      port: 8080,
      timeout: Timeout.perRequest(Duration.seconds(1)),
      allow: [{ paths: ['/anything/*', '/delay/*', '/status/*', '/limited', '/post', '/response-headers', '/websocket/echo'] }],
      routes: [
        {
          name: 'slow',
          match: { path: PathMatch.prefix('/delay/'), methods: ['GET', 'POST'] },
          timeout: Timeout.perRequest(Duration.seconds(10)),
        },
        { name: 'reset', match: { path: PathMatch.prefix('/v0/') }, rewrite: { path: PathRewrite.prefix('/') } },
        {
          name: 'old-api',
          match: { path: PathMatch.prefix('/v1/') },
          rewrite: { path: PathRewrite.prefix('/anything/old/') },
          requestHeaders: { set: { 'x-route': '100% old' }, add: { 'x-list': 'two' }, remove: ['x-secret'] },
          responseHeaders: { set: { 'x-route': 'old' } },
        },
        {
          name: 'by-id',
          match: { path: PathMatch.regex('/orders/\\d+') },
          rewrite: { path: PathRewrite.regex('^/orders/(\\d+)$', '/anything/\\1/by-id') },
        },
        {
          name: 'beta',
          match: { headers: { 'X-Beta': ValueMatch.exact('yes') } },
          rewrite: { path: PathRewrite.exact('/anything/beta'), host: 'beta.example:81' },
        },
        {
          name: 'range',
          match: { headers: { 'x-version': ValueMatch.range(2, 5) } },
          rewrite: { path: PathRewrite.exact('/anything/range') },
        },
        {
          name: 'tester',
          match: { headers: { 'x-user': ValueMatch.suffix('@test.example') }, methods: ['POST', 'DELETE', 'GET'] },
          rewrite: { path: PathRewrite.exact('/anything/tester') },
        },
        {
          name: 'query',
          match: { queryParameters: { v: ValueMatch.prefix('2.') } },
          rewrite: { path: PathRewrite.exact('/anything/query') },
        },
        {
          name: 'flag',
          match: { queryParameters: { flag: ValueMatch.present() } },
          rewrite: { path: PathRewrite.exact('/anything/flag') },
        },
        {
          name: 'no-agent',
          match: { path: PathMatch.exact('/whoami'), headers: { 'x-agent': ValueMatch.not(ValueMatch.regex('curl/.*')) } },
          rewrite: { path: PathRewrite.exact('/anything/no-curl') },
        },
        { name: 'agent', match: { path: PathMatch.exact('/whoami') }, rewrite: { path: PathRewrite.exact('/anything/curl') } },
      ],
      rateLimits: {
        limited: { requests: 2, per: HOUR, paths: ['/limited'] },
        checks: { requests: 1, per: HOUR, paths: ['/status/200'] },
        'posts-of-checkout': { requests: 1, per: HOUR, burst: 2, callers: ['checkout'], methods: ['POST'], paths: ['/anything/limited/*'] },
      },
      faultInjection: {
        broken: { abortStatus: 418, headers: { 'x-chaos': ValueMatch.exact('broken') } },
        slow: { delay: Duration.seconds(5), methods: ['GET'], paths: ['/anything/slow'] },
        'ill-to-others': { abortStatus: 410, paths: ['/status/200'] },
        some: { abortStatus: 410, percent: 50, callers: ['ui'], paths: ['/anything/some'] },
      },
      requestHeaders: { set: { 'x-service': 'orders, 100%' }, remove: ['x-drop'] },
      responseHeaders: { set: { 'x-service': 'orders' }, remove: ['access-control-allow-origin'] },
      maxRequestSize: Size.bytes(LIMIT),
      webSockets: true,
      activeHealthCheck: ActiveHealthCheck.of({ path: '/status/200', ...everyHalfSecond }),
    },
    ledger: {
      image: image('grpc'),
      port: GRPC_PORT,
      protocol: Protocol.GRPC,
      routes: [
        {
          name: 'say-hurried',
          match: { path: PathMatch.grpcMethod('echo.Echo', 'Say'), headers: { 'x-hurry': ValueMatch.present() } },
          timeout: Timeout.perRequest(Duration.millis(200)),
        },
        { name: 'echo', match: { path: PathMatch.grpcService('echo.Echo') }, requestHeaders: { set: { 'x-amzn-meta': 'echo' } } },
      ],
      rateLimits: { 'says-of-checkout': { requests: 1, per: HOUR, callers: ['checkout'], paths: ['/echo.Echo/Say'] } },
      faultInjection: {
        unavailable: { abortStatus: status.DATA_LOSS, headers: { 'x-chaos': ValueMatch.present() } },
        'ill-to-others': { abortStatus: status.INTERNAL, paths: ['/grpc.health.v1.Health/Check'] },
      },
      activeHealthCheck: ActiveHealthCheck.of(everyHalfSecond),
    },
  },
  edge: Edge.httpApi({
    authorizer: Authorizer.none(),
    routes: {
      'GET /orders/{id}': { service: 'orders' },
      'ANY /v1/{proxy+}': { service: 'orders' },
      'GET /websocket/echo': { service: 'orders' },
    },
    gateway: { desiredCount: 1 },
  }),
  tracing: Tracing.none(),
});

/** What go-httpbin's /anything tells of the request that it got. */
interface Seen {
  readonly url: string;
  readonly method: string;
  readonly args: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}
const seen = ({ status: code, body }: HttpResponse): Seen => {
  expect(code).toBe(200);
  return JSON.parse(body) as Seen;
};
const pathOf = (response: HttpResponse): string => seen(response).url.replace(/^http:\/\/[^/]*/, '');

e2e('requests to a service', () => {
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.relay('example/relay', 8080),
        standIns.httpbin('example/httpbin', 8080),
        standIns.grpc('example/grpc', GRPC_PORT),
      ],
    }),
  );
  const task = (name: string): Task => shop().task(name);
  const ask = async (path: string, request: Partial<HttpRequest> = {}, from = 'ui'): Promise<HttpResponse> =>
    task(from).client.send({ url: `http://${ORDERS}${path}`, ...request });
  const call = async (rest: Omit<GrpcCall, 'target'>, from = 'ui'): Promise<readonly GrpcOutcome[]> =>
    callGrpc(task(from).endpoint, { target: 'ledger.shop.internal:15080', ...rest });
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    api = await ApiGateway.open(shop());
  });

  describe('routes', () => {
    test.each([
      ['a prefix', '/v1/a/b?x=/v1/', {}, '/anything/old/a/b?x=/v1/'],
      ['a regular expression, with its groups', '/orders/42?x=1', {}, '/anything/42/by-id?x=1'],
      ['a header', '/any?x=1', { headers: { 'x-beta': 'yes' } }, '/anything/beta?x=1'],
      ['a number in a range', '/any', { headers: { 'x-version': '4' } }, '/anything/range'],
      ['the end of a header, and a method', '/any', { method: 'DELETE', headers: { 'x-user': 'ann@test.example' } }, '/anything/tester'],
      ['the beginning of a query parameter', '/any?a=1&v=2.7', {}, '/anything/query?a=1&v=2.7'],
      ['a query parameter that is there', '/any?flag=', {}, '/anything/flag?flag='],
      ['a header that is not something', '/whoami', { headers: { 'x-agent': 'firefox' } }, '/anything/no-curl'],
      ['a header that is not something, since it is not there', '/whoami', {}, '/anything/no-curl'],
      ['what no route before it has taken', '/whoami', { headers: { 'x-agent': 'curl/8' } }, '/anything/curl'],
      [
        'nothing: the request arrives as it is',
        '/anything/plain?x=1',
        { headers: { 'x-version': '5', 'x-beta': 'no' } },
        '/anything/plain?x=1',
      ],
      ['the first that matches of two', '/v1/x', { headers: { 'x-beta': 'yes' } }, '/anything/old/x'],
    ])('match by %s', async (_, path, request, arrives) => {
      expect(pathOf(await ask(path, request))).toBe(arrives);
    });

    test('rewrite the host, where they say so', async () => {
      expect(seen(await ask('/any', { headers: { 'x-beta': 'yes' } })).url).toBe('http://beta.example:81/anything/beta');
      expect(seen(await ask('/anything/x')).url).toBe(`http://${ORDERS}/anything/x`);
    });

    test('fails if the method is not one of the route', async () => {
      expect((await ask('/any', { method: 'PUT', headers: { 'x-user': 'ann@test.example' } })).status).toBe(403);
    });

    test('give requests another time than the service does', async () => {
      const [own, other] = await Promise.all([ask('/delay/2'), ask('/anything/slow')]);
      expect([own.status, other.status]).toEqual([200, 504]);
    });

    test('do not lead around allow, which sees the path after the rewrite', async () => {
      expect((await ask('/v0/status/204')).status).toBe(204);
      expect((await ask('/v0/uuid')).status).toBe(403);
      expect(await logged(task('orders'), { path: '/uuid' })).toMatchObject({
        direction: 'inbound',
        status: 403,
        details: 'rbac_access_denied_matched_policy[none]',
      });
      expect(await logged(task('ui'), { path: '/v0/uuid' })).toMatchObject({ direction: 'outbound', status: 403, details: 'via_upstream' });
      // A dot segment behind the prefix is resolved before allow sees it.
      expect((await ask('/v1/../../uuid')).status).toBe(403);
    });

    test('hold for the gateway, too', async () => {
      const byId = seen(await api.send({ path: '/orders/7?x=1' }));
      expect(byId.url).toBe(`https://${API_HOST}/anything/7/by-id?x=1`);
      const old = await api.send({ path: '/v1/a', method: 'POST', body: '{}' });
      expect(pathOf(old).replace(/^https:\/\/[^/]*/, '')).toBe('/anything/old/a');
      expect(old.headers).toMatchObject({ 'x-route': 'old', 'x-service': 'orders' });
      expect(seen(await api.send({ path: '/v1/a', headers: { 'x-beta': 'yes' } })).url).toContain(`${API_HOST}/anything/old/a`);
    });

    test('by gRPC method and metadata', async () => {
      const [calm] = await call({ request: { text: 'a', delay_ms: 500 } });
      const [hurried] = await call({ request: { text: 'a', delay_ms: 500 }, metadata: { 'x-hurry': '1' } });
      expect([calm, hurried]).toMatchObject([
        { ok: true, replies: [{ text: 'a' }] },
        { ok: false, code: status.UNAVAILABLE },
      ]);
      expect(await logged(task('ui'), { peer: 'ledger', details: 'response_timeout' })).toMatchObject({ path: '/echo.Echo/Say' });
      // The stream has no such limit.
      expect(await call({ method: 'Repeat', request: { text: 'b', count: 3, every_ms: 150 }, metadata: { 'x-hurry': '1' } })).toMatchObject(
        [{ ok: true, replies: [{}, {}, {}] }],
      );
    });
  });

  describe('headers', () => {
    test('of requests are set, added and removed, by the route and by the service', async () => {
      const { headers } = seen(
        await ask('/v1/x', {
          headers: { 'x-route': 'mine', 'x-secret': '1', 'x-drop': '1', 'x-service': 'mine', 'x-keep': '1', 'x-list': 'one' },
        }),
      );
      expect(headers).toMatchObject({ 'X-Route': ['100% old'], 'X-Service': ['orders, 100%'], 'X-Keep': ['1'], 'X-List': ['one', 'two'] });
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^X-(Secret|Drop)$/)]));
    });

    test('of responses are set and removed', async () => {
      const { headers } = await ask('/anything/x');
      expect(headers['x-service']).toBe('orders');
      expect(headers).toHaveProperty('access-control-allow-credentials');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers).not.toHaveProperty('x-route');
    });
  });

  test('of an application do not say for its Envoy that it has seen nothing: its callers would ask again', async () => {
    const { status: code, headers } = await ask('/response-headers?x-mesh-not-sent=1&x-other=1');
    expect([code, headers]).toEqual([200, expect.objectContaining({ 'x-other': '1' })]);
    expect(headers).not.toHaveProperty('x-mesh-not-sent');
  });

  test('are logged by the path that they have, whatever they call their original one', async () => {
    await ask('/anything/honest', { headers: { 'x-envoy-original-path': '/anything/else' } });
    expect(await logged(task('orders'), { path: '/anything/honest' })).toMatchObject({ direction: 'inbound', status: 200 });
  });

  test('tell who calls in one header, of which nobody can forge another spelling', async () => {
    const forged = 'URI=spiffe://shop.internal/forged';
    const direct = seen(
      await ask('/anything/x', {
        headers: { x_forwarded_client_cert: forged, 'X-Forwarded_Client-Cert': forged, 'x-forwarded-client-cert': forged, x_mine: '1' },
      }),
    );
    expect(JSON.stringify(direct)).not.toContain('forged');
    expect(direct.headers).toMatchObject({
      'X-Forwarded-Client-Cert': [expect.stringMatching(/;URI=spiffe:\/\/shop\.internal\/ui$/)],
      X_mine: ['1'],
    });
    const viaGateway = seen(
      await api.send({
        path: '/v1/a',
        headers: {
          x_forwarded_for: 'forged',
          'x_real-ip': 'forged',
          x_envoy_original_path: '/forged',
          x_forwarded_client_cert: forged,
          x_mine: '1',
        },
      }),
    );
    expect(JSON.stringify(viaGateway)).not.toContain('forged');
    expect(viaGateway.headers).toMatchObject({ X_mine: ['1'] });
  });

  test('are what limits and faults are for: health checks of callers use up none and meet none', async () => {
    const counts = async (service: string): Promise<readonly (number | undefined)[]> => {
      const { body } = await task('ui').client.get(`http://127.0.0.1:${ADMIN_PORT}/stats?filter=${service}\\.health_check`);
      return ['success', 'failure'].map((name) => Number(new RegExp(`health_check\\.${name}: (\\d+)`).exec(body)?.[1]));
    };
    for (const service of ['orders', 'ledger']) {
      await until(async () => ((await counts(service))[0] ?? 0) > 3, { what: `the health checks of ${service}` });
      expect((await counts(service))[1]).toBe(0);
    }
    // Nobody else gets the same answer on that path.
    expect([(await ask('/status/200')).status, (await ask('/status/200')).status]).toEqual([410, 429]);
  });

  describe('rate limits', () => {
    test('answer 429 with Retry-After, and do not count what allow refuses', async () => {
      const refused = await Promise.all([1, 2, 3].map(async () => ask('/limited/forbidden')));
      expect(refused.map((response) => response.status)).toEqual([403, 403, 403]);
      const answers: HttpResponse[] = [];
      for (const query of ['', '?x=1', '?x=2']) answers.push(await ask(`/limited${query}`));
      // go-httpbin has no such page.
      expect(answers.map((response) => response.status)).toEqual([404, 404, 429]);
      expect(answers[2]?.headers).toMatchObject({ 'retry-after': '1800' });
      expect(Object.keys(answers[2]?.headers ?? {}).filter((name) => name.includes('ratelimit'))).toEqual([]);
      expect(await logged(task('ui'), { direction: 'outbound', path: '/limited', status: 429 })).toMatchObject({
        attempts: 1,
        details: 'via_upstream',
      });
      expect(await logged(task('orders'), { path: '/limited', status: 429 })).toMatchObject({ details: 'local_rate_limited', flags: 'RL' });
      // Others are not limited.
      expect((await ask('/anything/limited')).status).toBe(200);
    });

    test('are for callers by their certificates, whatever they say of themselves', async () => {
      const post = async (from: string, path = '/anything/limited/x'): Promise<number> =>
        (await ask(path, { method: 'POST', headers: { 'x-forwarded-client-cert': 'URI=spiffe://shop.internal/ui' } }, from)).status;
      const checkout = [await post('checkout'), await post('checkout'), await post('checkout'), await post('checkout', '/anything/other')];
      expect(checkout).toEqual([200, 200, 429, 200]);
      expect([await post('ui'), await post('ui'), await post('ui')]).toEqual([200, 200, 200]);
      expect((await ask('/anything/limited/x', {}, 'checkout')).status).toBe(200);
    });

    test('have no way around them, such as a path that could be read in two ways', async () => {
      for (const path of ['/%6cimited', '/x/../limited', '//limited']) expect([path, (await ask(path)).status]).toEqual([path, 429]);
      expect((await ask('/anything/%256c', { method: 'POST' }, 'checkout')).status).toBe(403);
    });

    test('are RESOURCE_EXHAUSTED for gRPC', async () => {
      const outcomes = await call({ request: { text: 'x' }, times: 3 }, 'checkout');
      expect(outcomes).toMatchObject([
        { ok: true },
        { ok: false, code: status.RESOURCE_EXHAUSTED },
        { ok: false, code: status.RESOURCE_EXHAUSTED },
      ]);
      expect(await call({ request: { text: 'x' }, times: 2 })).toMatchObject([{ ok: true }, { ok: true }]);
    });
  });

  describe('faults', () => {
    test('abort the requests that fit, and no others', async () => {
      expect((await ask('/anything/x', { headers: { 'x-chaos': 'broken' } })).status).toBe(418);
      expect((await ask('/anything/x', { headers: { 'x-chaos': 'other' } })).status).toBe(200);
      expect(await logged(task('orders'), { status: 418 })).toMatchObject({ flags: 'FI', details: 'fault_filter_abort' });
      expect((await ask('/nowhere', { headers: { 'x-chaos': 'broken' } })).status).toBe(403);
    });

    test('abort a share of them', async () => {
      const outcomes = await task('ui').client.sendAll(Array.from({ length: 60 }, () => ({ url: `http://${ORDERS}/anything/some` })));
      const codes = outcomes.map((outcome) => (outcome.kind === 'response' ? outcome.status : 0));
      // Of 60 throws of a coin, all the same: once in 10^17.
      expect([...new Set(codes)].sort()).toEqual([200, 410]);
      expect((await ask('/anything/some', {}, 'checkout')).status).toBe(200);
    });

    test('hold requests back', async () => {
      expect((await ask('/anything/slow', { method: 'POST' })).status).toBe(200);
      expect((await ask('/anything/slow')).status).toBe(504);
      expect(await logged(task('orders'), { path: '/anything/slow', method: 'GET' })).toMatchObject({
        flags: expect.stringContaining('DI') as string,
      });
    });

    test('of gRPC have a status of gRPC', async () => {
      expect(await call({ request: { text: 'x' }, metadata: { 'x-chaos': '1' } })).toMatchObject([{ ok: false, code: status.DATA_LOSS }]);
    });
  });

  describe('a limit on their size', () => {
    const chunked = { 'transfer-encoding': 'chunked' };
    test.each([
      ['that tell their length', {}],
      ['that do not', chunked],
    ])('lets in what is not too large, of requests %s', async (_, headers) => {
      const whole = 'x'.repeat(LIMIT);
      expect(seen(await ask('/anything/x', { method: 'POST', body: whole, headers })).method).toBe('POST');
      expect((await ask('/anything/x', { method: 'POST', body: `${whole}x`, headers })).status).toBe(413);
    });

    test('still refuses first whom the rules refuse', async () => {
      expect((await ask('/nowhere', { method: 'POST', body: 'x'.repeat(LIMIT + 1) })).status).toBe(403);
    });

    test('fails with an error at the callee, not with more, if a request is longer than it says', async () => {
      const outcome = await task('ui').client.tcp({
        host: 'orders.shop.internal',
        port: 15080,
        send: `POST /anything/smuggled HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nconnection: close\r\n\r\n${'x'.repeat(LIMIT + 1)}`,
        until: '\r\n\r\n',
      });
      expect(outcome).toMatchObject({ kind: 'received', text: expect.stringMatching(/^HTTP\/1\.1 200/) as string });
      expect(await logged(task('orders'), { path: '/anything/smuggled' })).toMatchObject({ bytes_in: 5 });
    });
  });

  describe('WebSockets', () => {
    const socket = async (from: string, more: Partial<WebSocketTalk> = {}): Promise<WebSocketOutcome> =>
      talk(task(from).endpoint, { url: `ws://${ORDERS}/websocket/echo`, messages: ['hello', 'x'.repeat(LIMIT + 1)], ...more });

    test('open, outlive the time limit of a request, and have no limit on their size', async () => {
      expect(await socket('ui', { silenceMs: 1500 })).toEqual({ open: true, echoes: ['hello', 'x'.repeat(LIMIT + 1)] });
      expect(await logged(task('orders'), { path: '/websocket/echo' })).toMatchObject({
        direction: 'inbound',
        status: 101,
        caller: 'spiffe://shop.internal/ui',
      });
    });

    test('pass the gateway, should anybody send them there', async () => {
      const headers = { 'x-edge-route': 'GET /websocket/echo', 'x-edge-client-ip': '203.0.113.7', 'x-edge-host': API_HOST };
      expect(await talk(task('gateway').endpoint, { url: 'ws://127.0.0.1:8080/websocket/echo', headers, messages: ['hello'] })).toEqual({
        open: true,
        echoes: ['hello'],
      });
    });

    test('fail if no rule allows the path', async () => {
      expect(await socket('ui', { url: `ws://${ORDERS}/nowhere` })).toEqual({ open: false, echoes: [] });
    });

    test('fail at a service that has none', async () => {
      const upgrade = {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      };
      expect((await task('ui').client.send({ url: 'http://ledger.shop.internal:15080/x', headers: upgrade })).status).toBe(403);
    });
  });
});
