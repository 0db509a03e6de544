import { ApiGateway } from '../api-gateway/api-gateway';
import type { ClientRequest } from '../../../programs/emulator/api-gateway/client-request';
import { settled } from '../mesh';
import type { HttpResponse } from '../runner';
import { Cluster } from '../runner';
import { cluster, e2e } from '../suite';
import { translated, TRANSLATED_IMAGES } from '../systems/translated';

const JSON_TYPE = { 'content-type': 'application/json' };

interface Seen {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** What the service got; undefined if it was not asked. */
function seenIn({ headers }: HttpResponse): Seen | undefined {
  const { 'x-seen': seen } = headers;
  return seen === undefined ? undefined : (JSON.parse(Buffer.from(seen, 'base64').toString()) as Seen);
}

/** An empty message in a frame of gRPC. */
const FRAME = Buffer.from([0, 0, 0, 0, 0]).toString('base64');

e2e('an attacker of routes to methods of gRPC', () => {
  const running = cluster(async () => Cluster.start(translated(), { images: TRANSLATED_IMAGES, counts: { down: 0 } }));
  beforeAll(async () => {
    await settled(running());
  });

  describe.each([
    ['HTTP API', undefined],
    ['REST API', 'rest'],
  ] as const)('of an %s', (_, edge) => {
    let api: ApiGateway;
    beforeAll(async () => {
      api = await ApiGateway.open(running(), {}, edge);
    });

    const post = async (path: string, body: string, more: Partial<ClientRequest> = {}): Promise<HttpResponse> =>
      api.send({ path, method: 'POST', headers: JSON_TYPE, body, ...more });

    const QUERIES = ['user_id=8', 'userId=8', 'user%5Fid=8', 'userI%64=8', 'user_id', '&user_id=8', 'tags=a&&userId=8', 'user_id.x=8'];
    test.each([...QUERIES, 'USER_ID=8', '+user_id=8', 'user_id%20=8', 'x?user_id=8', '?user_id=8', '1=8', '.user_id=8', '%2575ser_id=8'])(
      'sets no field of the path by the query string %s',
      async (query) => {
        const answer = await api.send({ path: `/users/7?${query}` });
        expect({ status: answer.status, seen: seenIn(answer) }).toEqual({ status: 400, seen: undefined });
      },
    );

    test.each(['tags=a;user_id=8', 'tags=a%26user_id=8', 'user_id%3D8'])('sets none by what looks like it: %s', async (query) => {
      expect(seenIn(await api.send({ path: `/users/7?${query}` }))?.request).toMatchObject({ user_id: '7' });
    });

    test.each([
      '{"text":"8"}',
      '{"t\\u0065xt":"8"}',
      '{"text":"7","text":"8"}',
      '{"text":"8","text":"7"}',
      '{"text":"7","t\\u0065xt":"8"}',
      '{"text":"7","flag":true,"text":""}',
      '{"text":null,"text":"8"}',
    ])('sets no field of the path by the body %s', async (body) => {
      const answer = await post('/copy/7', body);
      expect({ status: answer.status, seen: seenIn(answer) }).toEqual({ status: 400, seen: undefined });
    });

    test.each([
      '{"inner":{"text":"8"}}',
      '{"inner":{},"inner":{"text":"8"}}',
      '{"inner":{"text":"7"},"inner":{"text":"8"}}',
      '{"inner":{"text":"7","text":"8"}}',
      '{"inner":{"flag":true},"inner":{"flag":false}}',
    ])('sets none in a message of the body %s', async (body) => {
      const answer = await post('/nested/7', body);
      expect({ status: answer.status, seen: seenIn(answer) }).toEqual({ status: 400, seen: undefined });
    });

    test('sets none in the message that the body is', async () => {
      for (const body of ['{"text":"8"}', '{"text":"7","text":"8"}'])
        expect((await post('/nested/7', body, { method: 'PATCH' })).status).toBe(400);
      const { request } = seenIn(await post('/nested/7', '{"flag":true,"inner":{"text":"8"}}', { method: 'PATCH' })) ?? {};
      expect(request).toMatchObject({ inner: { text: '7', flag: true, inner: { text: '8' } } });
    });

    test.each([
      '',
      '{}',
      '{"text":"7"}',
      '{"text":null}',
      '{"flag":true,"number":1.5,"data":"AP8=","labels":{"text":"8"},"list":[{"text":"8"}]}',
    ])('has the field of the path where the body is %s', async (body) => {
      expect(seenIn(await post('/copy/7', body))?.request).toMatchObject({ text: '7' });
    });

    test('sets no number of the path, zero as well', async () => {
      for (const path of ['0', '00', '7'])
        for (const body of ['{"small":8}', `{"small":${Number(path)},"small":8}`, '{"small":"8"}'])
          expect((await post(`/small/${path}`, body)).status).toBe(400);
      expect(seenIn(await post('/small/7', '{"small":7}'))?.request).toMatchObject({ small: 7 });
    });

    test('has a large body looked at', async () => {
      const text = 'x'.repeat(900_000);
      const { status, body } = await post('/copy/7', `{"maybe":"${text}"}`);
      expect([status, (JSON.parse(body) as { readonly text: string }).text]).toEqual([200, '7']);
      expect((await post('/copy/7', `{"text":"7","maybe":"${text}","text":"8"}`)).status).toBe(400);
    });

    test('takes no other field of a oneof than that of the path', async () => {
      for (const query of ['email=8', 'em%61il=8', 'email='])
        for (const method of ['GET', 'POST'])
          expect((await post(`/logins/7?${query}`, '{}', { method, ...(method === 'GET' && { body: undefined }) })).status).toBe(400);
      for (const body of ['{"email":"8"}', '{"login":"7","email":"8"}', '{"email":"8","login":"7"}', '{"login":null,"email":"8"}'])
        expect((await post('/logins/7', body)).status).toBe(400);
    });

    test.each([
      'application/grpc-web;x',
      'APPLICATION/grpc-web',
      'application/grpc-web; charset=utf-8',
      'application/grpc-web+proto;,application/grpc',
      'application/grpc-web,application/grpc',
      'application/grpc,application/grpc-web',
      'application/grpcx',
    ])('gets no call through that is not translated, by the type %s', async (type) => {
      const answer = await api.send({ method: 'POST', path: '/lab.v1.Lab/Fail', headers: { 'content-type': type }, bodyBase64: FRAME });
      expect({ status: answer.status, seen: seenIn(answer) }).toEqual({ status: 415, seen: undefined });
    });
  });
});
