import type { RoutePlan } from '../../../../lib/core/mesh/app-mesh/resources';
import { DEFAULT_RETRY as RETRY } from '../../../../lib/core/model/defaults';
import type { RetryPolicy } from '../../../../lib/core/model/traffic-policy';
import { ordersWith, planOf, route } from './model';

const routesOf = (parts: Parameters<typeof ordersWith>[0]): readonly RoutePlan[] =>
  planOf(ordersWith(parts)).routes.filter(({ router }) => router === 'orders');
const httpOf = ({ spec }: RoutePlan): NonNullable<RoutePlan['spec']['httpRoute']> => {
  const http = spec.httpRoute ?? spec.http2Route;
  if (http === undefined) throw new Error('it is no HTTP route');
  return http;
};

test('by default a request that is not idempotent is sent again only if nothing of it was sent', () => {
  const routes = routesOf({});
  expect(routes.map(({ name, spec }) => [name, spec.priority])).toEqual([
    ['all_others_post', 0],
    ['all_others_patch', 1],
    ['all_others', 2],
  ]);
  const careful = {
    maxRetries: 3,
    perRetryTimeout: { value: 15, unit: 's' },
    httpRetryEvents: ['stream-error'],
    tcpRetryEvents: ['connection-error'],
  };
  expect(routes.map((each) => httpOf(each).retryPolicy)).toEqual([
    careful,
    careful,
    { ...careful, httpRetryEvents: ['gateway-error', 'stream-error'] },
  ]);
});

test("a service that is not to be retried says so, since App Mesh's own default is two retries of every method", () => {
  const [only, ...others] = routesOf({ call: { retry: { ...RETRY, maxRetries: 0 } } });
  expect(others).toEqual([]);
  expect(only?.spec).toMatchObject({ httpRoute: { match: { prefix: '/' }, retryPolicy: { maxRetries: 0 } } });
});

test.each<[string, Partial<RetryPolicy>, object]>([
  [
    'events of HTTP and TCP',
    { on: ['client-error', 'connection-error', 'server-error'] },
    { httpRetryEvents: ['client-error', 'server-error'], tcpRetryEvents: ['connection-error'] },
  ],
  ['one event', { on: ['gateway-error'] }, { httpRetryEvents: ['gateway-error'] }],
])('%s are retried', (_, retry, events) => {
  expect(httpOf(routesOf({ call: { retry: { ...RETRY, ...retry } } }).at(-1)!).retryPolicy).toEqual({
    maxRetries: 3,
    perRetryTimeout: { value: 15, unit: 's' },
    ...events,
  });
});

test('where every method may be retried, methods make no difference', () => {
  const routes = routesOf({ call: { retry: { ...RETRY, on: ['server-error'], anyMethod: true } } });
  expect(routes.map((each) => [each.name, httpOf(each).retryPolicy.httpRetryEvents])).toEqual([['all_others', ['server-error']]]);
});

test('gRPC has events of its own, where it is said that its methods may be called twice', () => {
  const [only] = routesOf({
    protocol: 'grpc',
    call: {
      retry: { ...RETRY, on: ['connection-error', 'resource-exhausted', 'unavailable'], anyMethod: true },
      timeouts: { perTrySeconds: 0.5 },
    },
  });
  expect(only?.spec.grpcRoute?.retryPolicy).toEqual({
    maxRetries: 3,
    perRetryTimeout: { value: 500, unit: 'ms' },
    tcpRetryEvents: ['connection-error'],
    grpcRetryEvents: ['resource-exhausted', 'unavailable'],
  });
});

test('the first route that matches decides: priorities are in the order of the props, and all other requests come last', () => {
  const routes = routesOf({
    policy: {
      routes: [
        route('reports', { path: { kind: 'prefix', text: '/reports/' }, methods: ['GET', 'POST'] }),
        route('beta', { headers: [{ name: 'x-beta', kind: 'present', invert: false }] }),
      ],
    },
  });
  expect(routes.map(({ name, spec }) => [spec.priority, name])).toEqual([
    [0, 'reports_get'],
    [1, 'reports_post'],
    [2, 'beta_post'],
    [3, 'beta_patch'],
    [4, 'beta'],
    [5, 'all_others_post'],
    [6, 'all_others_patch'],
    [7, 'all_others'],
  ]);
  expect(routes.slice(0, 2).map((each) => [httpOf(each).match, httpOf(each).retryPolicy.httpRetryEvents])).toEqual([
    [{ prefix: '/reports/', method: 'GET' }, ['gateway-error', 'stream-error']],
    [{ prefix: '/reports/', method: 'POST' }, ['stream-error']],
  ]);
});

