import { App, Duration, Stack } from 'aws-cdk-lib';
import { JsonSchemaType } from 'aws-cdk-lib/aws-apigateway';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import type { RestApiOptions } from '../../lib';
import type { ApiOptions } from '../support/stack';
import { Authorizer, BodySchema, Edge, GrpcApi, GrpcMapping, Microservices, Protocol } from '../../lib';
import { DEMO_PROTO } from '../support/grpc';
import { apiOf } from '../../programs/emulator/api-gateway/api';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
import { API_HOST, CLIENT_ADDRESS } from '../../programs/emulator/api-gateway/client-request';
import { decoded } from '../../programs/emulator/api-gateway/decode';
import type { Api, Readings } from '../../programs/emulator/api-gateway/model';
import { image, synthesize, templateOf } from '../e2e/systems/synthesize';

const none = Authorizer.none();
const iam = Authorizer.iam();
const jwt = Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'] });
const other = Authorizer.jwt({ name: 'other', issuer: 'https://other.example', audience: ['shop'] });

const services = { web: { image: image('web'), port: 8080 } };
const withEdge = (edge: Edge): ReturnType<typeof synthesize> => synthesize({ services, edge });
type Routes = Readonly<Record<string, Authorizer | { readonly authorizer: Authorizer; readonly scopes: string[] }>>;
// Each test asks only for authorizers that its kind of API has.
const optionsOf = (routes: Routes, more: Partial<ApiOptions> = {}): ApiOptions => ({
  routes: Object.fromEntries(
    Object.entries(routes).map(([key, asked]) => {
      const protection = asked instanceof Authorizer ? { authorizer: asked } : asked;
      return [key, { service: 'web', ...protection }];
    }),
  ) as unknown as ApiOptions['routes'],
  ...more,
});
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};
/** What comes of a request: the route and the path that is sent, or the answer. */
const fate = (template: ReturnType<typeof withEdge>, request: ClientRequest, readings: Partial<Readings> = {}): string => {
  const outcome = apiOf(template, readings).take(request);
  if (outcome.kind === 'answered') return `${outcome.status} ${outcome.body}`.trim();
  return `${outcome.headers['x-edge-route'] ?? ''} -> ${outcome.path}`;
};

const NOT_FOUND = '404 {"message":"Not Found"}';
const NO_METHOD = '403 {"message":"Missing Authentication Token"}';
const ROUTES: Routes = {
  'GET /': none,
  'GET /items': none,
  'GET /items/{id}': none,
  'ANY /items/{id}/{rest+}': none,
  'POST /items/new': none,
  'ANY /items/new': none,
  'ANY /files/{path+}': none,
};

describe("what API Gateway's stand-in makes of a request", () => {
  test('it decodes a text once, and encodes again only what cannot stand in the line of a request', () => {
    const table = {
      '1%2Fadmin': '1/admin',
      '%2e%2E;a%3bb': '..;a;b',
      '1%252F2': '1%2F2',
      '%3F%23': '?#',
      'caf%C3%A9': 'caf%C3%A9',
      'a%20b%0a': 'a%20b%0A',
      '100%25': '100%',
      'a+b~%zz': 'a+b~%zz',
    };
    expect(Object.fromEntries(Object.keys(table).map((text) => [text, decoded(text)]))).toEqual(table);
  });

  test.each(['HTTP', 'REST'])('a %s API says who the client is, and enters the VPC in a security group of its own', (kind) => {
    const api = apiOf(withEdge(kind === 'HTTP' ? Edge.httpApi(optionsOf({ 'GET /': none })) : Edge.restApi(optionsOf({ 'GET /': none }))));
    const headers = {
      'x-edge-client-ip': CLIENT_ADDRESS,
      'x-edge-host': API_HOST,
      'x-edge-path': kind === 'HTTP' ? '/' : '/prod/',
      'x-edge-route': 'GET /',
    };
    expect(api.take({ path: '/?a=1' })).toMatchObject({ kind: 'sent', path: '/?a=1', headers });
    expect(api.securityGroups).toEqual([expect.stringContaining(kind === 'HTTP' ? 'VpcLink' : 'LoadBalancer')]);
  });
});

