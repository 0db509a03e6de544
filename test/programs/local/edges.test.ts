import { createPublicKey, verify } from 'node:crypto';
import { get } from 'node:http';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ShopStack } from '../../../examples/shop-stack';
import { Authorizer, Edge, Microservices } from '../../../lib';
import type { Template } from '../../../programs/emulator/template/template';
import { image, templateOf } from '../../e2e/systems/synthesize';
import { EdgeWorld } from './edge-world';
import type { Answer } from './local-world';
import type { Credentials } from './signing';
import { freePort, systemOf, tasksOf, until } from './local-world';

jest.setTimeout(8_000);

function guarded(throttle = { rateLimit: 1000, burstLimit: 2000 }): Template {
  const stack = new Stack(new App(), 'E2e');
  const handler = new Function(stack, 'Handler', { code: Code.fromInline('x'), runtime: Runtime.NODEJS_22_X, handler: 'index.handler' });
  const ui = (authorizer: Authorizer, more = {}): object => ({ service: 'ui', authorizer, ...more });
  const customers = Authorizer.jwt({ name: 'customers', issuer: 'https://login.example', audience: ['shop', 'app'] });
  const caller = Authorizer.iam({ callerArnHeader: 'x-caller' });
  const users = Authorizer.cognito({ name: 'users', userPool: new UserPool(stack, 'Users') });
  const given = UserPool.fromUserPoolId(stack, 'Given', 'eu-west-1_given');
  new Microservices(stack, 'Shop', {
    services: { ui: { image: image('ui'), port: 8080 } },
    edges: {
      default: Edge.httpApi({
        throttle,
        cors: { allowOrigins: ['https://shop.example'], exposeHeaders: ['x-total'] },
        routes: {
          'ANY /': ui(Authorizer.none()),
          'GET /rare': ui(Authorizer.none(), { throttle: { rateLimit: 1, burstLimit: 2 } }),
          'GET /me': ui(customers),
          'GET /orders': ui(customers, { scopes: ['orders.read'] }),
          'GET /signed': ui(caller),
          'POST /signed': ui(caller),
          'GET /tenant': ui(
            Authorizer.lambda({ name: 'tenants', handler, identityHeader: 'x-session', contextToHeaders: { 'x-tenant': 'tenant' } }),
          ),
        },
      }),
      rest: Edge.restApi({
        routes: {
          'GET /': ui(Authorizer.none()),
          'GET /me': ui(users),
          'GET /orders': ui(Authorizer.cognito({ name: 'given', userPool: given }), { scopes: ['shop/read'] }),
          'GET /signed': ui(Authorizer.iam()),
          'GET /tenant': ui(Authorizer.lambda({ name: 'tenants', handler, contextToHeaders: { 'x-principal': 'principalId' } })),
        },
      }),
    },
  });
  return templateOf(stack);
}

