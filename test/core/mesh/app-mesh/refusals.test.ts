import type { AppMeshSettings } from '../../../../lib/core/mesh/app-mesh/settings';
import { PROVIDERS } from '../../../../lib/core/mesh/providers';
import { Opaque } from '../../../../lib/core/reading/input';
import type { Topology } from '../../../../lib/core/model/topology';
import type { OutlierDetection, RetryPolicy } from '../../../../lib/core/model/traffic-policy';
import { DEFAULT_COMPRESSION, defaultCallPolicy, externalCallPolicy } from '../../../../lib/core/model/defaults';
import { issuesOf, ordersWith, route, systemOf, topologyOf, withExternal, withService } from './model';

const { retry, loadBalancing, keepAlive } = defaultCallPolicy('http');
const outlier = (more: Partial<OutlierDetection>): OutlierDetection => ({
  intervalSeconds: 2,
  baseEjectionSeconds: 10,
  maxEjectionPercent: 50,
  ...more,
});
const retries = (more: Partial<RetryPolicy>): Parameters<typeof ordersWith>[0] => ({ call: { retry: { ...retry, ...more } } });
const match = (more: Parameters<typeof route>[1]): Parameters<typeof ordersWith>[0] => ({ policy: { routes: [route('one', more)] } });
const changes = { set: { a: 'b' }, add: {}, remove: [] };
const header = { kind: 'exact', text: 'x', invert: false } as const;

function edgeOf(key: string): Topology {
  return systemOf({ ui: {} }, { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { [key]: { service: 'ui' } } } });
}