describe('a domain of the template', () => {
  const hostedZone = (stack: Stack, name: string) =>
    HostedZone.fromHostedZoneAttributes(stack, `Zone-${name}`, { hostedZoneId: 'Z1', zoneName: 'example.com' });
  const template = once(() => {
    const stack = new Stack(new App(), 'E2e');
    new Microservices(stack, 'Shop', {
      services,
      edges: {
        whole: Edge.httpApi({
          ...optionsOf({ 'GET /items': none }),
          domain: { domainName: 'shop.example.com', hostedZone: hostedZone(stack, 'whole') },
        }),
        live: Edge.httpApi({
          ...optionsOf({ 'GET /items': none }, { stageName: 'live' }),
          domain: { domainName: 'live.example.com', hostedZone: hostedZone(stack, 'live'), basePath: '/v1' },
        }),
        rest: Edge.restApi({
          ...(optionsOf({ 'GET /items': none }) as RestApiOptions),
          domain: { domainName: 'api.example.com', hostedZone: hostedZone(stack, 'rest'), basePath: '/shop/v1' },
        }),
      },
    });
    return templateOf(stack);
  });

  test.each<[string, string, Omit<ClientRequest, 'fromRoot'>, string]>([
    ['leads to the API', 'whole', { path: '/items', host: 'shop.example.com' }, '/items from /items'],
    ['hides stage and base path from the service', 'live', { path: '/v1/items', host: 'live.example.com' }, '/items from /v1/items'],
    ['may have a base path of several parts', 'rest', { path: '/shop/v1/items', host: 'api.example.com' }, '/items from /shop/v1/items'],
    ['knows nothing beside its base path', 'rest', { path: '/items', host: 'api.example.com' }, '403 {"message":"Forbidden"}'],
    ['nor what only begins like it', 'rest', { path: '/shop/v12/items', host: 'api.example.com' }, '403 {"message":"Forbidden"}'],
    ['is the only way to an HTTP API', 'whole', { path: '/items' }, NOT_FOUND],
    ['is the only way to a REST API', 'rest', { path: '/prod/items' }, '403 {"message":"Forbidden"}'],
  ])('%s', (_, edge, request, expected) => {
    const outcome = apiOf(template(), {}, edge).take({ ...request, fromRoot: true });
    expect(
      outcome.kind === 'answered' ? `${outcome.status} ${outcome.body}` : `${outcome.path} from ${outcome.headers['x-edge-path'] ?? ''}`,
    ).toBe(expected);
  });
});

describe('stages are part of the URL', () => {
  const apis = {
    default: Edge.httpApi(optionsOf({ 'GET /': none, 'GET /prod/{id}': none })),
    live: Edge.httpApi(optionsOf({ 'GET /': none, 'GET /items': none }, { stageName: 'live' })),
    rest: Edge.restApi(optionsOf({ 'GET /': none, 'GET /items': none })),
  };
  const template = once(() => synthesize({ services, edges: apis }));

  test.each<[string, keyof typeof apis, Omit<ClientRequest, 'fromRoot'>, string]>([
    ['a default stage has no name', 'default', { path: '/prod/7' }, '/prod/7 from /prod/7'],
    ['the name of a stage does not arrive', 'live', { path: '/live/items?a=1' }, '/items?a=1 from /live/items'],
    ['nor does that of a REST API', 'rest', { path: '/prod/items?a=1' }, '/items?a=1 from /prod/items'],
    ['the URL of a stage needs no slash', 'rest', { path: '/prod' }, '/ from /prod'],
    ['an HTTP API knows no path without it', 'live', { path: '/items' }, NOT_FOUND],
    ['a REST API knows none either', 'rest', { path: '/items' }, '403 {"message":"Forbidden"}'],
    ['a name that only begins alike is another', 'rest', { path: '/production/items' }, '403 {"message":"Forbidden"}'],
    ['below the stage, an unknown path is another error', 'rest', { path: '/prod/none' }, NO_METHOD],
    ['a custom domain has no stage', 'rest', { path: '/items', host: 'shop.example' }, '/items from /items'],
    ['but may have a path', 'rest', { path: '/v1/items', host: 'shop.example', basePath: '/v1' }, '/items from /v1/items'],
    ['without which it knows nothing', 'rest', { path: '/items', host: 'shop.example', basePath: '/v1' }, '403 {"message":"Forbidden"}'],
  ])('%s', (_, edge, request, expected) => {
    const outcome = apiOf(template(), {}, edge).take({ ...request, fromRoot: true });
    expect(
      outcome.kind === 'answered' ? `${outcome.status} ${outcome.body}` : `${outcome.path} from ${outcome.headers['x-edge-path'] ?? ''}`,
    ).toBe(expected);
  });

  test('the URL below which a client asks is that of the stage', () => {
    expect(Object.keys(apis).map((edge) => apiOf(template(), {}, edge).stagePath)).toEqual(['', '/live', '/prod']);
  });
});

