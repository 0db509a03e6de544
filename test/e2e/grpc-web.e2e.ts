import type { DescService, FileRegistry, Message } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { LAB_PROTO } from './programs';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import type { HttpResponse } from './runner';
import { Cluster } from './runner';
import { cluster, e2e } from './suite';
import { BOUTIQUE_METHODS, DEMO_PROTO, ORIGIN, registryOf, SMALL_BYTES, translated, TRANSLATED_IMAGES } from './systems/translated';

const APIS = [
  ['HTTP API', undefined],
  ['REST API', 'rest'],
] as const;
const WEB_TYPE = { 'content-type': 'application/grpc-web+proto' };

/** Every method by its name, as clients that are made at run time have them. */
type Client = Readonly<Record<string, (request: object, options?: object) => unknown>>;

/** The browser's `fetch`, whose network is API Gateway's stand-in. */
function fetchThrough(api: ApiGateway, answers: HttpResponse[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const answer = await api.send({
      path: new URL(request.url).pathname,
      method: request.method,
      headers: { ...Object.fromEntries(request.headers), origin: ORIGIN },
      bodyBase64: Buffer.from(await request.arrayBuffer()).toString('base64'),
    });
    answers.push(answer);
    return new Response(Buffer.from(answer.bodyBase64 ?? '', 'base64'), { status: answer.status, headers: answer.headers });
  };
}

