import { App, Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Edge, Microservices } from '../../lib';
import { CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import type { Answered } from './edge-listener';
import { EdgeListener } from './edge-listener';
import { SigningKey } from './issuer';
import type { ClientRequest } from './load-balancer';
import { BALANCER_HOST } from './load-balancer';
import { settled } from './mesh';
import type { RelayAnswer } from './programs/relay';
import type { HttpResponse, Template } from './runner';
import { Cluster, standIns } from './runner';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

const ISSUER = 'https://login.example.com';
const JWKS = `${ISSUER}/.well-known/jwks.json`;
const KEY = new SigningKey('one');
const ORIGIN = 'https://shop.example';

function system(): Template {
  const stack = new Stack(new App(), 'E2e');
  const jwt = Authorizer.jwt({ issuer: ISSUER, audience: ['shop'], jwksUri: JWKS });
  const login = {
    issuer: ISSUER,
    authorizationEndpoint: `${ISSUER}/authorize`,
    tokenEndpoint: `${ISSUER}/token`,
    userInfoEndpoint: `${ISSUER}/userinfo`,
    clientId: 'shop',
    clientSecret: Secret.fromSecretNameV2(stack, 'Client', 'login'),
    sessionCookieName: 'session',
    subjectHeader: 'x-user',
  };
  const pages = Authorizer.oidc({ ...login, name: 'pages' });
  const scripts = Authorizer.oidc({ ...login, name: 'scripts', onUnauthenticatedRequest: UnauthenticatedAction.DENY });
  new Microservices(stack, 'Shop', {
    services: {
      catalog: { image: image('relay'), port: 8080 },
      admin: { image: image('admin'), port: 8080 },
      files: { image: image('payload'), port: 8080 },
      bin: { image: image('httpbin'), port: 8080, webSockets: true },
    },
    edge: Edge.loadBalancer({
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-west-1:123456789012:certificate/a'),
      idleTimeout: Duration.minutes(5),
      authorizer: Authorizer.none(),
      cors: { allowOrigins: [ORIGIN] },
      routes: {
        'ANY /{proxy+}': { service: 'catalog' },
        'GET /limited': { service: 'catalog', throttle: { rateLimit: 0.001, burstLimit: 2 } },
        'GET /closed': { service: 'catalog', throttle: { rateLimit: 0, burstLimit: 0 } },
        'ANY /admin/{proxy+}': { service: 'admin', authorizer: jwt },
        'GET /orders/{id}': { service: 'admin', authorizer: jwt },
        'GET /websocket/echo': { service: 'bin', authorizer: jwt },
        'ANY /account/{proxy+}': { service: 'admin', authorizer: pages },
        'ANY /account/api/{proxy+}': { service: 'admin', authorizer: scripts },
        'GET /sse': { service: 'bin' },
        'POST /upload': { service: 'files' },
      },
    }),
  });
  return templateOf(stack);
}

const token = (more: object = {}, key = KEY): string =>
  key.sign({ iss: ISSUER, aud: ['shop'], exp: Math.floor(Date.now() / 1000) + 600, sub: 'ada', ...more });
const bearer = (text = token()): Record<string, string> => ({ authorization: `Bearer ${text}` });

const SESSION = 'session-0=of-ada';
const SESSIONS = new Map([[SESSION, { sub: 'ada,1', email: 'ada@example.com' }]]);

/** What a client may write to be taken for somebody else, or for API Gateway. */
const CLAIMS = {
  'x-forwarded-for': '6.6.6.6',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-prefix': '/evil',
  'x-edge-client-ip': '6.6.6.6',
  'x-edge-host': 'evil.example',
  'x-edge-path': '/evil/me',
  'x-edge-route': 'ANY /admin/{proxy+}',
  x_edge_route: 'evil',
  'x-edge-token': 'evil',
  'x-edge-identity-a': 'evil',
  'x-mesh-client': 'evil',
  'x-real-ip': '6.6.6.6',
  'x-amzn-oidc-data': 'evil',
  'x-http-method-override': 'evil',
  'x-original-url': '/evil',
};

e2e('an edge with a load balancer', () => {
  const running = cluster(async () =>
    Cluster.start(system(), {
      images: [
        standIns.envoy(),
        standIns.agent(),
        standIns.xrayCollector(),
        standIns.relay('example/relay', 8080),
        standIns.relay('example/admin', 8080),
        standIns.httpbin('example/httpbin', 8080),
        standIns.payload('example/payload', 8080),
      ],
    }),
  );
  let edge: EdgeListener;
  beforeAll(async () => {
    await settled(running());
    edge = await EdgeListener.open(running(), { [JWKS]: KEY }, SESSIONS);
  });
  const seen = (outcome: unknown): RelayAnswer => JSON.parse((outcome as HttpResponse).body) as RelayAnswer;
  const hosts = (service: string): readonly string[] =>
    running()
      .tasks(service)
      .map(({ endpoint }) => endpoint.hostname);

  test('lets everybody reach a public route, with path, query string, headers and body as they were sent', async () => {
    const answer = seen(
      await edge.send({ method: 'PATCH', path: '/caf%C3%A9/~x?q=1&q=2', headers: { cookie: 'a=1; b=2' }, body: '{"text":"é"}' }),
    );
    expect(answer).toMatchObject({ method: 'PATCH', path: '/caf%C3%A9/~x?q=1&q=2', body: '{"text":"é"}', headers: { cookie: 'a=1; b=2' } });
    expect(hosts('catalog')).toContain(answer.host);
  });

  test('lets whoever has a token reach the others', async () => {
    for (const path of ['/admin/users', '/orders/7']) {
      const answer = seen(await edge.send({ path, headers: bearer() }));
      expect(answer.path).toBe(path);
      expect(hosts('admin')).toContain(answer.host);
    }
  });

  test('fails without a token, or with one that is not for it', async () => {
    const other = new SigningKey('other');
    for (const headers of [
      {},
      bearer(token({ aud: ['else'] })),
      bearer(token({ exp: 1 })),
      bearer(token({ iss: 'x' })),
      bearer(token({}, other)),
    ])
      expect(await edge.send({ path: '/admin/users', headers })).toMatchObject({ status: 401 });
  });

  test.each([
    '/admin/users',
    '/orders/7',
    '/ADMIN/users',
    '/Orders/7',
    '/%61dmin/users',
    '//admin/users',
    '/admin//users',
    '/admin%2Fusers',
    '/admin%5cusers',
    '/admin;v=1/users',
    '/./admin/users',
    '/x/../admin/users',
    '/x/..%2fadmin/users',
    '/admin/..;/admin/users',
    '/orders/7/',
    '/orders/7.json',
    '/admin%20/users',
    '/websocket/echo',
  ])('fails if the load balancer takes %s for a path of a public route', async (path) => {
    const { status } = (await edge.send({ path, headers: bearer() }, edge.portOf('none'))) as HttpResponse;
    expect([400, 404]).toContain(status);
  });

  test('fails if a public path comes with a token that is for others', async () => {
    for (const path of ['/public', '/limited', '/sse'])
      expect(await edge.send({ path }, edge.portOf('jwt'))).toMatchObject({ status: 404 });
  });

  test('fails if a public path is one that somebody may read as another', async () => {
    for (const path of ['/a/../b', '/a//b', '/a%2Fb', '/%61'])
      expect(await edge.send({ path }, edge.portOf('none'))).toMatchObject({ status: 400 });
  });

  test('fails for what is no route: a method, or a slash', async () => {
    expect(await edge.send({ method: 'POST', path: '/' })).toMatchObject({ status: 404 });
    expect(await edge.send({ method: 'POST', path: '/orders/7', headers: bearer() }, edge.portOf('jwt'))).toMatchObject({ status: 404 });
  });

  test('shows services the address of the client and the host that it called, whatever it claims', async () => {
    const { headers } = seen(await edge.send({ path: '/me', headers: CLAIMS }));
    expect(headers).toMatchObject({
      host: BALANCER_HOST,
      'x-forwarded-for': CLIENT_ADDRESS,
      'x-forwarded-host': BALANCER_HOST,
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
    expect(JSON.stringify(headers)).not.toMatch(/evil|6\.6\.6\.6/);
    expect(Object.keys(headers).filter((name) => /^x[-_](edge|envoy|amzn[-_]oidc)/.test(name))).toEqual([]);
  });

  test('sends users without a session to the login page, and scripts a 401', async () => {
    const page = await edge.send({ path: '/account/orders' });
    expect(page).toMatchObject({ status: 302 });
    const { origin, pathname, searchParams } = new URL((page as Answered).location ?? '');
    expect([origin + pathname, searchParams.get('client_id')]).toEqual([`${ISSUER}/authorize`, 'shop']);
    expect(await edge.send({ path: '/account/orders', headers: { cookie: 'session-0=of-eve' } })).toMatchObject({ status: 302 });
    expect(await edge.send({ method: 'POST', path: '/account/api/orders' })).toMatchObject({ status: 401 });
  });

  test('shows services who has logged in, and no session, whatever the client claims', async () => {
    for (const path of ['/account/orders', '/account/api/orders']) {
      const claims = { ...CLAIMS, 'x-amzn-oidc-identity': 'eve', x_amzn_oidc_identity: 'eve', 'x-user': 'eve' };
      const { headers, host } = seen(
        await edge.send({ path, headers: { ...claims, cookie: `a=1; ${SESSION}; session-1=more; b="2; 3"` } }),
      );
      expect(hosts('admin')).toContain(host);
      expect(headers).toMatchObject({ 'x-amzn-oidc-identity': 'ada,1', 'x-user': 'ada%2C1', cookie: 'a=1; b="2; 3"' });
      const [, payload = ''] = (headers['x-amzn-oidc-data'] ?? '').split('.');
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ email: 'ada@example.com' });
      expect(JSON.stringify(headers)).not.toMatch(/eve|evil|access-token|of-ada/);
      expect(
        Object.keys(headers)
          .filter((name) => name.includes('oidc'))
          .sort(),
      ).toEqual(['x-amzn-oidc-data', 'x-amzn-oidc-identity']);
    }
  });

  test('shows services of public routes no session', async () => {
    const nonce = 'AWSALBAuthNonce=x';
    expect(seen(await edge.send({ path: '/public', headers: { cookie: `${nonce}; ${SESSION}` } })).headers['cookie']).toBeUndefined();
    expect(seen(await edge.send({ path: '/public', headers: { cookie: `sessions-0=1;  session=2; session-x=3` } })).headers['cookie']).toBe(
      'sessions-0=1; session-x=3',
    );
  });

  test('answers at once whatever blanks a cookie has', async () => {
    const blanks = ' '.repeat(15_000);
    const cookies = [
      `a=1;${blanks};b=2`,
      `a${blanks}b`,
      `a=1${blanks}b`,
      `${blanks}session-0=x`,
      `a=1;${'\t'.repeat(15_000)};b=2`,
      ';'.repeat(15_000),
    ];
    for (const cookie of cookies) expect(seen(await edge.send({ path: '/public', headers: { cookie } })).path).toBe('/public');
  });

  test("fails if somebody's word about the user stands beside the load balancer's, or there is none", async () => {
    const port = edge.portOf('pages');
    const path = '/account/orders';
    const unclear: readonly NonNullable<ClientRequest['headers']>[] = [
      {},
      { 'x-amzn-oidc-identity': '' },
      { 'x-amzn-oidc-identity': ['eve', 'ada'] },
      { 'x-amzn-oidc-identity': 'ada', 'x-amzn-oidc-data': ['of eve', 'of ada'] },
    ];
    for (const headers of unclear) expect(await edge.send({ path, headers }, port)).toMatchObject({ status: 401 });
    expect(await edge.send({ path, headers: { 'x-amzn-oidc-identity': 'ada' } }, port)).toMatchObject({ status: 200 });
  });

  test('fails if a route without a login believes who has logged in', async () => {
    const claims = { 'x-amzn-oidc-identity': 'eve', 'x-amzn-oidc-data': 'of eve', 'x-user': 'eve' };
    for (const request of [
      { path: '/public', headers: claims },
      { path: '/admin/users', headers: { ...bearer(), ...claims } },
    ])
      expect(JSON.stringify(seen(await edge.send(request)).headers)).not.toContain('eve');
    expect(await edge.send({ path: '/admin/users', headers: { 'x-amzn-oidc-identity': 'ada' } }, edge.portOf('pages'))).toMatchObject({
      status: 404,
    });
  });

  test('shows services the address of a client with IPv6', async () => {
    const { body } = await edge.client.send({
      url: `http://${edge.address}:${edge.portOf('none')}/me`,
      headers: { 'x-forwarded-for': '6.6.6.6, 2001:db8::7', 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
    });
    expect((JSON.parse(body) as RelayAnswer).headers['x-forwarded-for']).toBe('2001:db8::7');
  });

  test('opens WebSockets, behind a token', async () => {
    expect(await edge.open('/websocket/echo', ['hello', 'again'], bearer())).toEqual({ open: true, echoes: ['hello', 'again'] });
    expect(await edge.open('/websocket/echo', ['hello'])).toMatchObject({ open: false });
  });

  test('passes on events as they arrive', async () => {
    const outcome = (await edge.send({ path: '/sse?count=3&duration=2s&delay=0s' })) as HttpResponse;
    expect(outcome.status).toBe(200);
    expect(outcome.arrivalsMs.length).toBeGreaterThanOrEqual(3);
  });

  test('takes bodies that API Gateway would not', async () => {
    const bytes = 12 * 1024 * 1024;
    for (const headers of [undefined, { 'transfer-encoding': 'chunked' }])
      expect(await edge.send({ method: 'POST', path: '/upload', body: 'x'.repeat(bytes), ...(headers && { headers }) })).toMatchObject({
        status: 200,
        headers: { 'x-got-bytes': String(bytes) },
      });
  });

  test('limits requests to a route', async () => {
    const statuses: unknown[] = [];
    for (let sent = 0; sent < 6; sent += 1) statuses.push(((await edge.send({ path: '/limited' })) as HttpResponse).status);
    expect(statuses).toEqual([200, 200, 429, 429, 429, 429]);
    expect(await edge.send({ path: '/closed' })).toMatchObject({ status: 429 });
    expect(await edge.send({ path: '/elsewhere' })).toMatchObject({ status: 200 });
  });

  test('lets pages of allowed origins ask, without a token, and gets no further', async () => {
    const preflight = { origin: ORIGIN, 'access-control-request-method': 'GET' };
    for (const path of ['/orders/7', '/public'])
      expect(await edge.send({ method: 'OPTIONS', path, headers: preflight })).toMatchObject({
        status: 200,
        headers: { 'access-control-allow-origin': ORIGIN },
      });
    expect(
      await edge.send({ method: 'OPTIONS', path: '/admin/users', headers: { ...preflight, origin: 'https://evil.example' } }),
    ).toMatchObject({ status: 404 });
    expect(await edge.send({ path: '/orders/7', headers: { ...bearer(), origin: ORIGIN } })).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': ORIGIN },
    });
  });

  test('is healthy to the load balancer on every port, and no client can ask', async () => {
    for (const port of edge.ports.values()) {
      const url = `http://${edge.address}:${port}/`;
      expect((await edge.client.send({ url, headers: { 'user-agent': 'ELB-HealthChecker/2.0' } })).status).toBe(200);
    }
    const claimed = await edge.send({ path: '/', headers: { 'user-agent': 'ELB-HealthChecker/2.0' } });
    expect(claimed).toMatchObject({ status: 404 });
  });

  test('fails if somebody else than the load balancer goes there', async () => {
    const outside = await running().client({ name: 'outside', securityGroups: 'outside' });
    const [gateway] = running().tasks('gateway');
    for (const port of edge.ports.values()) {
      expect(await outside.connect(gateway.endpoint, port)).toBe('dropped');
      expect(await running().tasks('catalog')[0].client.connect(gateway.endpoint, port)).toMatch(/^(dropped|not let out)$/);
    }
  });
});
