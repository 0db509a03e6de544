import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { toMeshView } from '../../../../programs/import/app-mesh/to-mesh-view';
import { unsupportedFields, viewOfTopology } from '../../../../programs/import/app-mesh/view-of-topology';
import { DEFAULT_HEADER_LIMITS, defaultCallPolicy } from '../../../../lib/core/model/defaults';
import { IssueList } from '../../../../lib/core/reading/issues';
import type { Topology } from '../../../../lib/core/model/topology';
import type { ServicePolicy } from '../../../../lib/core/model/traffic-policy';
import { topologyOf } from '../../../support/parsing';
import { image, seconds } from '../../../support/parsing';
import { differences } from './behaviour';

type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** Of a service whose props say nothing of it. */
const NO_WISHES: ServicePolicy = {
  routes: [],
  rateLimits: [],
  faults: [],
  headerLimits: DEFAULT_HEADER_LIMITS,
  passThroughHeaders: [],
  webSockets: false,
};

/** A shop as a person who knows App Mesh would write it: it shows that the comparison of the round trip agrees, and that it can fail. */
const topology: Topology = withPolicies(
  topologyOf({
    services: {
      ui: { image, port: 8080, calls: ['catalog', 'orders'] },
      catalog: { image, port: 8081, protocol: 'http2', timeout: { perRequest: seconds(20) } },
      orders: { image, port: 5000, protocol: 'tcp' },
    },
    edge: {
      kind: 'http',
      authorizer: { kind: 'none' },
      routes: { 'GET /catalog': { service: 'catalog' }, 'ANY /{proxy+}': { service: 'ui' } },
    },
  }),
);

/** What has no props in this branch of the library, or may change its props: the model is what counts here. */
function withPolicies(parsed: Topology): Topology {
  return {
    ...parsed,
    services: parsed.services.map((service) =>
      service.name !== 'catalog'
        ? service
        : {
            ...service,
            versions: [
              { ...service, name: 'v1', workloadName: `${service.name}-v1`, weight: 9, discoveryHost: 'v1.tasks.shop.internal' },
              { ...service, name: 'v2', workloadName: `${service.name}-v2`, weight: 1, discoveryHost: 'v2.tasks.shop.internal' },
            ],
            callPolicy: {
              ...service.callPolicy,
              circuitBreaker: { maxRequests: 100 },
              outlierDetection: { consecutiveServerErrors: 5, intervalSeconds: 10, baseEjectionSeconds: 30, maxEjectionPercent: 50 },
              activeHealthCheck: { path: '/health', intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 3 },
            },
            policy: {
              ...NO_WISHES,
              routes: [
                {
                  name: 'testers',
                  match: {
                    headers: [
                      { name: 'x-test', kind: 'exact', text: 'off', invert: true },
                      { name: 'x-beta', kind: 'present', invert: false },
                    ],
                    queryParameters: [],
                  },
                  versions: { v2: 1 },
                  retry: { ...service.callPolicy.retry, maxRetries: 0 },
                },
                {
                  name: 'beta',
                  match: {
                    path: { kind: 'prefix', text: '/beta/' },
                    headers: [{ name: 'x-user', kind: 'range', start: 1, end: 10, invert: false }],
                    queryParameters: [],
                  },
                  versions: { v2: 1 },
                  retry: { ...service.callPolicy.retry, maxRetries: 0 },
                },
              ],
            },
          },
    ),
  };
}

const MESH = { 'Fn::GetAtt': ['Mesh', 'MeshName'] };
const file = (name: string): Json => ({ File: { CertificateChain: `/run/mesh/${name}.pem`, PrivateKey: '/run/mesh/key.pem' } });
const trust = { File: { CertificateChain: '/run/mesh/ca.pem' } };
const names = (...services: string[]): Json => ({ Match: { Exact: services.map((service) => `spiffe://shop.internal/${service}`) } });
const server = (...clients: string[]): Json => ({
  Mode: 'STRICT',
  Certificate: file('own'),
  Validation: { Trust: trust, SubjectAlternativeNames: names(...clients) },
});
const client = (...services: string[]): Json => ({
  TLS: { Enforce: true, Certificate: file('own'), Validation: { Trust: trust, SubjectAlternativeNames: names(...services) } },
});
const cloudMap = (service: string): Json => ({ AWSCloudMap: { NamespaceName: 'tasks.shop.internal', ServiceName: service } });
const s = (value: number): Json => ({ Unit: 's', Value: value });

function resource(type: string, name: string, Spec: Json, more: Readonly<Record<string, Json>> = {}): Json {
  return { Type: `AWS::AppMesh::${type}`, Properties: { MeshName: MESH, [`${type}Name`]: name, Spec, ...more } };
}

