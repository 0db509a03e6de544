import { APPLICATION_CONTAINER, GATEWAY_PORT } from '../../lib/core/model/constants';
import { passThrough } from '../../programs/emulator/api-gateway/api';
import { ApiGateway } from './api-gateway/api-gateway';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
import { settled } from './mesh';
import type { HttpResponse } from './runner';
import { Cluster, until } from './runner';
import { cluster, e2e } from './suite';
import { BOUTIQUE_METHODS, ORIGIN, SMALL_BYTES, translated, TRANSLATED_IMAGES } from './systems/translated';

const JSON_TYPE = { 'content-type': 'application/json' };
const APIS = [
  ['HTTP API', undefined],
  ['REST API', 'rest'],
] as const;

/** What the service got. */
interface Seen {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, string>>;
}

function seenIn({ headers, body }: HttpResponse): Seen {
  const { 'x-seen': seen } = headers;
  if (seen === undefined) throw new Error(`the service has not answered: ${body}`);
  return JSON.parse(Buffer.from(seen, 'base64').toString()) as Seen;
}

/** google.rpc.Code and the status of HTTP that it becomes. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const CODES: ReadonlyArray<readonly [name: string, code: number, status: number]> = [
  ['CANCELLED', 1, 499],
  ['UNKNOWN', 2, 500],
  ['INVALID_ARGUMENT', 3, 400],
  ['DEADLINE_EXCEEDED', 4, 504],
  ['NOT_FOUND', 5, 404],
  ['ALREADY_EXISTS', 6, 409],
  ['PERMISSION_DENIED', 7, 403],
  ['RESOURCE_EXHAUSTED', 8, 429],
  ['FAILED_PRECONDITION', 9, 400],
  ['ABORTED', 10, 409],
  ['OUT_OF_RANGE', 11, 400],
  ['UNIMPLEMENTED', 12, 501],
  ['INTERNAL', 13, 500],
  ['UNAVAILABLE', 14, 503],
  ['DATA_LOSS', 15, 500],
  ['UNAUTHENTICATED', 16, 401],
];

const nested = (depth: number, key: string, innermost = '1'): string => `{"${key}":`.repeat(depth) + innermost + '}'.repeat(depth);

/** Bodies of /echo, and what is answered: what comes back, or the code of the error. */
const BODIES: ReadonlyArray<readonly [what: string, body: string, expected: object | number]> = [
  ['the largest number of 64 bits', '{"big":"9223372036854775807"}', { big: '9223372036854775807' }],
  ['the smallest one', '{"big":-9223372036854775808}', { big: '-9223372036854775808' }],
  ['the largest one without a sign', '{"huge":18446744073709551615}', { huge: '18446744073709551615' }],
  ['a number beyond it', '{"big":"9223372036854775808"}', 3],
  ['one below zero without a sign', '{"huge":"-1"}', 3],
  ['one beyond 32 bits', '{"small":2147483648}', 3],
  ['half a number', '{"big":1.5}', 3],
  ['a number that JSON has not', '{"number":1e400}', 3],
  ['NaN as it stands', '{"number":NaN}', 3],
  ['NaN as a text', '{"number":"NaN"}', { number: 'NaN' }],
  ['infinity', '{"number":"-Infinity"}', { number: '-Infinity' }],
  ['an enum by name', '{"color":"COLOR_BLUE"}', { color: 'COLOR_BLUE' }],
  ['an enum by number', '{"color":1}', { color: 'COLOR_RED' }],
  ['an enum in other letters', '{"color":"color_red"}', 3],
  ['an unknown enum', '{"color":"COLOR_GREEN"}', 3],
  ['bytes', '{"data":"AP8="}', { data: 'AP8=' }],
  ['bytes of URLs', '{"data":"-_8"}', { data: '+/8=' }],
  ['no bytes', '{"data":"!!!"}', 3],
  ['a text for a number', '{"small":"x"}', 3],
  ['a number for a text', '{"text":1}', 3],
  ['a list for a text', '{"text":["a"]}', 3],
  ['an object for a text', '{"text":{}}', 3],
  ['a text for a message', '{"inner":"x"}', 3],
  ['a time', '{"at":"2026-11-29T12:00:00Z","lasts":"1.5s"}', { at: '2026-11-29T12:00:00Z', lasts: '1.500s' }],
  ['no time', '{"at":"yesterday"}', 3],
  ['a wrapper', '{"maybe":""}', { maybe: '' }],
  ['anything', '{"anything":{"a":[1,{"b":null}]}}', { anything: { a: [1, { b: null }] } }],
  ['a map', '{"labels":{"a":"1","":"2"}}', { labels: { a: '1', '': '2' } }],
  ['names as in the .proto file', '{"inner":{"text":"x"},"list":[{"text":"y"}]}', { inner: { text: 'x' }, list: [{ text: 'y' }] }],
  ['null for a field', '{"text":null,"inner":null}', { text: '' }],
  ['a field twice, of which the last counts', '{"text":"a","text":"b"}', { text: 'b' }],
  ['text beyond ASCII', '{"text":"é\\u0000\\ud83d\\ude00\u{1f600}"}', { text: 'é\u0000\u{1f600}\u{1f600}' }],
  ['line breaks', '{"text":"a\\r\\nx-injected: 1"}', { text: 'a\r\nx-injected: 1' }],
  ['half a character', '{"text":"\\ud800"}', 3],
  ['an object that does not end', '{"text":"a"', 3],
  ['what stands behind an object', '{"text":"a"}x', 3],
  ['two objects', '{"text":"a"}{"text":"b"}', 3],
  ['a list', '[{"text":"a"}]', 3],
  ['a text', '"x"', 3],
  ['null', 'null', 3],
  ['messages that are 90 deep', nested(90, 'inner', '{}'), {}],
  ['messages that are 110 deep', nested(110, 'inner', '{}'), 3],
  ['much deeper ones', nested(100_000, 'inner', '{}'), 3],
  ['a field that the message does not have', '{"nothing":{"a":[1]},"text":"x"}', 3],
  ['one in a message', '{"text":"x","list":[{"inner":{"nothing":1}}]}', 3],
  ['one by a name in escapes', '{"\\u006eothing":1}', 3],
  ['a field by a name in escapes', '{"\\u0074ext":"x"}', { text: 'x' }],
  ['too deep values', `{"anything":${nested(10_000, 'a')}}`, 3],
  ['no end', '{"text":', 3],
];