describe('a system with several edges', () => {
  const keyed = Edge.restApi(optionsOf({ 'GET /items/{id}': Authorizer.apiKey() }));
  const edges = {
    default: Edge.httpApi(optionsOf({ 'GET /items': none })),
    partners: keyed,
    staff: Edge.httpApi(optionsOf({ $default: iam })),
  };
  const template = once(() => synthesize({ services, edges }));
  const of = (edge: string): Api => apiOf(template(), {}, edge);

  test('has an API for each, with its own routes, which leads to its own gateway service', () => {
    expect(['default', 'partners', 'staff'].map((name) => [of(name).gateway, of(name).routes.map(({ key }) => key)])).toEqual([
      [expect.stringMatching(/^ShopgatewayService/), ['GET /items']],
      [expect.stringMatching(/^ShopgatewaypartnersService/), ['GET /items/{id}']],
      [expect.stringMatching(/^ShopgatewaystaffService/), ['$default']],
    ]);
    expect(apiOf(template()).routes).toEqual(of('default').routes);
  });

  test('asks each client only for what the routes of its own API demand', () => {
    const ask = (edge: string, path: string): unknown => of(edge).take({ path, credentials: [] });
    expect(ask('default', '/items')).toMatchObject({ kind: 'sent', headers: { 'x-edge-route': 'GET /items' } });
    expect(ask('default', '/items/7')).toMatchObject({ status: 404 });
    expect(ask('partners', '/items/7')).toMatchObject({ status: 403 });
    expect(() => of('partners').take({ path: '/items/7', credentials: ['GET /items'] })).toThrow('no route "GET /items"');
  });

  test('lets each API into the VPC in security groups of its own', () => {
    const groups = ['default', 'partners', 'staff'].flatMap((name) => [
      ...new Set([...of(name).linkSecurityGroups, ...of(name).securityGroups]),
    ]);
    expect(groups).toEqual([
      expect.stringMatching(/^ShopEdgeVpcLink/),
      expect.stringMatching(/^ShopEdgepartnersVpcLink/),
      expect.stringMatching(/^ShopEdgepartnersLoadBalancer/),
      expect.stringMatching(/^ShopEdgestaffVpcLink/),
    ]);
  });

  test('fails if there is no edge of that name', () => {
    expect(() => of('admin')).toThrow('edge "admin"; those there are of default,staff,partners');
  });
});