/** What the user did, and where the issue is. */
const REFUSED: readonly (readonly [string, Topology, string])[] = [
  ['narrows what callers may do', ordersWith({ service: { allow: [{ methods: ['GET'] }] } }), 'services.orders.allow'],
  [
    'wants another policy for one caller',
    withService(topologyOf(), 'ui', { callOverrides: { orders: { timeouts: { requestSeconds: 1 } } } }),
    'services.ui.callPolicies.orders',
  ],
  ['limits the life of a stream', ordersWith({ call: { timeouts: { requestSeconds: 15, streamSeconds: 60 } } }), 'services.orders.timeout'],
  ['chooses a backoff', ordersWith(retries({ backoff: { baseSeconds: 1, maxSeconds: 2 } })), 'services.orders.retry'],
  ['chooses a budget of retries', ordersWith(retries({ budgetPercent: 50 })), 'services.orders.retry'],
  ['chooses round robin', ordersWith({ call: { loadBalancing: { algorithm: 'roundRobin' } } }), 'services.orders.loadBalancing'],
  [
    'chooses a hash ring',
    ordersWith({ call: { loadBalancing: { algorithm: 'ringHash', hashOn: { kind: 'source' } } } }),
    'services.orders.loadBalancing',
  ],
  [
    'wants a slow start',
    ordersWith({ call: { loadBalancing: { ...loadBalancing, algorithm: 'leastRequest', slowStartSeconds: 30 } } }),
    'services.orders.loadBalancing',
  ],
  ['pings more often', ordersWith({ call: { keepAlive: { ...keepAlive, intervalSeconds: 7 } } }), 'services.orders.keepAlive'],
  [
    'rewrites a path',
    ordersWith({ policy: { routes: [route('one', {}, { rewrite: { host: 'x' } })] } }),
    'services.orders.routes[0].rewrite',
  ],
  [
    'mirrors requests',
    ordersWith({ policy: { routes: [route('one', {}, { mirror: { version: 'v2', percent: 1 } })] } }),
    'services.orders.routes[0].mirror',
  ],
  [
    "changes a route's request headers",
    ordersWith({ policy: { routes: [route('one', {}, { requestHeaders: changes })] } }),
    'services.orders.routes[0].requestHeaders',
  ],
  [
    "changes a route's response headers",
    ordersWith({ policy: { routes: [route('one', {}, { responseHeaders: changes })] } }),
    'services.orders.routes[0].responseHeaders',
  ],
  ['changes request headers', ordersWith({ policy: { requestHeaders: changes } }), 'services.orders.requestHeaders'],
  ['changes response headers', ordersWith({ policy: { responseHeaders: changes } }), 'services.orders.responseHeaders'],
  [
    'limits rates',
    ordersWith({ policy: { rateLimits: [{ name: 'all', requests: 1, perSeconds: 1, burst: 1 }] } }),
    'services.orders.rateLimits',
  ],
  [
    'injects faults',
    ordersWith({ policy: { faults: [{ name: 'all', percent: 1, abortStatus: 503, headers: [] }] } }),
    'services.orders.faultInjection',
  ],
  ['limits the size of requests', ordersWith({ policy: { maxRequestBytes: 1000 } }), 'services.orders.maxRequestSize'],
  ['compresses', ordersWith({ policy: { compression: DEFAULT_COMPRESSION } }), 'services.orders.compression'],
  [
    'compresses the answers of a route',
    ordersWith({ policy: { routes: [route('one', {}, { compression: 'none' })] } }),
    'services.orders.routes[0].compression',
  ],
  ['wants WebSockets', ordersWith({ policy: { webSockets: true } }), 'services.orders.webSockets'],
  ['retries a status of gRPC in an HTTP service', ordersWith(retries({ on: ['unavailable'] })), 'services.orders.retry'],
  ['limits requests of HTTP/1', ordersWith({ call: { circuitBreaker: { maxRequests: 1 } } }), 'services.orders.circuitBreaker'],
  [
    'limits connections of gRPC',
    ordersWith({ protocol: 'grpc', call: { circuitBreaker: { maxConnections: 1 } } }),
    'services.orders.circuitBreaker',
  ],
  [
    'counts other gateway errors',
    ordersWith({ call: { outlierDetection: outlier({ consecutiveGatewayErrors: 7 }) } }),
    'services.orders.outlierDetection',
  ],
  [
    'counts other gateway errors beside those of the application',
    ordersWith({ call: { outlierDetection: outlier({ consecutiveGatewayErrors: 7, consecutiveServerErrors: 5 }) } }),
    'services.orders.outlierDetection',
  ],
  [
    'limits a stream of one route',
    ordersWith({ policy: { routes: [route('one', {}, { timeouts: { streamSeconds: 1 } })] } }),
    'services.orders.routes[0].timeout',
  ],
  [
    'chooses a backoff for one route',
    ordersWith({ policy: { routes: [route('one', {}, { retry: { ...retry, backoff: { baseSeconds: 1, maxSeconds: 1 } } })] } }),
    'services.orders.routes[0].retry',
  ],
  ['matches a method that App Mesh does not know', ordersWith(match({ methods: ['PROPFIND'] })), 'services.orders.routes[0].match.methods'],
  [
    'matches a part of a query parameter',
    ordersWith(match({ queryParameters: [{ name: 'a', kind: 'prefix', text: 'x', invert: false }] })),
    'services.orders.routes[0].match.queryParameters',
  ],
  [
    'matches all but a query parameter',
    ordersWith(match({ queryParameters: [{ ...header, name: 'a', invert: true }] })),
    'services.orders.routes[0].match.queryParameters',
  ],
  [
    'matches all but three headers',
    ordersWith(match({ headers: ['a', 'b', 'c'].map((name) => ({ ...header, name, invert: true })) })),
    'services.orders.routes[0].match.headers',
  ],
  [
    'matches a query parameter of gRPC',
    ordersWith({ protocol: 'grpc', ...match({ queryParameters: [{ ...header, name: 'a' }] }) }),
    'services.orders.routes[0].match.queryParameters',
  ],
  [
    'matches a part of a gRPC service',
    ordersWith({ protocol: 'grpc', ...match({ path: { kind: 'prefix', text: '/shop.' } }) }),
    'services.orders.routes[0].match',
  ],
  [
    'matches gRPC by a regular expression',
    ordersWith({ protocol: 'grpc', ...match({ path: { kind: 'regex', text: '/shop.Orders/.*' } }) }),
    'services.orders.routes[0].match',
  ],
  [
    'limits the connections to an external service',
    withExternal(topologyOf(), { callPolicy: { ...externalCallPolicy('tcp'), circuitBreaker: { maxConnections: 5 } } }),
    'external.bank.circuitBreaker',
  ],
  [
    'times the silence of an external service',
    withExternal(topologyOf(), { callPolicy: { ...externalCallPolicy('tcp'), timeouts: { idleSeconds: 5 } } }),
    'external.bank.timeout',
  ],
  ['begins TLS with an external service', withExternal(topologyOf(), { tls: true }), 'external.bank.tls'],
  ['calls an external service by HTTP', withExternal(topologyOf(), { protocol: 'http' }), 'external.bank'],
];