test.each<[string, Parameters<typeof route>[1], object]>([
  ['an exact path', { path: { kind: 'exact', text: '/a' } }, { path: { exact: '/a' } }],
  ['a prefix', { path: { kind: 'prefix', text: '/a/' } }, { prefix: '/a/' }],
  ['a regular expression', { path: { kind: 'regex', text: '/a/\\d+' } }, { path: { regex: '/a/\\d+' } }],
  [
    'headers of every kind',
    {
      headers: [
        { name: 'a', kind: 'exact', text: 'x', invert: false },
        { name: 'b', kind: 'prefix', text: 'x', invert: false },
        { name: 'c', kind: 'suffix', text: 'x', invert: false },
        { name: 'd', kind: 'regex', text: 'x+', invert: false },
        { name: 'e', kind: 'range', start: 1, end: 10, invert: false },
        { name: 'f', kind: 'present', invert: true },
      ],
    },
    {
      prefix: '/',
      headers: [
        { name: 'a', match: { exact: 'x' } },
        { name: 'b', match: { prefix: 'x' } },
        { name: 'c', match: { suffix: 'x' } },
        { name: 'd', match: { regex: 'x+' } },
        { name: 'e', match: { range: { start: 1, end: 10 } } },
        { name: 'f', invert: true },
      ],
    },
  ],
  [
    'query parameters',
    {
      queryParameters: [
        { name: 'a', kind: 'exact', text: '1', invert: false },
        { name: 'b', kind: 'present', invert: false },
      ],
    },
    { prefix: '/', queryParameters: [{ name: 'a', match: { exact: '1' } }, { name: 'b' }] },
  ],
])('a route matches %s', (_, match, expected) => {
  const found = routesOf({ policy: { routes: [route('one', match)] } }).find(({ name }) => name === 'one');
  expect(httpOf(found!).match).toEqual(expected);
});

const NOT_OFF = { name: 'x-beta', kind: 'exact', text: 'off', invert: true } as const;
const NOT_BOT = { name: 'x-agent', kind: 'prefix', text: 'bot', invert: true } as const;
const OTHER_BETA = { name: 'x-beta', invert: true, match: { exact: 'off' } };
const OTHER_AGENT = { name: 'x-agent', invert: true, match: { prefix: 'bot' } };

test('a header that must not be something may be missing: a route for another value, and one for none', () => {
  const routes = routesOf({ call: { retry: { ...RETRY, maxRetries: 0 } }, policy: { routes: [route('beta', { headers: [NOT_OFF] })] } });
  expect(routes.map((each) => [each.spec.priority, each.name, httpOf(each).match.headers])).toEqual([
    [0, 'beta', [OTHER_BETA]],
    [1, 'beta_missing_1', [{ name: 'x-beta', invert: true }]],
    [2, 'all_others', undefined],
  ]);
  // In all else the two are one.
  const [there, missing] = routes.map((each) => ({ ...httpOf(each), match: undefined }));
  expect(missing).toEqual(there);
});

test('two of them are four routes, and each stands before the routes that come later', () => {
  const routes = routesOf({ protocol: 'grpc', policy: { routes: [route('beta', { headers: [NOT_OFF, NOT_BOT] })] } });
  expect(routes.map(({ name, spec }) => [name, spec.grpcRoute?.match.metadata])).toEqual([
    ['beta', [OTHER_BETA, OTHER_AGENT]],
    ['beta_missing_1', [{ name: 'x-beta', invert: true }, OTHER_AGENT]],
    ['beta_missing_2', [OTHER_BETA, { name: 'x-agent', invert: true }]],
    [
      'beta_missing_1_2',
      [
        { name: 'x-beta', invert: true },
        { name: 'x-agent', invert: true },
      ],
    ],
    ['all_others', undefined],
  ]);
});

