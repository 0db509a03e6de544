import { settled } from './mesh';
import type { HttpRequest, HttpResponse } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const MEGABYTE = 'x'.repeat(1_000_000);

e2e('HTTP between two services', () => {
  const pair = cluster(async () =>
    Cluster.start(
      synthesize({
        services: {
          caller: { image: image('relay'), port: 8080, calls: ['httpbin'] },
          httpbin: { image: image('httpbin'), port: 8080 },
        },
      }),
      {
        images: [
          standIns.envoy(),
          standIns.agent(),
          standIns.xrayCollector(),
          standIns.relay('example/relay', 8080),
          standIns.httpbin('example/httpbin', 8080),
        ],
      },
    ),
  );
  const send = async (path: string, request: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    pair()
      .task('caller')
      .client.send({ url: `http://httpbin.shop.internal:15080${path}`, ...request });
  beforeAll(async () => {
    await settled(pair());
  });

  test('a large body arrives whole, in both directions', async () => {
    const { status, body } = await send('/post', { method: 'POST', body: MEGABYTE, headers: { 'content-type': 'text/plain' } });
    expect(status).toBe(200);
    expect((JSON.parse(body) as { readonly data: string }).data).toBe(MEGABYTE);
  });

  test('a chunked response arrives whole', async () => {
    expect((await send('/stream-bytes/100000?chunk_size=1000&seed=1')).body.length).toBeGreaterThan(0);
    expect((await send('/stream/20')).body.trim().split('\n')).toHaveLength(20);
  });

  test.each([204, 302, 404, 429, 500])('the status %i is passed on, and is not tried again', async (status) => {
    expect((await send(`/status/${status}`)).status).toBe(status);
    const { log } = pair().task('httpbin').container('app');
    const tried = ({ uri }: Readonly<Record<string, unknown>>): boolean => uri === `/status/${status}`;
    // The server logs a request after it has answered.
    await log.untilJson(tried);
    expect(log.json().filter(tried)).toHaveLength(1);
  });

  test.each([
    ['with a host', 'GET /get?old=1 HTTP/1.0\r\nHost: httpbin.shop.internal\r\n\r\n'],
    ['without a host', 'GET /get?old=1 HTTP/1.0\r\n\r\n'],
  ])('an HTTP/1.0 request %s is answered, and the connection ends with the answer', async (_, request) => {
    const outcome = await pair().task('caller').client.tcp({ host: 'httpbin.shop.internal', port: 15_080, send: request });
    const [head = '', body = ''] = (outcome.kind === 'received' ? outcome.text : outcome.code).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(JSON.parse(body)).toMatchObject({ args: { old: ['1'] } });
  });

  test.each(['/anything/https://example.com/x', '/anything/a%2Fb', '/anything//', '/anything/%7Eme'])(
    'the path %s arrives as it was written, since no rule of the service names paths',
    async (path) => {
      // The server itself redirects some of them.
      await send(path);
      const { log } = pair().task('httpbin').container('app');
      await log.untilJson(({ uri }) => uri === path);
    },
  );

  test('Envoy closes an idle connection before the application does, so that no request meets a closing one', async () => {
    expect((await send('/get')).status).toBe(200);
    const { client } = pair().task('httpbin');
    const connections = async (what: string): Promise<number> => {
      const { body } = await client.get(`http://127.0.0.1:9901/stats?filter=^cluster._app.upstream_cx_${what}$`);
      return Number(/: (\d+)/.exec(body)?.[1]);
    };
    await until(async () => (await connections('active')) === 0, { what: 'the idle connection to the application to be closed' });
    // go-httpbin waits for five seconds, as Node.js does.
    expect([await connections('destroy_local'), await connections('destroy_remote')]).toEqual([await connections('total'), 0]);
  });
});
