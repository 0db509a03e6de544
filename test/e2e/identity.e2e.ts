import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Authorizer, Certificates, Edge, Microservices } from '../../lib';
import { Authority } from '../programs/agent/authority';
import { ApiGateway } from './api-gateway/api-gateway';
import type { ClientRequest } from './api-gateway/client-request';
import { IssuerMachine, jws, SigningKey } from './issuer';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, ImageRule, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const DAY_MS = 86_400_000;
const ISSUER = 'https://login.example.com';
const POOL = 'eu-west-1_shop';
const POOL_HOST = 'cognito-idp.eu-west-1.amazonaws.com';
const POOL_ISSUER = `https://${POOL_HOST}/${POOL}`;
const relay = { image: image('relay'), port: 8080 };

/** `catalog` is behind both APIs; `orders` behind the second one, whose gateway tells it less. */
function system(): Template {
  const stack = new Stack(new App(), 'E2e');
  const userPool = UserPool.fromUserPoolId(stack, 'Users', POOL);
  new Microservices(stack, 'Shop', {
    certificates: Certificates.none(),
    services: { catalog: relay, orders: relay },
    edges: {
      default: Edge.httpApi({
        authorizer: Authorizer.jwt({
          issuer: ISSUER,
          audience: ['shop'],
          jwksUri: `${ISSUER}/.well-known/jwks.json`,
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
        },
      }),
      partners: Edge.restApi({
        authorizer: Authorizer.cognito({ userPool, claimsToHeaders: { 'x-user-id': 'sub', 'x-pool-groups': 'cognito:groups' } }),
        routes: {
          'GET /me/{id}': { service: 'orders' },
          'GET /open/{id}': { service: 'catalog', authorizer: Authorizer.none() },
        },
      }),
    },
  });
  return templateOf(stack);
}

/** The real Envoy, with other public authorities in its image. */
function envoyWith(directory: string): ImageRule {
  const rule = standIns.envoy();
  return { ...rule, run: (context) => ({ ...rule.run(context), directories: { '/etc/ssl/certs': directory } }) };
}

const seen = ({ body }: HttpResponse): RelayAnswer['headers'] => (JSON.parse(body) as RelayAnswer).headers;
const now = (): number => Math.floor(Date.now() / 1000);
const identityOf = (headers: RelayAnswer['headers']): unknown =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /user|pool|token/i.test(name)));

e2e('services that are told who the client is', () => {
  const keys = { old: new SigningKey('old'), stranger: new SigningKey('old') };
  let directory = '';
  let issuer: IssuerMachine | undefined;
  const shop = cluster(async () => {
    const authority = await Authority.create('Public', Date.now());
    directory = mkdtempSync(join(tmpdir(), 'cem-identity-'));
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'ca-certificates.crt'), authority.root);
    const open = await Cluster.open(system(), {
      images: [envoyWith(directory), standIns.agent(), standIns.xrayCollector(), standIns.relay('example/relay', 8080)],
    });
    const validity = { notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS };
    const identities = {
      'login.example.com': await authority.issue({ dnsName: 'login.example.com', ...validity }),
      [POOL_HOST]: await authority.issue({ dnsName: POOL_HOST, ...validity }),
    };
    issuer = await IssuerMachine.join(open, identities, [keys.old]);
    await Promise.all(['gateway', 'gateway-partners', 'catalog', 'orders'].map(async (name) => open.scale(name, 1)));
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

  /** Every name of either edge, as servers with CGI's names may read it. */
  const FORGED = ['x-user-id', 'x-user-groups', 'x-user-roles', 'x-pool-groups', 'x-edge-token'].flatMap((name) => [
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
});