const catalogNode = (version: string): Json =>
  resource('VirtualNode', `catalog-${version}`, {
    ServiceDiscovery: cloudMap(version),
    Listeners: [
      {
        PortMapping: { Port: 8081, Protocol: 'http2' },
        TLS: server('gateway', 'ui'),
        Timeout: { HTTP2: { PerRequest: s(20) } },
        ConnectionPool: { HTTP2: { MaxRequests: 100 } },
        OutlierDetection: { MaxServerErrors: 5, Interval: s(10), BaseEjectionDuration: s(30), MaxEjectionPercent: 50 },
        HealthCheck: {
          Protocol: 'http2',
          Path: '/health',
          IntervalMillis: 5000,
          TimeoutMillis: 2000,
          HealthyThreshold: 2,
          UnhealthyThreshold: 3,
        },
      },
    ],
  });

const HTTP_EVENTS = ['gateway-error', 'stream-error'];
const both = [
  { VirtualNode: 'catalog-v1', Weight: 90 },
  { VirtualNode: 'catalog-v2', Weight: 10 },
];

function http2Route(
  name: string,
  router: string,
  priority: number,
  match: Json,
  targets: readonly Json[],
  retries: number,
  events: readonly string[],
  seconds: number,
): Json {
  return resource(
    'Route',
    name,
    {
      Priority: priority,
      Http2Route: {
        Match: match,
        Action: { WeightedTargets: targets },
        Timeout: { PerRequest: s(seconds) },
        RetryPolicy: { MaxRetries: retries, PerRetryTimeout: s(seconds), HttpRetryEvents: events, TcpRetryEvents: ['connection-error'] },
      },
    },
    { VirtualRouterName: { 'Fn::GetAtt': [router, 'VirtualRouterName'] } },
  );
}

function httpRoute(name: string, priority: number, method: string | undefined): Json {
  return resource(
    'Route',
    name,
    {
      Priority: priority,
      HttpRoute: {
        Match: { Prefix: '/', ...(method === undefined ? {} : { Method: method }) },
        Action: { WeightedTargets: [{ VirtualNode: 'ui', Weight: 1 }] },
        RetryPolicy: {
          MaxRetries: 3,
          PerRetryTimeout: s(15),
          TcpRetryEvents: ['connection-error'],
          ...(method === undefined ? {} : { HttpRetryEvents: HTTP_EVENTS }),
        },
      },
    },
    { VirtualRouterName: 'ui' },
  );
}

const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

const template = {
  Resources: {
    Mesh: { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: 'shop', Spec: { EgressFilter: { Type: 'DROP_ALL' } } } },
    UiNode: resource('VirtualNode', 'ui', {
      ServiceDiscovery: cloudMap('ui'),
      Listeners: [{ PortMapping: { Port: 8080, Protocol: 'http' }, TLS: server('gateway') }],
      Backends: [
        {
          VirtualService: {
            VirtualServiceName: { 'Fn::GetAtt': ['CatalogService', 'VirtualServiceName'] },
            ClientPolicy: client('catalog'),
          },
        },
        { VirtualService: { VirtualServiceName: 'orders.shop.internal', ClientPolicy: client('orders') } },
      ],
    }),
    UiRouter: resource('VirtualRouter', 'ui', { Listeners: [{ PortMapping: { Port: 15080, Protocol: 'http' } }] }),
    ...Object.fromEntries(IDEMPOTENT.map((method, index) => [`UiRoute${method}`, httpRoute(`ui-${method}`, index, method)])),
    UiRoute: httpRoute('ui', 100, undefined),
    UiService: resource('VirtualService', 'ui.shop.internal', { Provider: { VirtualRouter: { VirtualRouterName: 'ui' } } }),
    CatalogV1: catalogNode('v1'),
    CatalogV2: catalogNode('v2'),
    CatalogRouter: resource('VirtualRouter', 'catalog', { Listeners: [{ PortMapping: { Port: 15080, Protocol: 'http2' } }] }),
    CatalogTesters: http2Route(
      'testers',
      'CatalogRouter',
      0,
      { Prefix: '/', Headers: [{ Name: 'x-beta' }, { Name: 'x-test', Match: { Exact: 'off' }, Invert: true }] },
      [{ VirtualNode: 'catalog-v2', Weight: 100 }],
      0,
      HTTP_EVENTS,
      20,
    ),
    CatalogTestersMissing: http2Route(
      'testers-missing',
      'CatalogRouter',
      1,
      { Prefix: '/', Headers: [{ Name: 'x-beta' }, { Name: 'x-test', Invert: true }] },
      [{ VirtualNode: 'catalog-v2', Weight: 100 }],
      0,
      HTTP_EVENTS,
      20,
    ),
    CatalogBeta: http2Route(
      'beta',
      'CatalogRouter',
      2,
      { Prefix: '/beta/', Headers: [{ Name: 'x-user', Match: { Range: { Start: 1, End: 10 } } }] },
      [{ VirtualNode: 'catalog-v2', Weight: 100 }],
      0,
      HTTP_EVENTS,
      20,
    ),
    ...Object.fromEntries(
      IDEMPOTENT.map((method, index) => [
        `CatalogRoute${method}`,
        http2Route(`catalog-${method}`, 'CatalogRouter', 10 + index, { Prefix: '/', Method: method }, both, 3, HTTP_EVENTS, 20),
      ]),
    ),
    CatalogRoute: http2Route('catalog', 'CatalogRouter', 100, { Prefix: '/' }, both, 3, ['stream-error'], 20),
    CatalogService: resource('VirtualService', 'catalog.shop.internal', { Provider: { VirtualRouter: { VirtualRouterName: 'catalog' } } }),
    OrdersNode: resource('VirtualNode', 'orders', {
      ServiceDiscovery: { DNS: { Hostname: 'orders.tasks.shop.internal' } },
      Listeners: [{ PortMapping: { Port: 5000, Protocol: 'tcp' }, TLS: server('ui') }],
    }),
    OrdersService: resource('VirtualService', 'orders.shop.internal', { Provider: { VirtualNode: { VirtualNodeName: 'orders' } } }),
    Gateway: resource('VirtualGateway', 'gateway', {
      Listeners: [{ PortMapping: { Port: 8080, Protocol: 'http' } }],
      BackendDefaults: { ClientPolicy: client('catalog', 'ui') },
    }),
    ...Object.fromEntries(
      [
        ['GET /catalog', 'catalog'],
        ['ANY /{proxy+}', 'ui'],
      ].map(([key = '', service = ''], index) => [
        `GatewayRoute${index}`,
        resource(
          'GatewayRoute',
          `route-${index}`,
          {
            HttpRoute: {
              Match: { Prefix: '/', Headers: [{ Name: 'x-edge-route', Match: { Exact: key } }] },
              Action: { Target: { VirtualService: { VirtualServiceName: `${service}.shop.internal` } } },
            },
          },
          { VirtualGatewayName: 'gateway' },
        ),
      ]),
    ),
  },
} as const;

