import type { JsonObject } from '../../../support/envoy-json';
import { mesh, seconds, service } from '../../../support/parsing';
import { at, cluster, configurationOf, listener, textAt } from '../configuration';
import { fullMatch } from '../../../../programs/simulator/regex';

const shop = (orders: object, ui: object = {}): unknown =>
  mesh({ ui: service({ calls: ['orders'], ...ui }), orders: service({ ...orders }) }, { tracing: { kind: 'none' } });
const manager = (props: unknown, name: string, of: string): JsonObject =>
  at(listener(configurationOf(props, name), of), 'filter_chains.0.filters.0.typed_config') as JsonObject;
const inbound = (orders: object): JsonObject => manager(shop(orders), 'orders', '_inbound');
const routesOf = (config: JsonObject): readonly JsonObject[] => at(config, 'route_config.virtual_hosts.0.routes') as readonly JsonObject[];
const filtersOf = (config: JsonObject): readonly string[] =>
  (at(config, 'http_filters') as readonly JsonObject[]).map((filter) => textAt(filter, 'name'));

const everything = {
  allow: [{ methods: ['GET'] }],
  rateLimits: { b: { requests: 1 }, a: { requests: 3, per: seconds(10) } },
  faultInjection: { f: { abortStatus: 503 } },
  maxRequestSize: undefined,
};

test('what is refused uses up no limit, and what is limited has no fault', () => {
  expect(filtersOf(inbound(everything))).toEqual(['HealthCheck', 'RBAC', 'limit.a', 'limit.b', 'fault.f', 'Router']);
});

test('without any of it, there is none of it', () => {
  expect(filtersOf(inbound({}))).toEqual(['HealthCheck', 'RBAC', 'Router']);
  const configuration = JSON.stringify(configurationOf(shop({}), 'orders')).replace(
    /"response_headers_to_remove":\["x-mesh-not-sent"(,"x-envoy-[a-z-]+")+,"te"\],/,
    '',
  );
  expect(configuration).not.toMatch(/upgrade_configs|allow_connect|(request|response)_headers_to|rewrite/);
});

test('health checks of callers pass by limits and faults; any other request on their path does not', () => {
  const limited = { ...everything, activeHealthCheck: { path: '/health' } };
  const [first] = routesOf(inbound(limited));
  expect(first?.['match']).toEqual({
    path: '/health',
    headers: [
      { name: ':method', string_match: { exact: 'GET' } },
      { name: 'user-agent', string_match: { exact: 'Envoy/HC' } },
    ],
  });
  const filters = filtersOf(inbound(limited)).filter((name) => /^(limit|fault)\./.test(name));
  expect(filters.length).toBeGreaterThan(1);
  expect(Object.entries(first?.['typed_per_filter_config'] as JsonObject)).toEqual(
    filters.map((name) => [name, { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true }]),
  );
  // Without checks, or without anything to pass by, there is no such route.
  for (const more of [everything, { activeHealthCheck: { path: '/health' } }])
    expect(JSON.stringify(routesOf(inbound(more)))).not.toContain('Envoy/HC');
});

test('Retry-After is when the next token comes, in whole seconds', () => {
  const [, , limit] = at(inbound(everything), 'http_filters') as readonly JsonObject[];
  expect(at(limit, 'typed_config.response_headers_to_add.0.header')).toEqual({ key: 'retry-after', value: '4' });
});

describe('the paths of a limit', () => {
  const counted = (paths: readonly string[], path: string): boolean => {
    const [, , limit] = at(inbound({ rateLimits: { a: { requests: 1, paths } } }), 'http_filters') as readonly JsonObject[];
    return fullMatch(
      textAt(limit, 'typed_config.rate_limits.0.actions.0.header_value_match.headers.0.string_match.safe_regex.regex'),
      path,
      'the limit',
    );
  };

  test.each([
    ['/orders', true],
    ['/orders?x=/', true],
    ['/orders/7', true],
    ['/orders/a/b?c', true],
    ['/orders/', true],
    ['/ordersx', false],
    ['/x/orders', false],
    ['/', false],
    ['/x?y=/orders', false],
    ['/a.b', true],
    ['/axb', false],
    // Whatever could be read as another path counts as the one that is limited.
    ['/x%2f7', true],
    ['/%6frders', true],
    ['/x/..;/orders', true],
    ['//orders', true],
    ['/x\\orders', true],
    ['/x%252e', true],
    ['/x?y=//', false],
    ['/x?y=%2f', false],
    // So does what a framework may take for the same page.
    ['/ORDERS', true],
    ['/Orders/7', true],
    ['/orders;x=1', true],
    ['/orders;a/7', true],
    ['/orders%3ba/7', true],
    ['/a.b/', true],
    ['/A.B', true],
    ['/a.b;x=1?y', true],
    ['/a.b%20', true],
    ['/a.b%09', true],
    ['/a.b.', true],
    ['/users/%40me', true],
    ['/users/%2540ME', true],
    ['/users/me', false],
    ['/v1/a%3ab', true],
    ['/a.b.json', true],
    ['/a.b%3bx', true],
    ['/a.b/.', true],
    ['/a.b.css', true],
    ['/a.b/c', false],
    ['/a.bc', false],
    ['/orders%20x/7', false],
  ])('%s: %s', (path, counts) => {
    expect(counted(['/orders', '/orders/*', '/a.b', '/users/@me', '/v1/a:b'], path)).toBe(counts);
  });
});