describe('an HTTP API', () => {
  const template = once(() => withEdge(Edge.httpApi(optionsOf(ROUTES))));
  const live = optionsOf({ 'GET /items/{id}': none, 'ANY /{proxy+}': none, $default: iam }, { stageName: 'live' });
  const catchAll = once(() => withEdge(Edge.httpApi(live)));

  test.each<[request: string, fate: string]>([
    ['GET /', 'GET / -> /'],
    ['GET /items/7?x=/y', 'GET /items/{id} -> /items/7?x=/y'],
    ['GET /items/new', 'ANY /items/new -> /items/new'],
    ['POST /items/new', 'POST /items/new -> /items/new'],
    ['GET /items/7/a/b', 'ANY /items/{id}/{rest+} -> /items/7/a/b'],
    ['GET /items/7%2Fadmin', 'GET /items/{id} -> /items/7%2Fadmin'],
    ['GET /files/a%2Fb/', 'ANY /files/{path+} -> /files/a%2Fb/'],
    ['GET /files/', NOT_FOUND],
    ['GET /items//', NOT_FOUND],
    ['GET /Items', NOT_FOUND],
    ['POST /items', NOT_FOUND],
  ])('matches %s as it stands: %s', (request, expected) => {
    const [method, path = ''] = request.split(' ');
    expect(fate(template(), { path, method })).toBe(expected);
  });

  test('may decode the path that it sends, after it has matched it as it stands', () => {
    expect(fate(template(), { path: '/items/7%2Fadmin?x=%2F' }, { decodesPaths: true })).toBe('GET /items/{id} -> /items/7/admin?x=%2F');
    expect(fate(catchAll(), { path: '/%69tems/7' }, { decodesPaths: true })).toBe('ANY /{proxy+} -> /items/7');
  });

  test('may ignore a slash at the end, or not', () => {
    expect(fate(template(), { path: '/items/' })).toBe('GET /items -> /items/');
    expect(fate(template(), { path: '/items/' }, { ignoresTrailingSlashes: false })).toBe(NOT_FOUND);
    expect(fate(catchAll(), { path: '/items/7/' }, { ignoresTrailingSlashes: false })).toBe('ANY /{proxy+} -> /items/7/');
  });

  test('goes on to a greedy route where the method is not that of a full match, and to the default route last', () => {
    expect(fate(catchAll(), { path: '/items/7', method: 'POST' })).toBe('ANY /{proxy+} -> /items/7');
    expect(fate(catchAll(), { path: '/' })).toBe('$default -> /');
  });

  test('asks for what a route demands: IAM, a token of its very authorizer, and one of its scopes', () => {
    const scoped = (scope: string): Routes[string] => ({ authorizer: jwt, scopes: [scope] });
    const tokens: Routes = { 'GET /a': jwt, 'GET /b': other, 'GET /write': scoped('write'), 'GET /read': scoped('read') };
    const guarded = withEdge(Edge.httpApi(optionsOf({ 'GET /open': none, 'GET /iam': iam, ...tokens })));
    const asked = (paths: readonly string[], more: Partial<ClientRequest>): readonly string[] =>
      paths.map((path) => fate(guarded, { path, ...more }).slice(0, 3));
    expect(asked(['/open', '/iam', '/a', '/write'], { credentials: [] })).toEqual(['GET', '403', '401', '401']);
    expect(asked(['/iam', '/a'], { credentials: ['GET /iam'] })).toEqual(['GET', '401']);
    expect(asked(['/a', '/b', '/write'], { credentials: ['GET /a'] })).toEqual(['GET', '401', '401']);
    expect(asked(['/a', '/read', '/write'], { credentials: ['GET /write'] })).toEqual(['GET', '401', 'GET']);
    expect(asked(['/iam', '/b'], {})).toEqual(['GET', 'GET']);
    expect(() => asked(['/iam'], { credentials: ['GET /nothing'] })).toThrow('no route "GET /nothing"');
  });

  test('answers a preflight request itself, unless a route takes it', () => {
    const cors = withEdge(Edge.httpApi(optionsOf({ 'GET /a': iam, 'ANY /b': iam }, { cors: { allowOrigins: ['https://shop.example'] } })));
    expect(fate(cors, { path: '/a', method: 'OPTIONS', credentials: [] })).toBe('204');
    expect(fate(cors, { path: '/b', method: 'OPTIONS', credentials: [] })).toBe('OPTIONS /b -> /b');
  });
});