function compare(given: unknown): { readonly found: readonly string[]; readonly issues: readonly string[] } {
  const issues = new IssueList();
  const [mesh] = readTemplate(given, {}, issues).meshes;
  if (mesh === undefined) throw new Error('the template has no mesh');
  return {
    found: differences(toMeshView(mesh, issues), viewOfTopology(topology)),
    issues: issues.all.map(({ code, path }) => `${code} ${path}`),
  };
}

test('a template written by hand says what its topology says', () => {
  expect(compare(template)).toEqual({ found: [], issues: [] });
  expect(unsupportedFields(topology)).toEqual([]);
});

/** Slips that a renderer could make, each a change at a path below Resources. */
const slips: readonly (readonly [string, readonly (string | number)[], Json | undefined])[] = [
  ['the port of the application', ['UiNode', 'Properties', 'Spec', 'Listeners', 0, 'PortMapping', 'Port'], 8079],
  ['the port that callers know', ['CatalogRouter', 'Properties', 'Spec', 'Listeners', 0, 'PortMapping', 'Port'], 8081],
  ['the virtual name', ['OrdersService', 'Properties', 'VirtualServiceName'], 'orders.shop.local'],
  ['a missing call', ['UiNode', 'Properties', 'Spec', 'Backends', 1], undefined],
  ['plain text to a callee', ['UiNode', 'Properties', 'Spec', 'Backends', 1, 'VirtualService', 'ClientPolicy'], undefined],
  ['a server that takes plain text too', ['OrdersNode', 'Properties', 'Spec', 'Listeners', 0, 'TLS', 'Mode'], 'PERMISSIVE'],
  [
    'a server that lets anybody in',
    ['CatalogV1', 'Properties', 'Spec', 'Listeners', 0, 'TLS', 'Validation', 'SubjectAlternativeNames'],
    undefined,
  ],
  [
    'a client that takes any server',
    ['UiNode', 'Properties', 'Spec', 'Backends', 0, 'VirtualService', 'ClientPolicy', 'TLS', 'Validation', 'SubjectAlternativeNames'],
    undefined,
  ],
  ['weights', ['CatalogRoute', 'Properties', 'Spec', 'Http2Route', 'Action', 'WeightedTargets', 0, 'Weight'], 50],
  ['the order of routes', ['CatalogBeta', 'Properties', 'Spec', 'Priority'], 101],
  ['the match of a route', ['CatalogBeta', 'Properties', 'Spec', 'Http2Route', 'Match', 'Headers', 0, 'Match', 'Range', 'End'], 11],
  ['a header that is missing where it need not be there', ['CatalogTestersMissing'], undefined],
  [
    'a header that is missing where it must be',
    ['CatalogTestersMissing', 'Properties', 'Spec', 'Http2Route', 'Match', 'Headers', 0],
    { Name: 'x-beta', Invert: true },
  ],
  [
    'another value of a header that may have any',
    ['CatalogTesters', 'Properties', 'Spec', 'Http2Route', 'Match', 'Headers', 1, 'Match', 'Exact'],
    'on',
  ],
  ['the path of a route', ['CatalogBeta', 'Properties', 'Spec', 'Http2Route', 'Match', 'Prefix'], '/'],
  ['a timeout that the route leaves out', ['CatalogRouteGET', 'Properties', 'Spec', 'Http2Route', 'Timeout'], undefined],
  ['a timeout that the listener leaves out', ['CatalogV1', 'Properties', 'Spec', 'Listeners', 0, 'Timeout'], undefined],
  [
    'retries of what is not idempotent',
    ['CatalogRoute', 'Properties', 'Spec', 'Http2Route', 'RetryPolicy', 'HttpRetryEvents', 0],
    'gateway-error',
  ],
  ['the number of retries', ['UiRoute', 'Properties', 'Spec', 'HttpRoute', 'RetryPolicy', 'MaxRetries'], 2],
  ['retries left to App Mesh where there shall be none', ['CatalogBeta', 'Properties', 'Spec', 'Http2Route', 'RetryPolicy'], undefined],
  ['a try that is cut short', ['UiRoute', 'Properties', 'Spec', 'HttpRoute', 'RetryPolicy', 'PerRetryTimeout', 'Value'], 5],
  ['the circuit breaker', ['CatalogV1', 'Properties', 'Spec', 'Listeners', 0, 'ConnectionPool'], undefined],
  ['outlier detection', ['CatalogV1', 'Properties', 'Spec', 'Listeners', 0, 'OutlierDetection', 'MaxEjectionPercent'], 100],
  ['the health check', ['CatalogV1', 'Properties', 'Spec', 'Listeners', 0, 'HealthCheck', 'Path'], '/'],
  ['where tasks are found', ['CatalogV2', 'Properties', 'Spec', 'ServiceDiscovery', 'AWSCloudMap', 'ServiceName'], 'v1'],
  ['a service that is missing', ['OrdersService'], undefined],
  [
    'a gateway route to another service',
    ['GatewayRoute0', 'Properties', 'Spec', 'HttpRoute', 'Action', 'Target', 'VirtualService', 'VirtualServiceName'],
    'ui.shop.internal',
  ],
  ['a gateway route that takes everything', ['GatewayRoute1', 'Properties', 'Spec', 'HttpRoute', 'Match', 'Headers'], undefined],
  ['a gateway that speaks plain text', ['Gateway', 'Properties', 'Spec', 'BackendDefaults'], undefined],
  ['the port of the gateway', ['Gateway', 'Properties', 'Spec', 'Listeners', 0, 'PortMapping', 'Port'], 80],
];