test('a caller is who its certificate says, and nobody whose name only begins or ends so', () => {
  const [, , limit] = at(inbound({ rateLimits: { a: { requests: 1, callers: ['ui'] } } }), 'http_filters') as readonly JsonObject[];
  const [header] = at(limit, 'typed_config.rate_limits.0.actions.0.header_value_match.headers') as readonly JsonObject[];
  const is = (caller: string): boolean =>
    new RegExp(`^(?:${textAt(header, 'string_match.safe_regex.regex')})$`).test(`By=spiffe://shop.internal/orders;Hash=abc;URI=${caller}`);
  expect(header['name']).toBe('x-forwarded-client-cert');
  expect(
    ['spiffe://shop.internal/ui', 'spiffe://shop.internal/ui2', 'spiffe://shop.internal/x/ui', 'spiffe://shopxinternal/ui', ''].map(is),
  ).toEqual([true, false, false, false, false]);
});

test('a percent sign in a header is no variable of Envoy', () => {
  expect(JSON.stringify(inbound({ requestHeaders: { set: { 'x-a': '%REQ(x)% 100%' } } }))).toContain('"value":"%%REQ(x)%% 100%%"');
});

test('an inbound stream may be silent for as long as the most patient of routes and callers waits', () => {
  const routes = [{ name: 'slow', match: { path: { kind: 'prefix', text: '/slow/' } }, timeout: { perRequest: seconds(900) } }];
  const idle = (orders: object, ui: object = {}): unknown =>
    at(routesOf(manager(shop(orders, ui), 'orders', '_inbound'))[0], 'route.idle_timeout');
  expect([idle({}), idle({ routes }), idle({}, { callPolicies: { orders: { timeout: { perRequest: seconds(600) } } } })]).toEqual([
    undefined,
    '900s',
    '600s',
  ]);
  expect([
    idle({ protocol: 'grpc', routes: [] }),
    idle({
      protocol: 'grpc',
      timeout: { perRequest: seconds(1) },
      routes: [{ name: 'a', match: { headers: { a: { kind: 'present' } } }, timeout: { perRequest: seconds(400) } }],
    }),
  ]).toEqual(['0s', '400s']);
});

describe('routes of a caller', () => {
  const routes = [
    { name: 'a', match: { path: { kind: 'prefix', text: '/a/' }, methods: ['PUT', 'POST', 'GET'] }, timeout: { perRequest: seconds(1) } },
    { name: 'b', match: { headers: { x: { kind: 'present' } } } },
  ];
  const found = routesOf(manager(shop({ routes }), 'ui', 'orders'));
  const short = found.map((each) => [
    each['match'],
    at(each, 'route.timeout'),
    textAt(each, 'route.retry_policy.retry_on').startsWith('gateway-error') ? 'eager' : 'careful',
  ]);

  test('come in their order, before the one for all other requests; idempotent methods are retried in another way', () => {
    const method = (string_match: object) => ({ name: ':method', string_match });
    const idempotent = method({ safe_regex: { regex: '^(GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$' } });
    expect(short).toEqual([
      [{ prefix: '/a/', headers: [method({ safe_regex: { regex: 'GET|PUT' } })] }, '1s', 'eager'],
      [{ prefix: '/a/', headers: [method({ exact: 'POST' })] }, '1s', 'careful'],
      [{ prefix: '/', headers: [{ name: 'x', present_match: true }, idempotent] }, '15s', 'eager'],
      [{ prefix: '/', headers: [{ name: 'x', present_match: true }] }, '15s', 'careful'],
      [{ prefix: '/', headers: [idempotent] }, '15s', 'eager'],
      [{ prefix: '/' }, '15s', 'careful'],
    ]);
  });

  test('say what they say in place of what the caller says', () => {
    const overridden = routesOf(
      manager(shop({ routes }, { callPolicies: { orders: { timeout: { perRequest: seconds(7) } } } }), 'ui', 'orders'),
    );
    expect(overridden.map((each) => at(each, 'route.timeout'))).toEqual(['1s', '1s', '7s', '7s', '7s', '7s']);
  });
});

describe('WebSockets', () => {
  test('are let through by the caller and the callee, which speak HTTP/2 to each other', () => {
    const props = shop({ webSockets: true });
    const upgrades = [{ upgrade_type: 'websocket' }];
    for (const config of [manager(props, 'ui', 'orders'), manager(props, 'orders', '_inbound')])
      for (const route of routesOf(config)) expect(at(route, 'route.upgrade_configs')).toEqual(upgrades);
    expect(at(manager(props, 'orders', '_inbound'), 'http2_protocol_options.allow_connect')).toBe(true);
    expect(JSON.stringify(cluster(configurationOf(props, 'ui'), 'orders'))).toContain('"allow_connect":true');
  });
});