describe('a REST API', () => {
  const template = once(() => withEdge(Edge.restApi(optionsOf(ROUTES))));

  test.each<[request: string, fate: string]>([
    ['GET /', 'GET / -> /'],
    ['GET /items/7?x=%2Fy', 'GET /items/{id} -> /items/7?x=%2Fy'],
    ['GET /items/7%2Fadmin', 'GET /items/{id} -> /items/7/admin'],
    ['GET /items/7%252Fadmin', 'GET /items/{id} -> /items/7%2Fadmin'],
    ['GET /items/caf%C3%A9%20a+b', 'GET /items/{id} -> /items/caf%C3%A9%20a+b'],
    ['GET /items/%6eew', 'GET /items/{id} -> /items/new'],
    ['PUT /items/new', 'ANY /items/new -> /items/new'],
    ['GET /items/7/', 'GET /items/{id} -> /items/7'],
    ['GET /items/7/a%2Fb/..;/c', 'ANY /items/{id}/{rest+} -> /items/7/a/b/..;/c'],
    ['GET /files/%2e%2e%2fadmin', 'ANY /files/{path+} -> /files/../admin'],
    ['GET /files/', NO_METHOD],
    ['POST /items', NO_METHOD],
    ['GET /ITEMS', NO_METHOD],
  ])('matches %s as it stands, and decodes its parameters: %s', (request, expected) => {
    const [method, path = ''] = request.split(' ');
    expect(fate(template(), { path, method })).toBe(expected);
  });

  test('looks no further than the resource that takes a path', () => {
    const catchAll = withEdge(Edge.restApi(optionsOf({ 'GET /items/{id}': none, 'ANY /{proxy+}': none })));
    expect(fate(catchAll, { path: '/items/7/more' })).toBe('ANY /{proxy+} -> /items/7/more');
    expect(fate(catchAll, { path: '/items/7', method: 'POST' })).toBe(NO_METHOD);
  });

  test('asks for what a method demands, an API key too', () => {
    const guarded = withEdge(Edge.restApi(optionsOf({ 'GET /open': none, 'GET /iam': iam, 'GET /key': Authorizer.apiKey() })));
    const statuses = (credentials: readonly string[]): readonly string[] =>
      ['/open', '/iam', '/key'].map((path) => fate(guarded, { path, credentials }).slice(0, 3));
    expect(statuses([])).toEqual(['GET', '403', '403']);
    expect(statuses(['GET /key'])).toEqual(['GET', '403', 'GET']);
    expect(statuses(['GET /iam'])).toEqual(['GET', 'GET', '403']);
  });

  test('answers preflight requests itself', () => {
    const cors = { allowOrigins: ['https://shop.example'], allowMethods: ['GET'] };
    const api = apiOf(withEdge(Edge.restApi(optionsOf({ 'ANY /a': iam }, { cors }))));
    const headers = { 'access-control-allow-origin': 'https://shop.example', 'access-control-allow-methods': 'GET' };
    expect(api.take({ path: '/a', method: 'OPTIONS', credentials: [] })).toMatchObject({ kind: 'answered', status: 204, headers });
  });

  test('refuses bodies that do not match, whatever the client calls them', () => {
    const body = BodySchema.of({ type: JsonSchemaType.OBJECT, required: ['sku'], properties: { sku: { type: JsonSchemaType.STRING } } });
    const routes = { 'POST /a': { service: 'web', validation: { body } }, 'POST /b': { service: 'web' } };
    const api = apiOf(withEdge(Edge.restApi({ authorizer: none, detailedErrors: true, routes })));
    const post = (request: Partial<ClientRequest>): unknown => {
      const outcome = api.take({ path: '/a', method: 'POST', ...request });
      return outcome.kind === 'sent' ? outcome.path : { status: outcome.status, ...(JSON.parse(outcome.body) as object) };
    };
    const wrong = { status: 400, message: 'Invalid request body', type: 'BAD_REQUEST_BODY', requestId: expect.any(String) as string };
    const right = '{"sku":"OLJCESPC7Z"}';
    const as = (type: string, body: string): Partial<ClientRequest> => ({ headers: { 'Content-Type': type }, body });
    expect(post({ body: right })).toBe('/a');
    for (const type of ['application/json; charset=utf-8', 'text/plain', 'application/octet-stream']) {
      expect(post(as(type, right))).toBe('/a');
      expect(post(as(type, '{"sku":7}'))).toEqual(wrong);
    }
    for (const body of ['sku=OLJCESPC7Z', '[]', '', '{}']) expect(post(as('application/x-www-form-urlencoded', body))).toEqual(wrong);
    expect(post({})).toEqual(wrong);
    expect(post({ bodyBase64: Buffer.from('{"sku":7}').toString('base64') })).toEqual(wrong);
    expect(post({ path: '/b', body: 'sku' })).toBe('/b');
  });

  test('refuses bodies that are not the request of a method', () => {
    const grpcApi = GrpcApi.fromProtoFiles([DEMO_PROTO]);
    const shop = { image: image('shop'), port: 50051, protocol: Protocol.GRPC, grpcApi };
    const template = synthesize({
      services: { shop },
      edge: Edge.restApi({
        authorizer: none,
        routes: {
          'POST /conversions': {
            grpc: { service: 'shop', method: 'hipstershop.CurrencyService/Convert' },
            validation: { body: BodySchema.ofMethod() },
          },
        },
        grpcRoutes: [
          {
            service: 'shop',
            mapping: GrpcMapping.METHOD_NAMES,
            grpcServices: ['hipstershop.CurrencyService', 'hipstershop.CartService'],
            validation: { body: BodySchema.ofMethod() },
          },
        ],
      }),
    });
    const api = apiOf(template);
    const post = (path: string, body: unknown): string | number => {
      const outcome = api.take({ path, method: 'POST', body: JSON.stringify(body) });
      return outcome.kind === 'sent' ? outcome.path : outcome.status;
    };
    for (const path of ['/conversions', '/hipstershop.CurrencyService/Convert']) {
      for (const right of [{}, { from: { units: '7', currencyCode: 'EUR' }, to_code: 'CHF' }, { from: { currency_code: 'EUR' } }])
        expect(post(path, right)).toBe(path);
      for (const wrong of [
        [],
        null,
        { from: 7 },
        { from: { units: 'seven' } },
        { toCode: 1 },
        { from: { nanos: 1.5 } },
        { from: { currency_code: 'EUR' }, other: 1 },
      ])
        expect(post(path, wrong)).toBe(400);
    }
    expect(post('/hipstershop.CartService/AddItem', { userId: 'a', item: { productId: 'b', quantity: 2 } })).toMatch(/AddItem$/);
    expect(post('/hipstershop.CartService/AddItem', { userId: 'a', item: { productId: 'b', quantity: 'two' } })).toBe(400);
  });

  test('refuses requests without what must be there, as it is spelled, with the ID of the request', () => {
    const validation = { query: ['page'], headers: ['x-tenant'] };
    const api = apiOf(
      withEdge(Edge.restApi({ authorizer: none, detailedErrors: true, routes: { 'GET /a': { service: 'web', validation } } })),
    );
    const asked = (request: Partial<ClientRequest>): unknown => {
      const outcome = api.take({ path: '/a', ...request });
      return outcome.kind === 'sent' ? outcome.path : { status: outcome.status, ...(JSON.parse(outcome.body) as object) };
    };
    const missing = (names: string): unknown => ({
      status: 400,
      message: `Missing required request parameters: [${names}]`,
      type: 'BAD_REQUEST_PARAMETERS',
      requestId: expect.stringMatching(/./) as string,
    });
    expect(asked({})).toEqual(missing('page, x-tenant'));
    expect(asked({ path: '/a?page=', headers: { 'x-tenant': 't' } })).toEqual(missing('page'));
    expect(asked({ path: '/a?Page=1', headers: { 'X-Tenant': 't' } })).toEqual(missing('page, x-tenant'));
    expect(asked({ path: '/a?page=1', headers: { 'x-tenant': 't' } })).toBe('/a?page=1');
    expect(asked({ path: '/b' })).toMatchObject({ status: 403, type: 'MISSING_AUTHENTICATION_TOKEN' });
  });

  test('keeps responses by the key that is written, and by nothing else', () => {
    const cache = { query: ['page'] };
    const api = apiOf(
      withEdge(
        Edge.restApi({
          authorizer: none,
          cache: { ttl: Duration.minutes(1) },
          routes: {
            'GET /items/{id}': { service: 'web', cache },
            'GET /mine': { service: 'web', authorizer: Authorizer.apiKey(), cache: {} },
            'GET /new': { service: 'web' },
          },
        }),
      ),
    );
    const keyOf = (path: string, headers: ClientRequest['headers'] = {}): unknown => {
      const outcome = api.take({ path, headers });
      return outcome.kind === 'sent' ? outcome.cache?.key : outcome.status;
    };
    expect(keyOf('/items/7?page=1&x=1', { cookie: 'a' })).toBe(keyOf('/items/7?page=1&x=2'));
    expect(keyOf('/items/7?page=1')).not.toBe(keyOf('/items/7?page=2'));
    expect(keyOf('/items/7')).not.toBe(keyOf('/items/8'));
    expect(keyOf('/mine', { 'x-api-key': 'ann' })).not.toBe(keyOf('/mine', { 'x-api-key': 'bob' }));
    // Nobody gets the one key of all who are not told apart.
    expect([keyOf('/mine'), keyOf('/mine', { 'X-Api-Key': 'ann' })]).toEqual([400, 400]);
    expect(keyOf('/new')).toBeUndefined();
    expect(api.take({ path: '/items/7' })).toMatchObject({ cache: { ttlSeconds: 60 } });
  });
});
