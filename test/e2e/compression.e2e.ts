import { Duration, Size } from 'aws-cdk-lib';
import { ActiveHealthCheck, Authorizer, Compression, CompressionAlgorithm, Edge, PathMatch, PathRewrite, Tracing } from '../../lib';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { HttpRequest, HttpResponse, Task } from './runner';
import { Cluster, standIns, talk, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const everySecond = { interval: Duration.seconds(1) };
const gzipAlone = { algorithms: [CompressionAlgorithm.GZIP] };

const template = synthesize({
  services: {
    ui: { image: image('relay'), port: 8080, calls: ['catalog', 'bin', 'plain'] },
    catalog: {
      image: image('payload'),
      port: 8080,
      cpu: 256,
      memoryLimitMiB: 512,
      compression: Compression.of(),
      activeHealthCheck: ActiveHealthCheck.of({ path: '/health', ...everySecond }),
      maxRequestSize: Size.bytes(100),
      routes: [
        {
          name: 'never',
          match: { path: PathMatch.prefix('/never/') },
          rewrite: { path: PathRewrite.prefix('/') },
          compression: Compression.none(),
        },
        {
          name: 'lists',
          match: { path: PathMatch.prefix('/lists/') },
          rewrite: { path: PathRewrite.prefix('/') },
          compression: Compression.of({
            ...gzipAlone,
            contentTypes: ['text/event-stream', 'application/*+json'],
            minSize: Size.bytes(100),
            credentialHeaders: ['X-User'],
          }),
        },
        { name: 'open', match: { path: PathMatch.prefix('/open/') }, compression: Compression.of({ withCredentials: true }) },
      ],
    },
    bin: { image: image('httpbin'), port: 8080, webSockets: true, compression: Compression.of({ minSize: Size.bytes(100) }) },
    plain: {
      image: image('payload'),
      port: 8080,
      routes: [{ name: 'big', match: { path: PathMatch.exact('/big') }, compression: Compression.of(gzipAlone) }],
    },
  },
  edge: Edge.httpApi({
    authorizer: Authorizer.none(),
    routes: {
      'GET /catalog': { service: 'catalog' },
      'GET /lists/{proxy+}': { service: 'catalog' },
      'GET /secret': {
        service: 'catalog',
        authorizer: Authorizer.jwt({ issuer: 'https://tokens.example', audience: ['shop'], identitySource: '$request.querystring.key' }),
      },
    },
    gateway: { desiredCount: 1 },
  }),
  tracing: Tracing.none(),
});

const ANY = { 'accept-encoding': 'gzip, deflate, br' };
const codingOf = ({ headers }: HttpResponse): string => headers['content-encoding'] ?? 'none';

e2e('compression of responses', () => {
  const shop = cluster(async () =>
    Cluster.start(template, {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.relay('example/relay', 8080),
        standIns.httpbin('example/httpbin', 8080),
        standIns.payload('example/payload', 8080),
      ],
    }),
  );
  const task = (name: string): Task => shop().task(name);
  const ask = async (
    path: string,
    headers: Readonly<Record<string, string>> = ANY,
    more: Partial<HttpRequest> = {},
  ): Promise<HttpResponse> => {
    const url = path.startsWith('http:') ? path : `http://catalog.shop.internal:15080${path}`;
    return task('ui').client.send({ url, headers, ...more });
  };
  const fromApplication = async (path: string): Promise<HttpResponse> => task('catalog').client.get(`http://127.0.0.1:8080${path}`);
  /** The sum of a statistic of an Envoy's compressors. */
  const counted = async (name: string, what: string): Promise<number> => {
    const { body } = await task(name).client.get(`http://127.0.0.1:${ADMIN_PORT}/stats?filter=${what}`);
    return [...body.matchAll(/: (\d+)$/gm)].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  let api: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    api = await ApiGateway.open(shop());
  });

  describe('for a client that accepts it', () => {
    test.each([
      ['gzip', 'gzip', 0.25],
      ['br', 'br', 0.2],
    ])('%s arrives whole, in a fraction of the bytes', async (accepted, coding, share) => {
      for (const path of ['/?bytes=5000', '/?bytes=500000', '/?bytes=5000&chunked=1', '/?bytes=5000&type=application/problem%2Bjson']) {
        const [response, plain] = [await ask(path, { 'accept-encoding': accepted }), await fromApplication(path)];
        expect([path, codingOf(response), response.headers['vary']]).toEqual([path, coding, 'Accept-Encoding']);
        expect(response.body).toBe(plain.body);
        expect(response.bodyBytes).toBeLessThan(plain.bodyBytes * share);
        expect(response.headers).not.toHaveProperty('content-length');
      }
    });

    test.each([
      ['gzip, deflate, br', 'br'],
      ['br, gzip', 'br'],
      ['gzip;q=1.0, br;q=0.5', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['*', 'br'],
      ['gzip;q=0.5, identity', 'none'],
      ['identity', 'none'],
      ['deflate, zstd', 'none'],
      ['*;q=0', 'none'],
    ])('%s is answered with %s', async (accepted, coding) => {
      const response = await ask('/', { 'accept-encoding': accepted });
      expect([codingOf(response), response.headers['vary']]).toEqual([coding, 'Accept-Encoding']);
      expect(response.body).toHaveLength(5000);
    });

    test('who says nothing gets it as it is', async () => {
      expect(await ask('/', {})).toMatchObject({ bodyBytes: 5000, headers: { 'content-length': '5000', vary: 'Accept-Encoding' } });
    });

    test('the application sees the request as it is', async () => {
      const { headers } = await ask('/lists/x?type=application/a%2Bjson', { ...ANY, 'x-mine': '1' });
      const got = JSON.parse(headers['x-got'] ?? '') as object;
      expect(got).toMatchObject({ ...ANY, 'x-mine': '1' });
      expect(got).not.toHaveProperty('x-mesh-route');
    });
  });

  test.each([
    ['is small', '/?bytes=1023'],
    ['is of another type', '/?type=image/png'],
    ['is a stream of events', '/?type=text/event-stream'],
    ['is gRPC-Web', '/?type=application/grpc-web%2Bproto'],
    ['is gRPC that looks like JSON', '/?type=application/grpc%2Bjson'],
    ['has no type', '/?type=none'],
    ['is compressed by the application', '/?coding=gzip'],
    ['may not be changed', '/?cache-control=max-age=60,%20no-transform'],
    ['is a part', '/?status=206&content-range=bytes%200-4999/9000'],
    ['sets a cookie', '/?set-cookie=session=1'],
    ['is empty', '/?status=204'],
    ['has not changed', '/?status=304&etag="a"'],
  ])('an answer stays as it is that %s', async (_, path) => {
    const [response, plain] = [await ask(path), await fromApplication(path)];
    expect([response.status, response.bodyBytes, response.headers['content-encoding'], response.headers['etag']]).toEqual([
      plain.status,
      plain.bodyBytes,
      plain.headers['content-encoding'],
      plain.headers['etag'],
    ]);
  });

  test('HEAD tells of the answer as the application does, and that it varies', async () => {
    const { headers, bodyBytes } = await ask('/', ANY, { method: 'HEAD' });
    expect([headers['content-length'], headers['vary'], headers['content-encoding'], bodyBytes]).toEqual([
      '5000',
      'Accept-Encoding',
      undefined,
      0,
    ]);
  });

  test('an error is compressed like any other answer; what Envoy itself refuses is not', async () => {
    expect(codingOf(await ask('/?status=500', ANY, { method: 'POST' }))).toBe('br');
    const refused = await ask('/', ANY, { method: 'POST', body: 'x'.repeat(101) });
    expect([refused.status, codingOf(refused)]).toEqual([413, 'none']);
  });

  test('a strong ETag becomes a weak one, by which the client still can ask anew', async () => {
    const etags = ['"a"', 'W/"a"'].map(async (etag) => (await ask(`/?etag=${encodeURIComponent(etag)}`)).headers['etag']);
    expect(await Promise.all(etags)).toEqual(['W/"a"', 'W/"a"']);
    expect((await ask('/?etag="a"', {})).headers['etag']).toBe('"a"');
  });

  test('what the application says of caches stays', async () => {
    expect((await ask('/?vary=Origin&cache-control=max-age=60')).headers).toMatchObject({
      vary: 'Origin, Accept-Encoding',
      'cache-control': 'max-age=60',
      'content-encoding': 'br',
    });
  });

  describe('with credentials', () => {
    test.each(['Authorization', 'cookie', 'X-Api-Key'])('nothing is compressed: %s', async (name) => {
      const response = await ask('/', { ...ANY, [name]: 'secret' });
      expect([codingOf(response), response.bodyBytes]).toEqual(['none', 5000]);
    });

    test('nor where the token of an authorizer stands in the query', async () => {
      expect(codingOf(await ask('/?key=secret'))).toBe('none');
      expect(codingOf(await ask('/?a=1&key=secret'))).toBe('none');
      expect(codingOf(await ask('/?monkey=1'))).toBe('br');
    });

    test('a header of the own kind counts where it is named', async () => {
      const path = '/lists/?type=application/problem%2Bjson';
      expect(codingOf(await ask(path))).toBe('gzip');
      expect(codingOf(await ask(path, { ...ANY, 'x-user': 'ann' }))).toBe('none');
      expect(codingOf(await ask('/', { ...ANY, 'x-user': 'ann' }))).toBe('br');
    });

    test('it is compressed where the route allows it', async () => {
      const response = await ask('/open/?set-cookie=a=1', { ...ANY, authorization: 'secret', cookie: 'session=1' });
      expect([codingOf(response), response.body.length]).toEqual(['br', 5000]);
      expect(codingOf(await ask('/open/?type=application/grpc-web'))).toBe('none');
    });
  });

  describe('a route', () => {
    test('switches it off', async () => {
      expect(codingOf(await ask('/never/'))).toBe('none');
      expect(codingOf(await ask('/never/', ANY, { method: 'POST', body: 'x' }))).toBe('none');
      expect(codingOf(await ask('/', ANY, { method: 'POST', body: 'x' }))).toBe('br');
    });

    test('changes what is compressed, and by what', async () => {
      expect(codingOf(await ask('/lists/?type=application/a%2Bjson&bytes=100'))).toBe('gzip');
      expect(codingOf(await ask('/lists/?type=application/a%2Bjson&bytes=99'))).toBe('none');
      expect(codingOf(await ask('/lists/?type=application/a%2Bjson', { 'accept-encoding': 'br' }))).toBe('none');
      expect(codingOf(await ask('/lists/'))).toBe('none');
      expect(codingOf(await ask('/lists/?type=application/a%2Bjson', ANY, { method: 'POST', body: 'x' }))).toBe('gzip');
    });

    test('begins it at a service that compresses nothing else', async () => {
      const plain = 'http://plain.shop.internal:15080';
      expect(codingOf(await ask(`${plain}/big`))).toBe('gzip');
      expect(codingOf(await ask(`${plain}/other`))).toBe('none');
      expect((await ask(`${plain}/other`)).headers).not.toHaveProperty('vary');
    });

    test('cannot be claimed by a client', async () => {
      const forged = { ...ANY, 'x-mesh-route': 'open', authorization: 'secret' };
      expect(codingOf(await ask('/', forged))).toBe('none');
      expect(codingOf(await api.send({ path: '/catalog', headers: forged }))).toBe('none');
    });
  });

  describe('through the gateway service', () => {
    test('it arrives as the service has compressed it', async () => {
      const response = await api.send({ path: '/catalog?bytes=20000', headers: ANY });
      expect([codingOf(response), response.headers['vary'], response.body.length]).toEqual(['br', 'Accept-Encoding', 20_000]);
      expect(codingOf(await api.send({ path: '/lists/a?type=application/a%2Bjson', headers: ANY }))).toBe('gzip');
    });

    test('nothing is compressed with credentials', async () => {
      expect(codingOf(await api.send({ path: '/catalog', headers: { ...ANY, cookie: 'session=1' } }))).toBe('none');
      expect(codingOf(await api.send({ path: '/secret?key=token', headers: ANY }))).toBe('none');
    });
  });

  describe('streams', () => {
    test.each([
      ['br', '/?drip=4/300&type=text/plain'],
      ['gzip', '/lists/?drip=4/300&type=text/event-stream'],
    ])('go on: each part arrives when it is written, by %s', async (coding, path) => {
      const response = await ask(path);
      expect([codingOf(response), response.body]).toEqual([coding, 'line 1\n\nline 2\n\nline 3\n\nline 4\n\n']);
      const [first = 0] = response.arrivalsMs;
      const last = response.arrivalsMs.at(-1) ?? 0;
      expect(response.arrivalsMs.length).toBeGreaterThanOrEqual(4);
      expect(last - first).toBeGreaterThan(700);
    });

    test('WebSockets are no responses', async () => {
      const url = 'ws://bin.shop.internal:15080/websocket/echo';
      expect(await talk(task('ui').endpoint, { url, messages: ['hello'.repeat(500)] })).toEqual({
        open: true,
        echoes: ['hello'.repeat(500)],
      });
    });

    test('what an application has compressed is not compressed again', async () => {
      const response = await ask('http://bin.shop.internal:15080/gzip');
      expect([codingOf(response), response.body]).toEqual(['gzip', expect.stringContaining('"gzipped": true')]);
    });
  });

  test('health checks of callers are answered as ever', async () => {
    const before = await counted('catalog', 'compressor.*compressed$');
    await until(async () => (await counted('ui', 'catalog.health_check.success')) > 3, { what: 'health checks' });
    expect(await counted('catalog', 'compressor.*compressed$')).toBe(before);
  });

  test('a response in flight takes no more memory than the documentation says', async () => {
    // Envoy brings it up to date every 5 seconds, together with its own age.
    const allocated = async (): Promise<number> => {
      const old = await counted('catalog', '^server.uptime$');
      await until(async () => (await counted('catalog', '^server.uptime$')) > old, { what: 'statistics to be brought up to date' });
      return counted('catalog', '^server.memory_allocated$');
    };
    const inFlight = async (): Promise<number> => counted('catalog', '^cluster._app.upstream_rq_active$');
    const IN_FLIGHT = 60;

    /** Of one response. The second part of each body comes last; nothing is known if it came before the end of the measurement. */
    const kibibytes = async (coding: string, betweenPartsMs: number): Promise<number> => {
      const before = await allocated();
      const url = `http://catalog.shop.internal:15080/?drip=2/${betweenPartsMs}&type=text/plain`;
      const requests = Array.from({ length: IN_FLIGHT }, () => ({ url, headers: { 'accept-encoding': coding } }));
      const outcomes = task('ui').client.sendAll(requests, { concurrency: IN_FLIGHT });
      await until(async () => (await inFlight()) === IN_FLIGHT, { what: `${IN_FLIGHT} responses by ${coding}` });
      const taken = (await allocated()) - before;
      const measured = (await inFlight()) === IN_FLIGHT;
      expect((await outcomes).map((outcome) => outcome.kind)).toEqual(requests.map(() => 'response'));
      return measured ? taken / IN_FLIGHT / 1024 : kibibytes(coding, 2 * betweenPartsMs);
    };
    const used: Record<string, number> = {};
    for (const coding of ['identity', 'gzip', 'br']) used[coding] = await kibibytes(coding, 8000);
    const { identity = 0, gzip = 0, br = 0 } = used;
    expect(gzip - identity).toBeGreaterThan(100);
    expect(gzip - identity).toBeLessThan(250);
    expect(br - identity).toBeGreaterThan(gzip - identity);
    expect(br - identity).toBeLessThan(750);
  });
});
