import type { JsonObject } from '../../../support/envoy-json';
import { mesh, service } from '../../../support/parsing';
import { at, configurationOf, listener, textAt } from '../configuration';
import { fullMatch } from '../../../../programs/simulator/regex';

const ON = { kind: 'of' };
const OFF = { kind: 'none' };
const route = (name: string, compression: object, more: object = {}): object => ({
  name,
  match: { path: { kind: 'prefix', text: `/${name}/` } },
  compression,
  ...more,
});
const shop = (orders: object, more: object = {}): unknown =>
  mesh({ ui: service({ calls: ['orders'] }), orders: service({ ...orders }) }, { tracing: { kind: 'none' }, ...more });
const manager = (props: unknown, name: string, of: string): JsonObject =>
  at(listener(configurationOf(props, name), of), 'filter_chains.0.filters.0.typed_config') as JsonObject;
const inbound = (orders: object, more: object = {}): JsonObject => manager(shop(orders, more), 'orders', '_inbound');
const filtersOf = (config: JsonObject): readonly JsonObject[] => at(config, 'http_filters') as readonly JsonObject[];
const routesOf = (config: JsonObject): readonly JsonObject[] => at(config, 'route_config.virtual_hosts.0.routes') as readonly JsonObject[];
const OVERRIDE = { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig' };

test('comes last: what is refused before it is answered as it is', () => {
  const all = { rateLimits: { a: { requests: 1 } }, faultInjection: { f: { abortStatus: 503 } }, compression: ON };
  expect(filtersOf(inbound(all)).map(({ name }) => name)).toEqual([
    'HealthCheck',
    'RBAC',
    'limit.a',
    'fault.f',
    'brotli',
    'gzip',
    'Router',
  ]);
});

test('the first algorithm stands first and is chosen first; those of routes are off', () => {
  const filters = filtersOf(inbound({ compression: ON, routes: [route('a', { ...ON, algorithms: ['gzip', 'brotli'] }), route('b', OFF)] }));
  expect(
    filters
      .filter((filter) => /gzip|brotli/.test(textAt(filter, 'name')))
      .map((filter) => [
        filter['name'],
        filter['disabled'] ?? false,
        at(filter, 'typed_config.extension_config.typed_config.choose_first'),
      ]),
  ).toEqual([
    ['brotli', false, true],
    ['gzip', false, false],
    ['gzip.a', true, true],
    ['brotli.a', true, false],
  ]);
});

test('a caller says which route it has taken, and the callee switches filters by that', () => {
  const props = shop({
    compression: ON,
    routes: [route('a', { ...ON, algorithms: ['gzip'] }), route('b', OFF), { name: 'c', match: { methods: ['PUT'] } }],
  });
  const marks = routesOf(manager(props, 'ui', 'orders')).map((each) => at(each, 'request_headers_to_add.0.header.value'));
  expect(marks).toEqual(['a', 'a', 'b', 'b', undefined, undefined, undefined]);
  const callee = manager(props, 'orders', '_inbound');
  expect(routesOf(callee).map((each) => [at(each, 'match.headers.0.string_match.exact'), each['typed_per_filter_config']])).toEqual([
    ['a', { brotli: { ...OVERRIDE, disabled: true }, gzip: { ...OVERRIDE, disabled: true }, 'gzip.a': { ...OVERRIDE, config: {} } }],
    ['b', { brotli: { ...OVERRIDE, disabled: true }, gzip: { ...OVERRIDE, disabled: true } }],
    [undefined, undefined],
  ]);
  expect(at(callee, 'route_config.request_headers_to_remove')).toEqual(['x-mesh-route']);
});

test('marks of others are removed by the Envoys that set them, and only there', () => {
  const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'GET /orders': { service: 'orders' } } };
  const removal = '{"remove":"x-mesh-route"}';
  const marked = shop({ routes: [route('a', ON)] }, { edge });
  expect(JSON.stringify(manager(marked, 'ui', 'orders'))).toContain(removal);
  expect(JSON.stringify(configurationOf(marked, 'gateway'))).toContain(removal);
  for (const orders of [{ compression: ON }, { routes: [route('a', OFF)] }]) {
    const plain = shop(orders, { edge });
    for (const name of ['ui', 'gateway', 'orders']) expect(JSON.stringify(configurationOf(plain, name))).not.toContain('x-mesh-route');
  }
});

test.each([
  ['application/json', true],
  ['Application/JSON', true],
  ['application/problem+json', true],
  ['image/svg+xml', true],
  ['text/html', true],
  ['text/event-stream', false],
  ['image/png', false],
  ['application/jsonx', false],
  ['xtext/html', false],
])('by default %s is compressed: %s', (type, compressed) => {
  const regex = textAt(
    filtersOf(inbound({ compression: ON }))[2],
    'typed_config.extension_config.typed_config.response_direction_config.common_config.content_type_matcher.0.safe_regex.regex',
  );
  expect(fullMatch(regex, type, 'the types')).toBe(compressed);
});

describe('credentials', () => {
  const names = (orders: object, more: object = {}): readonly string[] =>
    [...JSON.stringify(filtersOf(inbound(orders, more))[2]).matchAll(/"header_name":"([^"]+)"/g)].map(([, name = '']) => name);

  test('are looked for in headers of requests and responses, unless that is not wanted', () => {
    const always = ['content-type', 'content-type'];
    expect(names({ compression: ON })).toEqual(['authorization', 'cookie', 'x-api-key', 'set-cookie', ...always]);
    expect(names({ compression: { ...ON, withCredentials: true } })).toEqual(always);
  });

  test('are also what authorizers look at, of routes to this service', () => {
    const jwt = (name: string, identitySource: string): object => ({
      kind: 'jwt',
      name,
      issuer: 'https://tokens.example',
      audience: ['a'],
      identitySource,
    });
    const edge = {
      kind: 'http',
      authorizer: { kind: 'none' },
      routes: {
        'GET /a': { service: 'orders', authorizer: jwt('a', '$request.header.X-Token') },
        'GET /b': { service: 'orders', authorizer: jwt('b', '$request.querystring.key') },
        'GET /c': { service: 'ui', authorizer: jwt('c', '$request.header.X-Other') },
      },
    };
    expect(names({ compression: ON }, { edge }).slice(0, 5)).toEqual(['authorization', 'cookie', 'x-api-key', 'x-token', ':path']);
    const [, regex = ''] = /"header_name":":path".*?"regex":"([^"]+)"/.exec(
      JSON.stringify(filtersOf(inbound({ compression: ON }, { edge }))),
    )!;
    const paths = ['/?key=1', '/a?b=1&key=', '/key=1', '/?monkey=1', '/?a=key'];
    expect(paths.map((path) => fullMatch(regex, path, 'the token'))).toEqual([true, true, false, false, false]);
  });
});

test('health checks of callers are not compressed', () => {
  const [first] = routesOf(inbound({ compression: ON, activeHealthCheck: { kind: 'on', path: '/health' }, routes: [route('a', ON)] }));
  expect(at(first, 'match.path')).toBe('/health');
  expect(Object.keys(first?.['typed_per_filter_config'] ?? {})).toEqual(['brotli', 'gzip']);
});