function serviceIn(registries: readonly FileRegistry[], name: string): DescService {
  const found = registries.flatMap((registry) => registry.getService(name) ?? [])[0];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

/** By a page of another origin. */
function expectReadable(headers: HttpResponse['headers']): void {
  expect(headers['access-control-allow-origin']).toBe(ORIGIN);
  expect(headers['access-control-expose-headers']?.split(/, ?/)).toEqual(
    expect.arrayContaining(['grpc-status', 'grpc-message', 'grpc-status-details-bin']),
  );
}

e2e('a client of gRPC-Web behind API Gateway', () => {
  const running = cluster(async () => Cluster.start(translated(), { images: TRANSLATED_IMAGES, counts: { down: 0 } }));
  const registries = [DEMO_PROTO, LAB_PROTO].map(registryOf);
  beforeAll(async () => {
    await settled(running());
  });

  describe.each(APIS)('of an %s', (_, edge) => {
    let api: ApiGateway;
    let transport: Transport;
    const answers: HttpResponse[] = [];
    beforeAll(async () => {
      api = await ApiGateway.open(running(), {}, edge);
      transport = createGrpcWebTransport({ baseUrl: 'https://shop.example', fetch: fetchThrough(api, answers) });
    });

    const client = (service: string): Client => createClient(serviceIn(registries, service), transport);
    const call = async (path: string, request: object, options: object = {}): Promise<Message> => {
      const [service = '', method = ''] = path.split('/');
      return client(service)[lowerFirst(method)](request, options) as Promise<Message>;
    };
    const failure = async (path: string, request: object, options: object = {}): Promise<ConnectError> =>
      call(path, request, options).then(
        () => {
          throw new Error('it did not fail');
        },
        (error: unknown) => ConnectError.from(error),
      );

    test.each(BOUTIQUE_METHODS)('can call %s', async (method) => {
      let headers: Headers | undefined;
      const reply = await call(method, {}, { onHeader: (got: Headers) => (headers = got) });
      expect(reply.$typeName).toBe(
        serviceIn(registries, method.split('/')[0]).methods.find(({ name }) => method.endsWith(`/${name}`))?.output.typeName,
      );
      expect((JSON.parse(Buffer.from(headers?.get('x-seen') ?? '', 'base64').toString()) as { readonly method: string }).method).toBe(
        method,
      );
    });

    test('gets what the service says, byte by byte', async () => {
      expect(await call('hipstershop.ProductCatalogService/GetProduct', { id: '7' })).toMatchObject({
        id: 'id of hipstershop.',
        priceUsd: { units: 9_007_199_254_740_993n, nanos: 7 },
      });
    });

    test.each(Array.from({ length: 16 }, (_each, index) => index + 1))(
      'gets the code %i with message, details and trailers',
      async (code) => {
        const error = await failure('lab.v1.Lab/Fail', { code, withDetails: true });
        expect([error.code, error.rawMessage]).toEqual([code, `asked to fail: ü ${code}`]);
        expect(error.metadata.get('x-trailer')).toBe('kept');
        const [detail] = error.details;
        expect(detail).toMatchObject({ type: 'google.rpc.ErrorInfo' });
        const { headers, status } = answers.at(-1)!;
        expect(status).toBe(200);
        expectReadable(headers);
      },
    );

    test.each<readonly [what: string, path: string, request: object, status: number, code: Code]>([
      ['no task of the service runs', 'lab.v1.Lab/Echo', {}, 503, Code.Unavailable],
      ['the service does not allow it', 'lab.v1.Lab/Forbidden', {}, 200, Code.PermissionDenied],
      ['the request is too large', 'lab.v1.Lab/Find', { userId: 'x'.repeat(SMALL_BYTES) }, 200, Code.ResourceExhausted],
    ])('is told by the gateway service itself if %s', async (_what, path, request, status, code) => {
      const error = await failure(path, request);
      const { headers, status: answered } = answers.at(-1)!;
      expect([answered, error.code]).toEqual([status, code]);
      expect(headers['grpc-status']).toBe(String(code));
      expectReadable(headers);
    });

    test('has its deadline hold in the service', async () => {
      const error = await failure('lab.v1.Lab/Fail', { delayMs: 20_000 }, { headers: { 'grpc-timeout': '200m' } });
      expect(error.code).toBe(Code.DeadlineExceeded);
    });

    test("fails if the service takes longer than its timeout, whatever the client's deadline is", async () => {
      const error = await failure('lab.v1.Lab/Fail', { delayMs: 20_000 }, { headers: { 'grpc-timeout': '60S' } });
      expect([Code.DeadlineExceeded, Code.Unavailable]).toContain(error.code);
    });

    test('may send its request as text', async () => {
      const { status, headers, body } = await api.send({
        path: '/hipstershop.CartService/GetCart',
        method: 'POST',
        headers: { 'content-type': 'application/grpc-web-text', accept: 'application/grpc-web-text' },
        body: 'AAAAAAA=',
      });
      expect([status, headers['content-type']]).toEqual([200, 'application/grpc-web-text+proto']);
      expect(Buffer.from(body, 'base64').length).toBeGreaterThan(5);
    });

    test('fails if its path has a query string, or the type is another one', async () => {
      const status = async (path: string, type: string): Promise<number> =>
        (await api.send({ path, method: 'POST', headers: { 'content-type': type }, body: '' })).status;
      expect(await status('/hipstershop.CartService/GetCart?x=1', WEB_TYPE['content-type'])).toBe(400);
      expect(await status('/hipstershop.CartService/GetCart', 'text/plain')).toBe(415);
    });

    test('has its preflight requests answered', async () => {
      const { status, headers } = await api.send({
        path: '/hipstershop.CartService/GetCart',
        method: 'OPTIONS',
        headers: { origin: ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-grpc-web' },
      });
      expect([200, 204]).toContain(status);
      expect(headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(headers['access-control-allow-headers']?.split(/, ?/)).toEqual(
        expect.arrayContaining(['x-grpc-web', 'x-user-agent', 'grpc-timeout', 'content-type']),
      );
    });
  });

  test('gets the messages of a stream, from a REST API that streams', async () => {
    const api = await ApiGateway.open(running(), {}, 'rest');
    const transport = createGrpcWebTransport({ baseUrl: 'https://shop.example', fetch: fetchThrough(api, []) });
    const client = createClient(serviceIn(registries, 'lab.v1.Lab'), transport) as unknown as {
      readonly watch: (request: object) => AsyncIterable<{ readonly small: number }>;
    };
    const got: number[] = [];
    for await (const { small } of client.watch({ text: 'x', count: 3 })) got.push(small);
    expect(got).toEqual([0, 1, 2]);
    const failing = async (): Promise<void> => {
      for await (const { small } of client.watch({ text: 'x', count: 1, code: 9 })) got.push(small);
    };
    await expect(failing()).rejects.toMatchObject({ code: Code.FailedPrecondition });
    expect(got).toEqual([0, 1, 2, 0]);
  });
});