test('fails if the name of a route is longer than App Mesh takes, or is there twice', () => {
  const long = 'r'.repeat(63);
  const versions = VERSIONS.map((version, index) => ({ ...version, name: `${'v'.repeat(62)}${index}` }));
  const names = routesOf({
    service: { versions, versionHeader: 'x-version' },
    policy: { routes: [route(long, { methods: ['DELETE', 'OPTIONS'], headers: [NOT_OFF, NOT_BOT] })] },
  }).map(({ name }) => name);
  expect(names).toContain(`${long}_version_${'v'.repeat(62)}1_missing_1_2_options`);
  expect(names.filter((name) => name.length > 255)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test.each<[string, Parameters<typeof route>[1], object]>([
  ['a method', { path: { kind: 'exact', text: '/shop.Orders/Place' } }, { serviceName: 'shop.Orders', methodName: 'Place' }],
  ['a service', { path: { kind: 'prefix', text: '/shop.Orders/' } }, { serviceName: 'shop.Orders' }],
  ['everything', { path: { kind: 'prefix', text: '/' } }, {}],
  [
    'metadata',
    { headers: [{ name: 'tenant', kind: 'exact', text: 'a', invert: false }] },
    { metadata: [{ name: 'tenant', match: { exact: 'a' } }] },
  ],
])('a route of gRPC matches %s', (_, match, expected) => {
  expect(routesOf({ protocol: 'grpc', policy: { routes: [route('one', match)] } })[0]?.spec.grpcRoute?.match).toEqual(expected);
});

const VERSION = {
  cpu: 256,
  memoryMiB: 512,
  architecture: 'ARM64',
  enableExecuteCommand: false,
  capacityProviders: [],
  environment: {},
  secretNames: [],
  readonlyRootFilesystem: false,
  initProcess: true,
  startupTimeoutSeconds: 300,
  stopTimeoutSeconds: 30,
  extraContainers: [],
  discovery: 'dns',
} as const;
const VERSIONS = [
  { ...VERSION, name: 'v1', workloadName: 'orders-v1', weight: 90, discoveryHost: 'orders-v1.tasks.shop.internal' },
  { ...VERSION, name: 'v2', workloadName: 'orders-v2', weight: 10, discoveryHost: 'orders-v2.tasks.shop.internal' },
];

test('versions are virtual nodes of their own, and share out requests by weight; a route may have weights of its own', () => {
  const plan = planOf(
    ordersWith({ service: { versions: VERSIONS }, policy: { routes: [route('canary', {}, { versions: { v2: 100 } })] } }),
  );
  expect(plan.virtualNodes.map(({ name, spec }) => [name, spec.serviceDiscovery])).toEqual([
    ['orders-v1', { awsCloudMap: { namespaceName: 'tasks.shop.internal', serviceName: 'orders-v1' } }],
    ['orders-v2', { awsCloudMap: { namespaceName: 'tasks.shop.internal', serviceName: 'orders-v2' } }],
    ['ui', { awsCloudMap: { namespaceName: 'tasks.shop.internal', serviceName: 'ui' } }],
  ]);
  const targets = plan.routes.map((each) => [each.name, httpOf(each).action.weightedTargets]);
  expect(targets.find(([name]) => name === 'canary')).toEqual([
    'canary',
    [
      { virtualNode: 'orders-v1', weight: 0, port: 8080 },
      { virtualNode: 'orders-v2', weight: 100, port: 8080 },
    ],
  ]);
  expect(targets.at(-1)).toEqual([
    'all_others',
    [
      { virtualNode: 'orders-v1', weight: 90, port: 8080 },
      { virtualNode: 'orders-v2', weight: 10, port: 8080 },
    ],
  ]);
});

test.each<[string, Parameters<typeof ordersWith>[0], object | undefined, object | undefined]>([
  ['15 seconds, which is what App Mesh does by itself', {}, undefined, undefined],
  [
    'two seconds',
    { call: { timeouts: { requestSeconds: 2 } } },
    { perRequest: { value: 2, unit: 's' } },
    { http: { perRequest: { value: 2, unit: 's' } } },
  ],
  [
    'ten minutes, in which nothing need move',
    { call: { timeouts: { requestSeconds: 600 } } },
    { perRequest: { value: 600, unit: 's' }, idle: { value: 600, unit: 's' } },
    { http: { perRequest: { value: 600, unit: 's' }, idle: { value: 600, unit: 's' } } },
  ],
  [
    'as long as a stream of gRPC lives',
    { protocol: 'grpc', call: { timeouts: {} } },
    { perRequest: { value: 0, unit: 's' }, idle: { value: 0, unit: 's' } },
    { grpc: { perRequest: { value: 0, unit: 's' }, idle: { value: 0, unit: 's' } } },
  ],
  [
    'as long as a TCP connection is not silent for a minute',
    { protocol: 'tcp', call: { timeouts: { idleSeconds: 60 } } },
    { idle: { value: 60, unit: 's' } },
    { tcp: { idle: { value: 60, unit: 's' } } },
  ],
])('callers wait for %s', (_, parts, onRoute, onListener) => {
  const plan = planOf(ordersWith(parts));
  const { spec } = plan.routes.at(-1)!;
  expect((spec.httpRoute ?? spec.grpcRoute ?? spec.tcpRoute)?.timeout).toEqual(onRoute);
  expect(plan.virtualNodes[0]?.spec.listeners[0]?.timeout).toEqual(onListener);
});

test('the listener waits for as long as the most patient route does', () => {
  const plan = planOf(ordersWith({ policy: { routes: [route('slow', {}, { timeouts: { requestSeconds: 100 } })] } }));
  expect(plan.virtualNodes[0]?.spec.listeners[0]?.timeout).toEqual({ http: { perRequest: { value: 100, unit: 's' } } });
});