test.each(slips)('fails if the renderer slips: %s', (_what, path, value) => {
  const changed = JSON.parse(JSON.stringify(template)) as { readonly Resources: Json };
  put(changed.Resources, path, value);
  expect(compare(changed).found).not.toEqual([]);
});

function put(tree: Json, [key, ...rest]: readonly (string | number)[], value: Json | undefined): void {
  const parent = tree as Record<string | number, Json>;
  if (key === undefined || !(key in parent)) throw new Error(`there is no ${String(key)}`);
  if (rest.length > 0) put(parent[key], rest, value);
  else if (value !== undefined) parent[key] = value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

test.each([
  ['who may call, by method', { allow: [{ methods: ['GET'] }] }, 'services.ui.allow'],
  [
    'a rate limit',
    { policy: { ...NO_WISHES, rateLimits: [{ name: 'r', requests: 1, perSeconds: 1, burst: 1 }] } },
    'services.ui.rateLimits',
  ],
  ['what one caller overrides', { callOverrides: { catalog: { timeouts: {} } } }, 'services.ui.callPolicies'],
  [
    'ring hash',
    { callPolicy: { ...defaultCallPolicy('http'), loadBalancing: { algorithm: 'ringHash', hashOn: { kind: 'source' } } } },
    'services.ui.loadBalancing',
  ],
  [
    'a limit of requests over HTTP/1',
    { callPolicy: { ...defaultCallPolicy('http'), circuitBreaker: { maxRequests: 7 } } },
    'services.ui.circuitBreaker',
  ],
])('App Mesh cannot say %s', (_what, change, path) => {
  const changed = {
    ...topology,
    services: topology.services.map((service) => (service.name === 'ui' ? { ...service, ...change } : service)),
  } as Topology;
  expect(unsupportedFields(changed)).toEqual([path]);
});
