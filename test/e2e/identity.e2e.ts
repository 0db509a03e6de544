import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Aggregate, Authorizer, Certificates, Edge, GrpcApi, Microservices, Part, Protocol } from '../../lib';
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import type { TaskConfig } from '../../lib/core/contract/task-config';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { isPackedConfig, packConfig, unpackConfig } from '../../lib/core/plan/pack-config';
import { Authority } from '../programs/agent/authority';
import { ApiGateway } from './api-gateway/api-gateway';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
import { ABSENT_MAPPINGS } from '../../programs/emulator/api-gateway/client-request';
import { IssuerMachine, jws, SigningKey } from './issuer';
import { settled } from './mesh';
import { LAB_PROTO } from './programs';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, ImageRule, Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const DAY_MS = 86_400_000;
const ISSUER = 'https://login.example.com';
const POOL = 'eu-west-1_shop';
const POOL_HOST = 'cognito-idp.eu-west-1.amazonaws.com';
const POOL_ISSUER = `https://${POOL_HOST}/${POOL}`;
const relay = { image: image('relay'), port: 8080 };

/** What parts of an answer are told, and what a method of gRPC is. */
const HOME = Aggregate.of({ it: Part.get('catalog', '/me/{user}'), call: Part.grpc('lab', 'lab.v1.Lab/Find', { user_id: '{user}' }) });
const FIND = { service: 'lab', method: 'lab.v1.Lab/Find', fields: { user: 'user_id' } };

/** `catalog` is behind both APIs; `orders` behind the second one, whose gateway tells it less. */
function system(): Template {
  const stack = new Stack(new App(), 'E2e');
  const userPool = UserPool.fromUserPoolId(stack, 'Users', POOL);
  const handler = Function.fromFunctionArn(stack, 'Sessions', 'arn:aws:lambda:eu-west-1:123456789012:function:sessions');
  const jwt = {
    issuer: ISSUER,
    audience: ['shop'],
    jwksUri: `${ISSUER}/.well-known/jwks.json`,
  };
  new Microservices(stack, 'Shop', {
    certificates: Certificates.none(),
    services: {
      catalog: relay,
      orders: relay,
      lab: { image: image('lab'), port: 50051, protocol: Protocol.GRPC, grpcApi: GrpcApi.fromProtoFiles([LAB_PROTO]) },
    },
    edges: {
      default: Edge.httpApi({
        authorizer: Authorizer.jwt({
          ...jwt,
          claimsToHeaders: {
            'X-User-Id': 'sub',
            'x-user-groups': 'cognito:groups',
            'x-user-name': 'name',
            'x-user-verified': 'email_verified',
            'x-user-since': 'since',
            'x-user-address': 'address',
            'x-user-roles': 'https://shop.example/roles',
          },
        }),
        routes: {
          'GET /me/{proxy+}': { service: 'catalog' },
          'GET /open/{proxy+}': { service: 'catalog', authorizer: Authorizer.none() },
          'GET /home/{user}': { aggregate: HOME },
          'GET /open-home/{user}': { aggregate: HOME, authorizer: Authorizer.none() },
          'GET /call/{user}': { grpc: FIND },
          'GET /open-call/{user}': { grpc: FIND, authorizer: Authorizer.none() },
          'GET /session/{id}': {
            service: 'catalog',
            authorizer: Authorizer.lambda({
              handler,
              identityHeader: 'x-session',
              contextToHeaders: { 'x-user-id': 'userId', 'x-user-tier': 'tier' },
            }),
          },
          'GET /signed/{id}': { service: 'orders', authorizer: Authorizer.iam({ callerArnHeader: 'x-user-arn' }) },
        },
      }),
      late: Edge.httpApi({
        authorizer: Authorizer.jwt({ ...jwt, claimsToHeaders: { 'x-user-id': 'sub' } }),
        routes: {
          'GET /me/{proxy+}': { service: 'catalog' },
          'GET /open/{proxy+}': { service: 'catalog', authorizer: Authorizer.none() },
        },
      }),
      partners: Edge.restApi({
        authorizer: Authorizer.cognito({ userPool, claimsToHeaders: { 'x-user-id': 'sub', 'x-pool-groups': 'cognito:groups' } }),
        routes: {
          'GET /me/{id}': { service: 'orders' },
          'GET /open/{id}': { service: 'catalog', authorizer: Authorizer.none() },
          'GET /session/{id}': {
            service: 'orders',
            authorizer: Authorizer.lambda({ handler, contextToHeaders: { 'x-user-id': 'principalId' } }),
          },
          'GET /signed/{id}': { service: 'orders', authorizer: Authorizer.iam({ callerArnHeader: 'x-user-arn' }) },
          'GET /keyed/{id}': { service: 'orders', authorizer: Authorizer.apiKey({ keyIdHeader: 'x-user-key' }) },
        },
      }),
    },
  });
  return withShortCache(templateOf(stack));
}