e2e('a client of JSON behind API Gateway, whose routes lead to methods of gRPC', () => {
  const running = cluster(async () => Cluster.start(translated(), { images: TRANSLATED_IMAGES, counts: { down: 0 } }));
  beforeAll(async () => {
    await settled(running());
  });

  describe.each(APIS)('of an %s', (_, edge) => {
    let api: ApiGateway;
    beforeAll(async () => {
      api = await ApiGateway.open(running(), {}, edge);
    });

    const post = async (path: string, body: string, more: Partial<ClientRequest> = {}): Promise<HttpResponse> =>
      api.send({ path, method: 'POST', headers: JSON_TYPE, body, ...more });
    const failed = ({ status, headers, body }: HttpResponse): readonly unknown[] => {
      expect(headers).toMatchObject(JSON_TYPE);
      expect(Object.keys(headers).filter((name) => name.startsWith('grpc-'))).toEqual([]);
      return [status, (JSON.parse(body) as { readonly code: number }).code];
    };

    test.each(BOUTIQUE_METHODS)('can call %s', async (method) => {
      const answer = await post(`/${method}`, '{}');
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
      expect(seenIn(answer).method).toBe(method);
      JSON.parse(answer.body);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('grpc-'))).toEqual([]);
    });

    test('gets every field, by its name in JSON, and numbers of 64 bits as text', async () => {
      const { body } = await api.send({ path: '/products/7' });
      expect(JSON.parse(body)).toMatchObject({
        id: 'id of hipstershop.',
        priceUsd: { currencyCode: 'currency_code of hipstershop.', units: '9007199254740993', nanos: 7 },
        categories: ['categories of hipstershop.'],
      });
      expect(JSON.parse((await post('/echo', '{}')).body)).toMatchObject({
        text: '',
        big: '0',
        small: 0,
        flag: false,
        list: [],
        labels: {},
      });
    });

    test('says in path and query string what the fields of the request are', async () => {
      const { request } = seenIn(await api.send({ path: '/users/%C3%BC%20%25?page.size=20&tags=a&tags=b%20c&color=COLOR_RED' }));
      expect(request).toEqual({ user_id: 'ü %', page: { size: 20 }, tags: ['a', 'b c'], color: 'COLOR_RED' });
    });

    test('says in the body what one field is, and in the path what another one is', async () => {
      const answer = await api.send({ path: '/echo/x', method: 'PUT', headers: JSON_TYPE, body: '{"text":"y"}' });
      expect(seenIn(answer).request).toMatchObject({ text: 'x', inner: { text: 'y' } });
    });

    test.each(BODIES)('sends %s', async (_what, body, expected) => {
      const answer = await post('/echo', body);
      if (typeof expected === 'number') expect(failed(answer)).toEqual([400, expected]);
      else expect({ status: answer.status, body: JSON.parse(answer.body) as unknown }).toMatchObject({ status: 200, body: expected });
    });

    test('is told which field the message does not have', async () => {
      const answer = await post('/echo', '{"text":"x","list":[{"inner":{"nothing%REQ(x)%":1}}]}');
      expect(failed(answer)).toEqual([400, 3]);
      expect(JSON.parse(answer.body)).toEqual({ code: 3, message: 'The request has no field list.inner.nothing?REQ?x??.' });
      expect(answer.headers).not.toHaveProperty('x-seen');
    });

    test('may send such fields where the route ignores them', async () => {
      const answer = await post('/lenient', '{"nothing":{"a":[1]},"inner":{"nothing":1},"text":"x"}');
      expect([answer.status, seenIn(answer).request]).toMatchObject([200, { text: 'x' }]);
    });

    test('fails if the body is above 1 MiB where the route says nothing of its size, whether it ignores fields or not', async () => {
      for (const path of ['/echo', '/lenient'])
        expect([path, (await post(path, `{"text":"${'x'.repeat(2 ** 21)}"}`)).status]).toEqual([path, 413]);
    });

    test('fails if the body is not UTF-8', async () => {
      expect(
        failed(await post('/echo', '', { body: undefined, bodyBase64: Buffer.from('{"text":"\xff"}', 'latin1').toString('base64') })),
      ).toEqual([400, 3]);
    });

    test.each(CODES)('gets %s (%i) as %i, with the details', async (_name, code, status) => {
      const answer = await post('/lab.v1.Lab/Fail', JSON.stringify({ code, withDetails: true }));
      expect(failed(answer)).toEqual([status, code]);
      expect(JSON.parse(answer.body)).toMatchObject({
        code,
        message: `asked to fail: ü ${code}`,
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ASKED_TO', domain: 'lab.example' }],
      });
      const plain = await api.send({ path: `/fail/${code}` });
      expect(failed(plain)).toEqual([status, code]);
      expect(JSON.parse(plain.body)).toMatchObject({ message: `asked to fail: ü ${code}` });
    });

    test.each<readonly [what: string, request: ClientRequest, status: number, code: number]>([
      ['a query parameter is unknown', { path: '/users/7?nothing=1' }, 400, 3],
      ['a query parameter has the wrong type', { path: '/users/7?page.size=many' }, 400, 3],
      ['a query parameter is an unknown enum', { path: '/users/7?color=COLOR_GREEN' }, 400, 3],
      ['a query parameter would win over the path', { path: '/users/7?user_id=8' }, 400, 3],
      ['one would, by its name in JSON', { path: '/users/7?userId=8' }, 400, 3],
      ['one would, in escapes', { path: '/users/7?%75ser_id=8' }, 400, 3],
      ['the path is not UTF-8', { path: '/users/%ff' }, 400, 3],
      ['the query string is not UTF-8', { path: '/users/7?tags=%c3' }, 400, 3],
      ['body and path do not agree', { path: '/echo/x?inner.text=z', method: 'PUT', headers: JSON_TYPE, body: '{"text":"y"}' }, 400, 3],
      ['the type is another one', { path: '/echo', method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, 3],
      [
        'the type is that of a form',
        { path: '/echo', method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
        415,
        3,
      ],
      [
        'the type is that of gRPC-Web',
        { path: '/echo', method: 'POST', headers: { 'content-type': 'application/grpc-web' }, body: '' },
        415,
        3,
      ],
      [
        'the body is too large',
        { path: '/small', method: 'POST', headers: JSON_TYPE, body: `{"text":"${'x'.repeat(SMALL_BYTES)}"}` },
        413,
        8,
      ],
      [
        'the body is too large, and does not say so',
        {
          path: '/small',
          method: 'POST',
          headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' },
          body: `{"text":"${'x'.repeat(SMALL_BYTES)}"}`,
        },
        413,
        8,
      ],
      ['the service does not allow it', { path: '/forbidden', method: 'POST', headers: JSON_TYPE, body: '{}' }, 403, 7],
      ['no task of the service runs', { path: '/down', method: 'POST', headers: JSON_TYPE, body: '{}' }, 503, 14],
      ['the service takes too long', { path: '/lab.v1.Lab/Fail', method: 'POST', headers: JSON_TYPE, body: '{"delayMs":20000}' }, 504, 4],
    ])('fails if %s', async (_what, request, status, code) => {
      expect(failed(await api.send(request))).toEqual([status, code]);
    });

    test('is not taken for a client of gRPC', async () => {
      const answer = await post('/echo', '', { headers: { 'content-type': 'application/grpc', te: 'trailers' } });
      expect(answer.headers).toMatchObject({ 'grpc-status': '12' });
      expect(answer.headers).not.toHaveProperty('x-seen');
    });

    test('fails if the service has too much to do', async () => {
      const all = await Promise.all(Array.from({ length: 8 }, async () => post('/busy', '{"delayMs":500}')));
      const refused = all.filter(({ status }) => status !== 200);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.map(failed)).toEqual(refused.map(() => [503, 14]));
    });

    test('has a method asked again that may run twice, and no other, and never for a mistake of its own', async () => {
      const counted = async (path: string, body: string): Promise<number> => {
        const text = `tries ${Math.random()}`;
        await post(path, body, { headers: { ...JSON_TYPE, 'x-note': text } });
        // Whatever was asked before this has been written.
        const last = `last ${Math.random()}`;
        for (let index = 0; index < 8; index += 1) await post('/echo', '{}', { headers: { ...JSON_TYPE, 'x-note': last } });
        const lines = (note: string): readonly string[] =>
          running()
            .tasks('lab')
            .flatMap((task) => task.container(APPLICATION_CONTAINER).log.lines.map((line) => line.text))
            .filter((line) => line.includes(note));
        await until(() => lines(last).length === 8, { what: 'the service to have written what it got' });
        return lines(text).length;
      };
      expect(await counted('/lab.v1.Lab/Fail', '{"code":14}')).toBe(3);
      expect(await counted('/lab.v1.Lab/Fail', '{"code":3}')).toBe(1);
      expect(await counted('/lab.v1.Lab/Fail', '{"code":5}')).toBe(1);
    });

    test("gets what the service's own routes say, by the method", async () => {
      expect(seenIn(await api.send({ path: '/users/7' })).metadata).toMatchObject({ 'x-of-route': 'find' });
      expect(seenIn(await post('/echo', '{}')).metadata).not.toHaveProperty('x-of-route');
    });

    test('says nothing of gRPC to the service, and has its address told to it as any client has', async () => {
      const headers = {
        'grpc-timeout': '1n',
        'grpc-encoding': 'gzip',
        'grpc-accept-encoding': 'gzip',
        'x-forwarded-for': '6.6.6.6',
        'x-envoy-original-path': '/evil',
        'x-custom': 'kept',
      };
      const { metadata } = seenIn(await api.send({ path: '/users/7', headers }));
      expect(metadata).toMatchObject({ 'x-forwarded-for': '203.0.113.7', 'x-custom': 'kept' });
      for (const name of ['grpc-timeout', 'x-envoy-original-path', 'x-edge-route']) expect(metadata).not.toHaveProperty(name);
    });

    test('sets no header by what it writes into a field', async () => {
      for (const value of ['a%0d%0ax-injected:%201', 'a%0ax-injected:%201']) {
        const answer = await api.send({ path: `/users/7?tags=${value}` });
        expect(answer.headers).not.toHaveProperty('x-injected');
        expect(seenIn(answer).metadata).not.toHaveProperty('x-injected');
      }
      const download = await api.send({ path: '/files?content_type=text/plain%0d%0ax-injected:%201&bytes=1' });
      expect(download.headers).not.toHaveProperty('x-injected');
    });

    test('gets a body of any type, and sends one', async () => {
      const { status, headers, bodyBase64 } = await api.send({ path: '/files?content_type=image/png&bytes=300', bodyBase64: '' });
      expect([status, headers['content-type']]).toEqual([200, 'image/png']);
      const bytes = Buffer.from(Array.from({ length: 300 }, (_each, index) => index % 256));
      expect(bodyBase64).toBe(bytes.toString('base64'));
      const sent = await api.send({
        path: '/files',
        method: 'POST',
        headers: { 'content-type': 'image/png' },
        bodyBase64: bytes.toString('base64'),
      });
      expect(JSON.parse(sent.body)).toMatchObject({ text: 'image/png', data: bytes.toString('base64') });
    });

    test('gets a body of several megabytes, and no more than API Gateway passes on', async () => {
      const size = async (bytes: number): Promise<readonly number[]> => {
        const { status, bodyBytes } = await api.send({ path: `/files?content_type=image/png&bytes=${bytes}`, bodyBase64: '' });
        return [status, status === 200 ? bodyBytes : 0];
      };
      expect(await size(5_000_000)).toEqual([200, 5_000_000]);
      expect(await size(11_000_000)).toEqual([500, 0]);
    });

    test('may read answers from a page, errors as well', async () => {
      const large = `{"text":"${'x'.repeat(SMALL_BYTES)}"}`;
      for (const [request, status] of [
        [{ path: '/users/7' }, 200],
        [{ path: '/users/7?nothing=1' }, 400],
        [{ path: '/fail/5' }, 404],
        [{ path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{"nowhere":1}' }, 400],
        [{ path: '/echo', method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
        [{ path: '/small', method: 'POST', headers: JSON_TYPE, body: large }, 413],
        [{ path: '/down', method: 'POST', headers: JSON_TYPE, body: '{}' }, 503],
      ] as ReadonlyArray<readonly [ClientRequest, number]>) {
        const { status: got, headers } = await api.send({ ...request, headers: { ...request.headers, origin: ORIGIN } });
        expect([request.path, got, headers['access-control-allow-origin']]).toEqual([request.path, status, ORIGIN]);
      }
    });

    test('fails if the path is one that somebody may read as another', async () => {
      for (const path of ['/users/a%2Fprivate', '/users//x', '/users/%2e%2e/x', '/users/a;b/../c']) {
        const { status, headers } = await api.send({ path, credentials: [] });
        expect([400, 403, 404]).toContain(status);
        expect(headers).not.toHaveProperty('x-seen');
      }
    });

    /** As API Gateway itself never sends it: with the route of another request. */
    const misled = async (request: ClientRequest, changes: { readonly path?: string; readonly method?: string }): Promise<HttpResponse> => {
      const passed = passThrough(api.api, request);
      if (passed.kind === 'answered') throw new Error('API Gateway has answered');
      const { address } = running().tasks(api.api.gateway)[0];
      const { path = passed.path, method = passed.method } = changes;
      const headers = { ...passed.headers, host: 'api.example' };
      return api.client.send({
        url: `http://${address}:${GATEWAY_PORT}${path}`,
        method,
        headers,
        ...(method === 'GET' ? {} : { body: '{}' }),
      });
    };

    test.each<readonly [what: string, request: ClientRequest, changes: { readonly path?: string; readonly method?: string }]>([
      ['path', { path: '/users/7' }, { path: '/products/7' }],
      ['longer path', { path: '/users/7' }, { path: '/users/7/private' }],
      ['shorter path', { path: '/users/7' }, { path: '/users' }],
      ['path of the method itself', { path: '/users/7' }, { path: '/lab.v1.Lab/Find' }],
      ['path, for a body', { path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{}' }, { path: '/lab.v1.Lab/Echo' }],
      ['method', { path: '/users/7' }, { method: 'DELETE' }],
      ['method, for a body', { path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{}' }, { method: 'PUT' }],
    ])('fails if the route has another %s, which is passed on to nobody', async (_what, request, changes) => {
      const answer = await misled(request, changes);
      expect(failed(answer)).toEqual([404, 5]);
      expect(answer.headers).not.toHaveProperty('x-seen');
      expect((await misled(request, {})).headers).toHaveProperty('x-seen');
    });

    test.each<readonly [request: ClientRequest, method: string, fields: object]>([
      [{ path: '/v1/shelves/7' }, 'GetShelf', { name: 'shelves/7' }],
      [{ path: '/v1/shelves/7/books/%C3%BC%20b' }, 'GetBook', { name: 'shelves/7/books/ü b' }],
      [{ path: '/v1/books/978-3' }, 'GetBook', { isbn: '978-3', name: '' }],
      [{ path: '/v1/authors/Zo%C3%AB/books/978-3' }, 'GetBook', { isbn: '978-3', author: { name: 'Zoë' } }],
      [{ path: '/v1/books:search?query=mug&tags=a&tags=b' }, 'SearchBooks', { query: 'mug', tags: ['a', 'b'] }],
      [{ path: '/v1/files/a/b%20c/d.txt' }, 'ReadFile', { path: 'a/b c/d.txt' }],
      [
        { path: '/v1/shelves/7/books?check_only=true', method: 'POST', headers: JSON_TYPE, body: '{"name":"x","author":{"name":"y"}}' },
        'AddBook',
        { parent: 'shelves/7', book: { name: 'x', author: { name: 'y' } }, check_only: true },
      ],
      [
        { path: '/v1/books', method: 'PUT', headers: JSON_TYPE, body: '{"parent":"shelves/8","book":{"name":"x"},"checkOnly":true}' },
        'AddBook',
        { parent: 'shelves/8', book: { name: 'x' }, check_only: true },
      ],
    ])('calls methods by the paths of their annotations: %j', async (request, method, fields) => {
      const answer = await api.send(request);
      expect([answer.status, seenIn(answer).method]).toEqual([200, `library.v1.Library/${method}`]);
      expect(seenIn(answer).request).toMatchObject(fields);
    });

    test('fails if a request to such a path has what its method does not take', async () => {
      const book = await post('/v1/shelves/7/books', '{"nowhere":1}');
      expect([failed(book), JSON.parse(book.body)]).toMatchObject([[400, 3], { message: 'The request has no field nowhere.' }]);
      expect(failed(await api.send({ path: '/v1/shelves/7?check_only=true' }))).toEqual([400, 3]);
      expect(failed(await api.send({ path: '/v1/books:search?isbn=1' }))).toEqual([400, 3]);
    });

    test('sends a body of megabytes, where the route takes one', async () => {
      const data = Buffer.alloc(4 * 1024 * 1024, 'ab').toString('base64');
      const body = JSON.stringify({ data });
      expect(body.length).toBeGreaterThan(5 * 1024 * 1024);
      const answer = await post('/large/x', body);
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
      expect(answer.body.includes(data)).toBe(true);
      expect(failed(await post('/copy/x', body))).toEqual([413, 8]);
      const unknown = await post('/large/x', `${body.slice(0, -1)},"nowhere":1}`);
      expect(failed(unknown)).toEqual([400, 3]);
      expect(failed(await post('/large/x', JSON.stringify({ data: data.repeat(2) })))).toEqual([413, 8]);
    });
  });

  describe('of a REST API that streams', () => {
    let api: ApiGateway;
    beforeAll(async () => {
      api = await ApiGateway.open(running(), {}, 'rest');
    });

    test('gets each message of a stream in a line, as it comes', async () => {
      const { status, headers, body, arrivalsMs } = await api.send({ path: '/lines/x?count=3&every_ms=300' });
      expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
      const lines = body.trimEnd().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { readonly small: number }).small)).toEqual([0, 1, 2]);
      expect(arrivalsMs.length).toBeGreaterThan(2);
      expect(arrivalsMs.at(-1)! - arrivalsMs[0]).toBeGreaterThan(400);
    });

    test('gets each message of a stream as an event', async () => {
      const { status, headers, body } = await api.send({ path: '/events/x?count=2' });
      expect([status, headers['content-type']]).toEqual([200, 'text/event-stream']);
      const events = body.split('\n\n').filter((event) => event !== '');
      expect(events.map((event) => (JSON.parse(event.replace(/^data: /, '')) as { readonly small: number }).small)).toEqual([0, 1]);
    });

    test('gets the error of a stream that fails before its first message, and 200 from one that fails later', async () => {
      for (const path of ['/lines', '/events']) {
        const early = await api.send({ path: `${path}/x?count=0&code=5` });
        expect([early.status, early.headers['content-type'], (JSON.parse(early.body) as { readonly code: number }).code]).toEqual([
          404,
          'application/json',
          5,
        ]);
        const late = await api.send({ path: `${path}/x?count=1&code=5` });
        expect(late.status).toBe(200);
        const empty = await api.send({ path: `${path}/x?count=0` });
        expect([empty.status, empty.body]).toEqual([200, '']);
      }
    });

    test('gets a stream for longer than the timeout of the service, where a route of the service allows it', async () => {
      const { status, body } = await api.send({ path: '/lines/x?count=8&every_ms=500' });
      expect([status, body.trimEnd().split('\n').length]).toEqual([200, 8]);
    });
  });
});