/** What App Mesh has, but within narrower limits. */
const LIMITED: readonly (readonly [string, Topology, string])[] = [
  ['times a try in microseconds', ordersWith({ call: { timeouts: { perTrySeconds: 0.0001 } } }), 'services.orders.timeout'],
  [
    'asks for health every second',
    ordersWith({
      call: { activeHealthCheck: { path: '/', intervalSeconds: 1, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 2 } },
    }),
    'services.orders.activeHealthCheck',
  ],
  [
    'waits for health for a second',
    ordersWith({
      call: { activeHealthCheck: { path: '/', intervalSeconds: 5, timeoutSeconds: 1, healthyThreshold: 2, unhealthyThreshold: 2 } },
    }),
    'services.orders.activeHealthCheck',
  ],
  [
    'believes one healthy answer',
    ordersWith({
      call: { activeHealthCheck: { path: '/', intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 1, unhealthyThreshold: 2 } },
    }),
    'services.orders.activeHealthCheck',
  ],
  [
    'believes eleven unhealthy answers',
    ordersWith({
      call: { activeHealthCheck: { path: '/', intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 11 } },
    }),
    'services.orders.activeHealthCheck',
  ],
  [
    'matches eleven headers',
    ordersWith(match({ headers: Array.from({ length: 11 }, (_, index) => ({ ...header, name: `h${index}` })) })),
    'services.orders.routes[0].match.headers',
  ],
  [
    'matches ten headers, beside the one that chooses a version',
    ordersWith({
      ...match({ headers: Array.from({ length: 10 }, (_, index) => ({ ...header, name: `h${index}` })) }),
      service: { versionHeader: 'x-version' },
    }),
    'services.orders.routes[0].match.headers',
  ],
  [
    'chooses versions by a header with a long name',
    ordersWith({ service: { versionHeader: 'h'.repeat(51) } }),
    'services.orders.versionHeader',
  ],
  ['has a route of the edge with a long key', edgeOf(`GET /${'x'.repeat(251)}`), `edge.routes["GET /${'x'.repeat(251)}"]`],
  ['has a route of the edge whose name, escaped, is long', edgeOf(`GET ${'/abc'.repeat(40)}`), `edge.routes["GET ${'/abc'.repeat(40)}"]`],
  [
    'matches a header with a long name',
    ordersWith(match({ headers: [{ ...header, name: 'h'.repeat(51) }] })),
    'services.orders.routes[0].match.headers',
  ],
  [
    'matches a long text',
    ordersWith(match({ headers: [{ ...header, name: 'a', text: 'x'.repeat(256) }] })),
    'services.orders.routes[0].match.headers',
  ],
  ['matches a long path', ordersWith(match({ path: { kind: 'exact', text: `/${'x'.repeat(255)}` } })), 'services.orders.routes[0].match'],
  [
    'matches a gRPC method with a long name',
    ordersWith({ protocol: 'grpc', ...match({ path: { kind: 'exact', text: `/a.B/${'M'.repeat(51)}` } }) }),
    'services.orders.routes[0].match',
  ],
  [
    'weighs a version with a thousand',
    ordersWith({ policy: { routes: [route('one', {}, { versions: { v1: 1000 } })] } }),
    'services.orders.routes[0].versions',
  ],
];