/** Keys are fetched every second, so that tests need not wait for five minutes. Nothing else differs. */
function withShortCache(template: Template): Template {
  let found = 0;
  const changed = JSON.stringify(template, (name, value: unknown) => {
    if (name !== 'Value' || typeof value !== 'string' || !isPackedConfig(value)) return value;
    const text = JSON.stringify(unpackConfig(value));
    const short = text.replaceAll('"cache_duration":"300s"', '"cache_duration":"1s"');
    if (short !== text) found += 1;
    return packConfig(JSON.parse(short) as TaskConfig)['MESH_CONFIG'];
  });
  if (found !== 3) throw new Error(`the configurations of three gateway services have keys to fetch, not of ${found}`);
  return JSON.parse(changed) as Template;
}

/** The real Envoy, with other public authorities in its image. */
function envoyWith(directory: string): ImageRule {
  const rule = standIns.envoy();
  return { ...rule, run: (context) => ({ ...rule.run(context), directories: { '/etc/ssl/certs': directory } }) };
}

/** What a method of gRPC has got. */
interface Told {
  readonly metadata: Readonly<Record<string, string>>;
}

const seen = ({ body }: HttpResponse): RelayAnswer['headers'] => (JSON.parse(body) as RelayAnswer).headers;
const now = (): number => Math.floor(Date.now() / 1000);
const identityOf = (headers: RelayAnswer['headers']): unknown =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /user|pool|token/i.test(name)));