describe('the edges of a local system', () => {
  const template = guarded();
  let edges: EdgeWorld;
  const send: EdgeWorld['send'] = async (...given) => edges.send(...given);
  const bearer = async (request: Readonly<Record<string, unknown>>): Promise<{ readonly authorization: string }> => ({
    authorization: `Bearer ${await edges.token(request)}`,
  });
  beforeAll(async () => {
    edges = await EdgeWorld.start(template, ['default', 'rest']);
  });
  afterAll(async () => edges.world.close());
  beforeEach(() => {
    edges.received.length = 0;
    edges.answer = (_, response) => response.end('hello');
  });

  test('say where they are, and what clients need', async () => {
    const { edges: status } = (await edges.world.status()) as { readonly edges: readonly object[] };
    expect(status).toEqual([
      {
        name: 'default',
        port: edges.ports.get('default'),
        url: `http://localhost:${edges.ports.get('default')}`,
        kind: 'http',
        authorizers: [
          { name: 'customers', kind: 'jwt' },
          { name: 'tenants', kind: 'function' },
        ],
        apiKeys: {},
        credentials: {
          accessKeyId: 'AKIALOCALLOCALLOCAL1',
          secretAccessKey: expect.any(String),
          region: 'eu-west-1',
          userArn: 'arn:aws:iam::123456789012:user/local',
        },
      },
      expect.objectContaining({ name: 'rest', url: `http://localhost:${edges.ports.get('rest')}/prod`, kind: 'rest' }),
    ]);
  });

  test('send a request of any bytes to a task of the gateway service, and its response back', async () => {
    const bytes = Buffer.from([0, 255, 128, 10, 13, 195]);
    edges.answer = (_, response) => {
      response.writeHead(
        201,
        [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['x-own', 'ä'],
          ['connection', 'close'],
        ].flat(),
      );
      response.end(bytes);
    };
    const port = edges.ports.get('default');
    const answer = await send('default', '/?a=1&a=2', {
      method: 'POST',
      headers: { 'x-twice': ['1', '2'], 'x-forwarded-for': '198.51.100.9', te: 'trailers', 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'set-cookie': ['a=1', 'b=2'], 'content-length': '6' } });
    expect(Buffer.from(answer.text, 'latin1')).toEqual(bytes);
    expect(edges.received).toEqual([
      {
        method: 'POST',
        path: '/?a=1&a=2',
        body: bytes,
        port: expect.any(Number),
        headers: expect.objectContaining({
          'x-twice': '1, 2',
          'x-forwarded-for': '198.51.100.9, 127.0.0.1',
          'x-forwarded-proto': 'http',
          'x-forwarded-port': String(port),
          'x-edge-client-ip': '127.0.0.1',
          'x-edge-host': `127.0.0.1:${port}`,
          'x-edge-route': 'ANY /',
        }),
      },
    ]);
    expect(edges.received[0]?.headers).not.toHaveProperty('te');
  });

  test('of REST APIs have the name of the stage in their paths', async () => {
    expect(await send('rest', '/prod')).toMatchObject({ status: 200, text: 'hello' });
    expect(edges.received[0]).toMatchObject({ path: '/', headers: { 'x-edge-path': '/prod', 'x-edge-route': 'GET /' } });
    expect((await send('rest', '/')).status).toBe(403);
  });

  test('answer what has no route', async () => {
    expect(await send('default', '/gone')).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
    expect((await send('rest', '/prod/gone')).text).toContain('Missing Authentication Token');
    expect(edges.received).toEqual([]);
  });

  test('take no body of more than 10 MiB', async () => {
    expect(await send('default', '/', { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) })).toMatchObject({
      status: 413,
      text: '{"message":"Request Entity Too Large"}',
    });
    const most = Buffer.alloc(10 * 1024 * 1024, 'x');
    expect((await send('default', '/', { method: 'POST', body: most })).status).toBe(200);
    expect(edges.received[0]?.body.equals(most)).toBe(true);
  });

  test('answer pages of other sites, in the place of the service', async () => {
    const origin = 'https://shop.example';
    const preflight = await send('default', '/me', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
    expect(preflight).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': origin, 'access-control-allow-headers': expect.stringContaining('authorization') },
    });
    const other = await send('default', '/me', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    edges.answer = (_, response) => response.setHeader('access-control-allow-origin', '*').end();
    expect((await send('default', '/', { headers: { origin } })).headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-total',
      vary: 'Origin',
    });
    expect((await send('default', '/')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  describe('let in who has a token of the local issuer', () => {
    test('an HTTP API for its issuer and audience', async () => {
      expect(await send('default', '/me')).toMatchObject({
        status: 401,
        text: '{"message":"Unauthorized"}',
        headers: { 'www-authenticate': 'Bearer' },
      });
      expect((await send('default', '/me', { headers: await bearer({ edge: 'default', authorizer: 'customers' }) })).status).toBe(200);
      const bare = await edges.token({ edge: 'default', authorizer: 'customers' });
      expect((await send('default', '/me', { headers: { Authorization: bare } })).status).toBe(200);
    });

    test.each<[string, Readonly<Record<string, unknown>>]>([
      ['another issuer', { claims: { iss: 'https://evil.example' } }],
      ['another audience', { claims: { aud: 'other' } }],
      ['a time that is over', { expiresIn: -1 }],
      ['a time to come', { claims: { nbf: Date.now() / 1000 + 100 } }],
    ])('fails if it is for %s', async (_, more) => {
      const headers = await bearer({ edge: 'default', authorizer: 'customers', ...more });
      expect(await send('default', '/me', { headers })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') },
      });
      expect(edges.received).toEqual([]);
    });

    test('fails if its claims are not those that were signed, or it says that it needs no signature', async () => {
      const [header = '', , signature = ''] = (await edges.token({ edge: 'default', authorizer: 'customers' })).split('.');
      const forged = Buffer.from(JSON.stringify({ iss: 'https://login.example', aud: 'shop', exp: 9e9 })).toString('base64url');
      const none = Buffer.from('{"alg":"none"}').toString('base64url');
      for (const token of [`${header}.${forged}.${signature}`, `${none}.${forged}.`, `${header}.${forged}.`, 'x', ''])
        expect((await send('default', '/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    });

    test('with the scope of the route', async () => {
      const get = async (scopes?: readonly string[]): Promise<Answer> =>
        send('default', '/orders', { headers: await bearer({ edge: 'default', authorizer: 'customers', scopes }) });
      expect((await get(['x', 'orders.read'])).status).toBe(200);
      expect(await get(['orders.write'])).toMatchObject({
        status: 403,
        text: '{"message":"Forbidden"}',
        headers: { 'www-authenticate': expect.stringContaining('insufficient_scope') },
      });
      expect((await get()).status).toBe(403);
    });

    test('a REST API as one of its user pool', async () => {
      const get = async (path: string, request: Readonly<Record<string, unknown>>): Promise<number> =>
        (await send('rest', `/prod${path}`, { headers: await bearer({ edge: 'rest', ...request }) })).status;
      expect(await get('/me', { authorizer: 'users' })).toBe(200);
      expect(await get('/me', { authorizer: 'given' })).toBe(401);
      expect(await get('/orders', { authorizer: 'given', scopes: ['shop/read'] })).toBe(200);
      expect(await get('/orders', { authorizer: 'given' })).toBe(401);
      const headers = await bearer({ edge: 'rest', authorizer: 'users', expiresIn: -1 });
      expect((await send('rest', '/prod/me', { headers })).text).toContain('The incoming token has expired');
      expect((await send('rest', '/prod/me')).text).toContain('Unauthorized');
    });

    test('in the place of what a function says, with its claims as the context', async () => {
      expect(await send('default', '/tenant')).toMatchObject({ status: 401 });
      expect(await send('default', '/tenant', { headers: { 'x-session': 'wrong' } })).toMatchObject({
        status: 403,
        text: '{"message":"Forbidden"}',
      });
      const token = await edges.token({ edge: 'default', authorizer: 'tenants', claims: { tenant: 'acme' } });
      expect((await send('default', '/tenant', { headers: { 'x-session': token } })).status).toBe(200);
      expect(JSON.stringify(edges.received[0]?.headers)).toMatch(/"x-edge-identity-authorizer-2etenant":"[^:"]+:acme"/);
      // One for other routes is none for this.
      const other = await edges.token({ edge: 'default', authorizer: 'customers' });
      expect((await send('default', '/tenant', { headers: { 'x-session': other } })).status).toBe(403);
      const principal = await edges.token({ edge: 'rest', authorizer: 'tenants', subject: 'ada' });
      expect((await send('rest', '/prod/tenant', { headers: { authorization: principal } })).status).toBe(200);
      expect(JSON.stringify(edges.received[1]?.headers)).toMatch(/"x-edge-identity-authorizer-2eprincipal-49d":"ada"/);
      expect(await send('rest', '/prod/tenant', { headers: { authorization: 'x' } })).toMatchObject({
        status: 403,
        text: expect.stringContaining('User is not authorized to access this resource'),
      });
    });

    test('whose key is published', async () => {
      const { keys } = JSON.parse((await edges.world.control('/keys')).text) as { readonly keys: readonly unknown[] };
      const [header, claims, signature = ''] = (await edges.token({ edge: 'default', authorizer: 'customers' })).split('.');
      const key = createPublicKey({ key: keys[0] as never, format: 'jwk' });
      expect(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
    });

    test.each([
      ['x', 'The body must be JSON'],
      ['[]', '"edge" must be the name of an edge'],
      ['{"edge":"gone"}', 'There is no edge "gone", but default, rest.'],
      ['{"edge":"default"}', 'The edge "default" has several authorizers: say which "authorizer", of customers, tenants.'],
      ['{"edge":"default","authorizer":"x"}', 'The edge "default" has no authorizer "x", but customers, tenants.'],
      ['{"edge":"default","scope":"x"}', '"scope" is none of edge,'],
      ['{"edge":"default","scopes":"x"}', '"scopes" must be a list of texts.'],
      ['{"edge":"default","expiresIn":"1h"}', '"expiresIn" must be a number of seconds.'],
    ])('fails if it is asked for by %s', async (body, why) => {
      const { status, text } = await edges.world.control('/tokens', { method: 'POST', body });
      expect({ status, error: (JSON.parse(text) as { readonly error: string }).error }).toEqual({
        status: 400,
        error: expect.stringContaining(why),
      });
    });
  });

  describe('let in who signs with the local credentials', () => {
    const signed = async (
      edge: string,
      path: string,
      { by, at, body, method = 'GET' }: { by?: Partial<Credentials>; at?: Date; body?: string; method?: string } = {},
    ): Promise<Answer> => {
      const given = { path, method, ...(body !== undefined && { body }), ...(at !== undefined && { at }) };
      return send(edge, path, { ...given, headers: await edges.signed(edge, given, by) });
    };

    test('and tell services who it is', async () => {
      expect((await signed('default', '/signed?b=2&a=%C3%A9')).status).toBe(200);
      expect(JSON.stringify(edges.received[0]?.headers)).toContain(':arn:aws:iam::123456789012:user/local"');
      expect((await signed('default', '/signed', { method: 'POST', body: 'a text' })).status).toBe(200);
      expect((await signed('rest', '/prod/signed')).status).toBe(200);
    });

    test('fails if a request is not signed, or by others, or for another time', async () => {
      expect(await send('default', '/signed')).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' });
      expect((await send('rest', '/prod/signed')).text).toContain('Missing Authentication Token');
      expect((await signed('default', '/signed', { by: { secretAccessKey: 'x' } })).status).toBe(403);
      expect((await signed('rest', '/prod/signed', { by: { secretAccessKey: 'x' } })).text).toContain(
        'does not match the signature you provided',
      );
      expect((await signed('rest', '/prod/signed', { by: { accessKeyId: 'AKIAX' } })).text).toContain(
        'security token included in the request is invalid',
      );
      expect((await signed('rest', '/prod/signed', { at: new Date(Date.now() - 6 * 60_000) })).text).toContain('Signature expired');
      expect(edges.received).toEqual([]);
    });
  });

  test('answer that the service is unavailable while it has no healthy task', async () => {
    const world = await EdgeWorld.start(template, ['default']);
    try {
      const lease = world.world.hold('gateway-1', '127.0.0.30');
      lease.say('unhealthy');
      await until('the other task', async () => JSON.stringify(await world.world.tasks()).includes('127.0.0.30'));
      expect(await world.send('default', '/')).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' });
    } finally {
      await world.world.close();
    }
  });

  test('answer the same if a task cuts the connection', async () => {
    edges.answer = (_, response) => response.destroy();
    expect((await send('default', '/')).status).toBe(503);
  });
});

test('edges let as many requests pass as the throttles of the template, of routes and of all', async () => {
  const edges = await EdgeWorld.start(guarded({ rateLimit: 1, burstLimit: 5 }), ['default']);
  const statuses = async (path: string, count: number): Promise<readonly number[]> =>
    (await Promise.all(Array.from({ length: count }, async () => edges.send('default', path)))).map(({ status }) => status).sort();
  try {
    expect(await statuses('/rare', 4)).toEqual([200, 200, 429, 429]);
    const all = await statuses('/', 10);
    expect(all.filter((status) => status === 200).length).toBeGreaterThanOrEqual(5);
    expect(all).toContain(429);
    expect((await edges.send('default', '/rare')).text).toBe('{"message":"Too Many Requests"}');
  } finally {
    await edges.world.close();
  }
});

describe('the edge for partners of the retail store', () => {
  let edges: EdgeWorld;
  beforeAll(async () => {
    edges = await EdgeWorld.start(templateOf(new ShopStack(new App(), 'Shop')), ['default', 'partners']);
  });
  afterAll(async () => edges.world.close());

  test('keeps responses, by the parameters of the template', async () => {
    let count = 0;
    edges.answer = (_, response) => response.end(String((count += 1)));
    const get = async (path: string): Promise<string> => (await edges.send('partners', `/prod/catalog/products${path}`)).text;
    expect([
      await get('/1'),
      await get('/1'),
      await get('/2'),
      await get('/1'),
      await get('?page=1'),
      await get('?page=2'),
      await get('?page=1'),
    ]).toEqual(['1', '1', '2', '1', '3', '4', '3']);
  });

  test('takes the API keys that the status names', async () => {
    const { edges: all } = (await edges.world.status()) as {
      readonly edges: readonly { readonly name: string; readonly apiKeys: object }[];
    };
    expect(all.find(({ name }) => name === 'partners')?.apiKeys).toEqual({
      'shop-partners-corner': expect.stringMatching(/^value-of-/),
      'shop-partners-mall': expect.stringMatching(/^value-of-/),
    });
  });

  test('takes orders that are signed, with a key, whose body is as the template says', async () => {
    const order = JSON.stringify({
      shippingAddress: { firstName: 'A', lastName: 'B', email: 'a@b.example', address1: 'x', city: 'y', zipCode: '1', state: 'z' },
      items: [{ productId: 'p', quantity: 1, unitCost: 1, totalCost: 1 }],
    });
    const { edges: all } = (await edges.world.status()) as { readonly edges: readonly { readonly apiKeys: Record<string, string> }[] };
    const key = all.flatMap(({ apiKeys }) => apiKeys['shop-partners-corner'] ?? [])[0] ?? '';
    const post = async (body: string, more: Readonly<Record<string, string>>, isSigned = true): Promise<string> => {
      const request = { path: '/prod/orders', method: 'POST', body };
      const headers = isSigned ? await edges.signed('partners', request) : {};
      const { status, text } = await edges.send('partners', request.path, {
        ...request,
        headers: { ...headers, 'content-type': 'application/json', ...more },
      });
      return `${status} ${status === 200 ? text : (JSON.parse(text) as { readonly type: string }).type}`;
    };
    edges.answer = (received, response) => response.end(received.body.toString() === order ? 'ordered' : 'another');
    expect(await post(order, { 'x-api-key': key })).toBe('200 ordered');
    expect(await post(order, {})).toBe('403 INVALID_API_KEY');
    expect(await post(order, { 'x-api-key': 'x' })).toBe('403 INVALID_API_KEY');
    expect(await post('{}', { 'x-api-key': key })).toBe('400 BAD_REQUEST_BODY');
    expect(await post(order, { 'x-api-key': key }, false)).toBe('403 MISSING_AUTHENTICATION_TOKEN');
    // The plan of this partner lets ten pass at once, and five in a second.
    const answers = await Promise.all(Array.from({ length: 20 }, async () => post(order, { 'x-api-key': key })));
    expect(answers).toEqual(expect.arrayContaining(['200 ordered', '429 THROTTLED']));
  });
});

describe('a route of a REST API', () => {
  const of = (route: object): Template => {
    const stack = new Stack(new App(), 'E2e');
    new Microservices(stack, 'Shop', {
      services: { ui: { image: image('ui'), port: 8080 } },
      edge: Edge.restApi({ authorizer: Authorizer.none(), routes: { 'GET /feed': { service: 'ui', ...route } } }),
    });
    return templateOf(stack);
  };

  test('passes on a response as it arrives, where it is streamed', async () => {
    const edges = await EdgeWorld.start(of({ responseTransferMode: ResponseTransferMode.STREAM }), ['default']);
    try {
      let rest: (() => unknown) | undefined;
      edges.answer = (_, response) => {
        response.write('first ');
        rest = () => response.end('last');
      };
      const chunks: string[] = [];
      const whole = new Promise<void>((resolve, reject) => {
        get(`http://127.0.0.1:${edges.ports.get('default')}/prod/feed`, { agent: false }, (response) => {
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            chunks.push(chunk);
            rest?.();
          });
          response.on('end', resolve);
        }).on('error', reject);
      });
      await whole;
      expect(chunks).toEqual(['first ', 'last']);
    } finally {
      await edges.world.close();
    }
  });

  test('answers in the place of a service that takes longer than it waits', async () => {
    const edges = await EdgeWorld.start(of({ timeout: Duration.millis(100) }), ['default']);
    try {
      edges.answer = () => undefined;
      expect(await edges.send('default', '/prod/feed')).toMatchObject({ status: 504, text: '{"message":"Endpoint request timed out"}' });
    } finally {
      await edges.world.close();
    }
  });
});

test('an edge comes with a new system, and another goes', async () => {
  const template = guarded();
  const edges = await EdgeWorld.start(template, ['default']);
  try {
    const { world, ports } = edges;
    const [rest, other] = [await freePort(), await freePort()];
    world.write(
      systemOf(template, tasksOf(template), [
        { name: 'rest', port: rest },
        { name: 'chat', port: other },
      ]),
    );
    await until('the new edge', async () => JSON.stringify(await world.status()).includes('"rest"'));
    const named = ports as Map<string, number>;
    named.set('rest', rest).set('chat', other);
    expect((await edges.send('rest', '/prod')).status).toBe(200);
    await expect(edges.send('default', '/')).rejects.toThrow('ECONNREFUSED');
    expect(await edges.send('chat', '/')).toMatchObject({
      status: 501,
      text: 'The edge "chat" is not emulated yet: it is no HTTP API, no REST API, no WebSocket API and no load balancer.\n',
    });
  } finally {
    await edges.world.close();
  }
});