test.each(REFUSED)('fails if the user %s, by name', (_, topology, path) => {
  const [issue, ...others] = issuesOf(topology).filter((each) => each.code === 'UNSUPPORTED_BY_MESH');
  expect(others).toEqual([]);
  expect(issue).toMatchObject({
    path,
    message: expect.stringMatching(/^Mesh\.appMesh\(\) cannot do this: ./),
    fix: expect.stringContaining('Mesh.envoy()'),
  });
});

test.each(LIMITED)('fails if the user %s', (_, topology, path) => {
  expect(issuesOf(topology)).toEqual([expect.objectContaining({ code: 'OUT_OF_RANGE', path, allowed: expect.any(String) })]);
});

test.each<readonly [string, Topology]>([
  [
    'ten headers, with none that chooses a version',
    ordersWith(match({ headers: Array.from({ length: 10 }, (_, index) => ({ ...header, name: `h${index}` })) })),
  ],
  [
    'nine headers beside the one that chooses a version',
    ordersWith({
      ...match({ headers: Array.from({ length: 9 }, (_, index) => ({ ...header, name: `h${index}` })) }),
      service: { versionHeader: 'h'.repeat(50) },
    }),
  ],
  [
    'two headers that may be missing, and three that must be',
    ordersWith(
      match({
        headers: [
          ...['a', 'b'].map((name) => ({ ...header, name, invert: true })),
          ...['c', 'd', 'e'].map((name) => ({ name, kind: 'present' as const, invert: true })),
        ],
      }),
    ),
  ],
  ['a route of the edge whose name has 255 characters', edgeOf(`GET ${'/abc'.repeat(35)}`)],
])('%s are not too much', (_, topology) => {
  expect(issuesOf(topology)).toEqual([]);
});

const ignoring = (ports: readonly number[], topology = topologyOf()): Topology => ({
  ...topology,
  mesh: { ...topology.mesh, ...({ ignoredEgressPorts: ports } satisfies Partial<AppMeshSettings>) },
});

test.each<readonly [string, Topology, string, string]>([
  ['a service', ignoring([5432, 15_080]), 'services.ui.calls', 'services.orders.virtualPort'],
  ['an external service', ignoring([8443], withExternal(topologyOf(), {})), 'services.orders.calls', 'external.bank.virtualPort'],
])('fails if %s is called on a port that passes by Envoy', (_, topology, path, fix) => {
  expect(issuesOf(topology)).toEqual([expect.objectContaining({ code: 'PORT_CLASH', path, fix: expect.stringContaining(fix) })]);
});

test.each([
  ['user 1337', { user: '1337' }, 'services.orders.user'],
  ['user 1337 of another group', { user: '1337:5' }, 'services.orders.user'],
  ['group 1338', { user: 'app:1338' }, 'services.orders.user'],
  [
    'group 1338, in an extra container',
    { extraContainers: { helper: { image: new Opaque({ bind: () => undefined }), user: '0:1338' } } },
    'services.orders.extraContainers.helper.user',
  ],
])('fails if an application runs as %s, whose calls pass by Envoy', (_, props, path) => {
  expect(issuesOf(topologyOf(props))).toEqual([expect.objectContaining({ code: 'INVALID_VALUE', path })]);
});

test('nothing is refused of a system that says nothing', () => {
  expect(issuesOf(topologyOf())).toEqual([]);
});

test('what a provider cannot do has a reason', () => {
  for (const { capabilities } of Object.values(PROVIDERS)) {
    for (const capability of Object.values(capabilities)) if (capability !== true) expect(capability.no).toMatch(/^[a-z].*[^.]$/);
  }
});