e2e('services that are told who the client is', () => {
  const keys = { old: new SigningKey('old'), fresh: new SigningKey('fresh'), stranger: new SigningKey('old') };
  let directory = '';
  let issuer: IssuerMachine | undefined;
  const shop = cluster(async () => {
    const authority = await Authority.create('Public', Date.now());
    directory = mkdtempSync(join(tmpdir(), 'cem-identity-'));
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'ca-certificates.crt'), authority.root);
    const open = await Cluster.open(system(), {
      images: [
        envoyWith(directory),
        standIns.agent(),
        standIns.xrayCollector(),
        standIns.relay('example/relay', 8080),
        standIns.grpcServices('example/lab', 50051, LAB_PROTO),
      ],
    });
    const validity = { notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS };
    const identities = {
      'login.example.com': await authority.issue({ dnsName: 'login.example.com', ...validity }),
      [POOL_HOST]: await authority.issue({ dnsName: POOL_HOST, ...validity }),
    };
    issuer = await IssuerMachine.join(open, identities, [keys.old]);
    await Promise.all(['gateway', 'gateway-partners', 'catalog', 'orders', 'lab'].map(async (name) => open.scale(name, 1)));
    return open;
  });
  let open: ApiGateway;
  let partners: ApiGateway;
  beforeAll(async () => {
    await settled(shop());
    open = await ApiGateway.open(shop());
    partners = await ApiGateway.open(shop(), {}, 'partners');
  });
  afterAll(() => {
    issuer?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const claims = (more: object = {}): object => ({ iss: ISSUER, aud: 'shop', sub: 'u-1', exp: now() + 600, ...more });
  const send = async (token: string | undefined, request: Partial<ClientRequest> = {}, api = open): Promise<HttpResponse> =>
    api.send({ path: '/me/x', ...request, headers: { ...(token !== undefined && { authorization: token }), ...request.headers } });

  test('get the claims of a token, by name', async () => {
    const token = keys.old.sign(
      claims({
        'cognito:groups': ['admins', 'a, b'],
        name: 'Zoë Doe\r\nx-user-id: admin',
        email_verified: true,
        since: 1_700_000_000,
        address: { city: 'Bern' },
        'https://shop.example/roles': ['r'],
      }),
    );
    const headers = seen(await send(`Bearer ${token}`));
    expect(identityOf(headers)).toEqual({
      'x-user-id': 'u-1',
      'x-user-groups': 'admins,a%2C%20b',
      'x-user-name': 'Zo%C3%AB%20Doe%0D%0Ax-user-id:%20admin',
      'x-user-verified': 'true',
      'x-user-since': '1700000000',
      'x-user-roles': 'r',
    });
    // The service may look at the token as well.
    expect(headers).toMatchObject({ authorization: `Bearer ${token}` });
  });

  test('get them of a Cognito user pool behind a REST API', async () => {
    const token = keys.old.sign(claims({ iss: POOL_ISSUER, aud: 'any-client', 'cognito:groups': ['buyers'] }));
    expect(identityOf(seen(await send(token, { path: '/me/1' }, partners)))).toEqual({ 'x-user-id': 'u-1', 'x-pool-groups': 'buyers' });
  });

  test('get no header for a claim that is absent or empty', async () => {
    const token = keys.old.sign(claims({ name: '', 'cognito:groups': [], since: null }));
    expect(identityOf(seen(await send(token)))).toEqual({ 'x-user-id': 'u-1' });
  });

  test('get no number that two users could share', async () => {
    // Of its own digits, or not at all: beyond 2^53, JSON's numbers run into each other.
    const since = async (digits: string): Promise<unknown> => {
      const text = JSON.stringify(claims({ since: '#' })).replace('"#"', digits);
      return (identityOf(seen(await send(keys.old.sign(text)))) as Readonly<Record<string, string>>)['x-user-since'];
    };
    for (const exact of ['9007199254740991', '-9007199254740991', '1234567890123456', '0', '0.1']) expect(await since(exact)).toBe(exact);
    for (const shared of ['9007199254740993', '9007199254740992', '123456789012345678', '-123456789012345679', '1e300'])
      expect(await since(shared)).toBeUndefined();
  });

  test('are told by a gateway that lives on, however deep or long a claim is', async () => {
    const nested = (depth: number): unknown => JSON.parse('[{"a":'.repeat(depth) + '1' + '}]'.repeat(depth));
    for (const more of [
      { address: nested(20) },
      { address: nested(45) },
      { 'cognito:groups': nested(45) },
      { address: nested(2000) },
      { 'cognito:groups': Array.from({ length: 3000 }, (_each, n) => n) },
      { 'cognito:groups': [null, 'a', null, ['b'], true, 1, {}] },
      { name: '\u0000%0d%0a,;"\\' },
      { name: 'é'.repeat(3000) },
    ]) {
      expect([200, 401, 431]).toContain((await send(keys.old.sign(claims(more)))).status);
    }
    expect(shop().task('gateway').story()).not.toContain('task STOPPED');
    expect((await send(keys.old.sign(claims()))).status).toBe(200);
  });

  /** In which API Gateway says what it knows. */
  const CONTEXT_HEADERS = ['authorizer.userId', 'authorizer.tier', 'authorizer.principalId', 'identity.userArn', 'identity.apiKeyId'].map(
    (name) => `x-edge-identity-${name.replace(/[^a-z0-9]/g, (each) => `-${each.charCodeAt(0).toString(16)}`)}`,
  );

  /** Every name of either edge, as servers with CGI's names may read it. */
  const FORGED = [
    'x-user-id',
    'x-user-groups',
    'x-user-roles',
    'x-pool-groups',
    'x-user-arn',
    'x-user-tier',
    'x-edge-token',
    CONTEXT_HEADERS[0],
  ].flatMap((name) => [
    name,
    name.toUpperCase(),
    name.replaceAll('-', '_'),
    name.replaceAll('-', '.'),
    name.replace('-', '_'),
    name.replace(/-(?=[^-]*$)/, '_'),
  ]);
  const forgery = Object.fromEntries(FORGED.map((name) => [name, ['admin', 'root']]));

  test('never get one that a client has sent, in any spelling and however often', async () => {
    const bare = keys.old.sign(claims());
    expect(identityOf(seen(await send(bare, { headers: forgery })))).toEqual({ 'x-user-id': 'u-1' });
    const pool = keys.old.sign({ iss: POOL_ISSUER, exp: now() + 600 });
    expect(identityOf(seen(await send(pool, { path: '/me/1', headers: forgery }, partners)))).toEqual({});
  });

  test('never get one on a public route, with or without a token', async () => {
    for (const api of [open, partners])
      for (const token of [undefined, keys.old.sign(claims())])
        expect(identityOf(seen(await send(token, { path: '/open/1', headers: forgery }, api)))).toEqual({});
  });

  /** The identity in the metadata of the last call for this user, as the service has written it. */
  const toldOf = async (user: string): Promise<unknown> => {
    const calls = (): readonly Told[] =>
      shop()
        .task('lab')
        .container(APPLICATION_CONTAINER)
        .log.lines.map(({ text }) => text)
        .filter((text) => text.includes(user))
        .map((text) => JSON.parse(text) as Told);
    await until(() => calls().length > 0, { what: 'the call' });
    return identityOf(calls().at(-1)!.metadata);
  };

  test.each([
    ['/home', { 'x-user-id': 'u-1' }],
    ['/open-home', {}],
  ])('get the same as parts of an answer, and never what a client has sent: %s', async (path, expected) => {
    const user = `part-of${path.replaceAll('/', '-')}`;
    const token = keys.old.sign(claims());
    const response = await send(`Bearer ${token}`, { path: `${path}/${user}`, headers: forgery });
    expect([response.status, response.headers['x-aggregate-complete']]).toEqual([200, 'true']);
    const { it } = JSON.parse(response.body) as { readonly it: RelayAnswer };
    expect(identityOf(it.headers)).toEqual(expected);
    expect(it.headers).not.toHaveProperty('authorization');
    expect(await toldOf(user)).toEqual(expected);
  });

  test.each([
    ['/call', { 'x-user-id': 'u-1' }],
    ['/open-call', {}],
  ])('get the same as methods of gRPC, in their metadata: %s', async (path, expected) => {
    const user = `method-of${path.replaceAll('/', '-')}`;
    const { status } = await send(`Bearer ${keys.old.sign(claims())}`, { path: `${path}/${user}`, headers: forgery });
    expect(status).toBe(200);
    expect(await toldOf(user)).toEqual(expected);
  });

  describe('fails if API Gateway has let a request through', () => {
    const head = { alg: 'RS256', kid: 'old' };
    const bad: Readonly<Record<string, () => string | undefined>> = {
      'without a token': () => undefined,
      'with a token that has expired': () => keys.old.sign(claims({ exp: now() - 120 })),
      'with a token that never expires': () => keys.old.sign(claims({ exp: undefined })),
      'with a token that is not valid yet': () => keys.old.sign(claims({ nbf: now() + 600 })),
      'with a token for another audience': () => keys.old.sign(claims({ aud: 'bank' })),
      'with a token for another client': () => keys.old.sign(claims({ aud: undefined, client_id: 'bank' })),
      'with a token for nobody': () => keys.old.sign(claims({ aud: undefined })),
      'with a token for another audience, but this client': () => keys.old.sign(claims({ aud: 'bank', client_id: 'shop' })),
      'with a token of another issuer': () => keys.old.sign(claims({ iss: POOL_ISSUER })),
      'with a token that a stranger has signed': () => keys.stranger.sign(claims()),
      'with a token that nobody has signed': () => jws({ alg: 'none' }, claims(), () => Buffer.alloc(0)),
      'with a token without a signature': () => jws(head, claims(), () => Buffer.alloc(0)),
      'with a token that is signed with the public key as a secret': () =>
        jws({ ...head, alg: 'HS256' }, claims(), (text) => createHmac('sha256', keys.old.pem).update(text).digest()),
      'with two tokens in one line': () => `${keys.old.sign(claims())},${keys.old.sign(claims({ sub: 'u-2' }))}`,
      'with what is no token': () => 'Bearer x.y.z',
    };

    test.each(Object.keys(bad))('%s', async (name) => {
      expect((await send(bad[name]?.())).status).toBe(401);
    });

    test('with two tokens in two lines', async () => {
      const [one, other] = [keys.old.sign(claims()), keys.old.sign(claims({ sub: 'u-2' }))];
      expect((await open.send({ path: '/me/x', headers: { authorization: [one, other] } })).status).toBe(401);
    });
  });

  test('get the claims of a token for one of several audiences, or for a client', async () => {
    for (const more of [{ aud: ['bank', 'shop'] }, { aud: undefined, client_id: 'shop' }])
      expect((await send(keys.old.sign(claims(more)))).status).toBe(200);
  });

  describe.each(ABSENT_MAPPINGS)('of what API Gateway knows, where a mapping of nothing becomes: %s', (absent) => {
    let api: ApiGateway;
    beforeAll(async () => {
      api = await ApiGateway.open(shop(), { absent });
    });
    const ARN = 'arn:aws:sts::123456789012:assumed-role/reader/session';
    const id = 'AAAAAAAAAAAAAAA=';
    const guesses = Object.fromEntries(CONTEXT_HEADERS.map((name) => [name, `${id}:admin`]));
    const forged = { ...forgery, ...guesses, 'x-edge-request': id };

    test('get what a Lambda authorizer returns', async () => {
      const context = { 'authorizer.userId': 'u-1', 'authorizer.tier': 'gold, silver' };
      for (const headers of [{}, forged])
        expect(identityOf(seen(await api.send({ path: '/session/1', context, headers })))).toEqual({
          'x-user-id': 'u-1',
          'x-user-tier': 'gold%2C%20silver',
        });
    });

    test('get no header for what it does not return, whatever the client sends', async () => {
      for (const headers of [{}, forged]) {
        expect(identityOf(seen(await api.send({ path: '/session/1', context: { 'authorizer.userId': 'u-1' }, headers })))).toEqual({
          'x-user-id': 'u-1',
        });
        const empty = { 'authorizer.userId': '', 'authorizer.tier': '-' };
        expect(identityOf(seen(await api.send({ path: '/session/1', context: empty, headers })))).toEqual({});
      }
    });

    test('get the ARN of who has signed a request, and nothing of other authorizers', async () => {
      const context = { 'identity.userArn': ARN, 'authorizer.userId': 'u-1' };
      expect(identityOf(seen(await api.send({ path: '/signed/1', context, headers: forged })))).toEqual({ 'x-user-arn': ARN });
      expect(identityOf(seen(await api.send({ path: '/open/1', context, headers: forged })))).toEqual({});
    });
  });

  test('get what a REST API knows: principal, ARN and the ID of a key', async () => {
    const context = { 'authorizer.principalId': 'p-1', 'identity.userArn': 'arn:aws:iam::123456789012:user/x', 'identity.apiKeyId': 'k1' };
    const headers = { ...forgery, ...Object.fromEntries(CONTEXT_HEADERS.map((name) => [name, 'admin'])) };
    const of = async (path: string): Promise<unknown> => identityOf(seen(await partners.send({ path, context, headers })));
    expect(await of('/session/1')).toEqual({ 'x-user-id': 'p-1' });
    expect(await of('/signed/1')).toEqual({ 'x-user-arn': 'arn:aws:iam::123456789012:user/x' });
    expect(await of('/keyed/1')).toEqual({ 'x-user-key': 'k1' });
    expect(await of('/open/1')).toEqual({});
  });

  // They change what the issuer says, so they come last.
  describe('while the issuer changes its keys, or is gone', () => {
    const statusOf = async (key: SigningKey): Promise<number> => (await send(key.sign(claims()))).status;
    const failures = async (): Promise<number> => {
      const { body } = await shop().task('gateway').client.get(`http://127.0.0.1:${ADMIN_PORT}/stats?filter=jwks_fetch_failed`);
      return Number(/: (\d+)$/m.exec(body)?.[1]);
    };

    test('tokens of a new key are good before those of the old one are not', async () => {
      await issuer!.change({ keys: [keys.old.public, keys.fresh.public] });
      await until(async () => (await statusOf(keys.fresh)) === 200, { what: 'the new key is known' });
      expect(await statusOf(keys.old)).toBe(200);
      await issuer!.change({ keys: [keys.fresh.public] });
      await until(async () => (await statusOf(keys.old)) === 401, { what: 'the old key is forgotten' });
      expect(await statusOf(keys.fresh)).toBe(200);
    });

    test('tokens stay good while no keys can be fetched', async () => {
      await issuer!.change({ broken: true });
      const before = await failures();
      await until(async () => (await failures()) >= before + 3, { what: 'keys are not fetched' });
      expect(await statusOf(keys.fresh)).toBe(200);
      expect((await send(keys.old.sign(claims()))).status).toBe(401);
    });

    test('fails if a task of the gateway service starts then, and recovers by itself', async () => {
      await shop().scale('gateway-late', 1);
      const late = await ApiGateway.open(shop(), {}, 'late');
      const lateStatus = async (): Promise<number> => (await send(keys.fresh.sign(claims()), {}, late)).status;
      expect(await lateStatus()).toBe(503);
      expect((await send(undefined, { path: '/open/1' }, late)).status).toBe(200);
      await issuer!.change({ broken: false });
      await until(async () => (await lateStatus()) === 200, { what: 'the keys are fetched' });
    });
  });
});
