import { Bytes, Opaque } from '../../lib/core/reading/input';
import type { FeatureId } from '../../lib/core/mesh/features';
import type { Raw } from '../support/parsing';
import { client, cluster, image, jwt, mesh, seconds, service } from '../support/parsing';
import { demoApi, grpcEdge } from '../support/grpc';

/** Two systems that differ in nothing but the feature. In both, `ui` calls `orders`. */
export interface Systems {
  readonly with: Raw;
  /** Absent where no system is without it. */
  readonly without?: Raw;
}

const orders = (more: Raw = {}, all: Raw = {}): Raw => mesh({ ui: service({ calls: ['orders'] }), orders: service(more) }, all);
const ofOrders = (more: Raw, less: Raw = {}): Systems => ({ with: orders(more), without: orders(less) });
const DATABASE = { host: 'db.example.com', port: 5432, protocol: 'tcp', tls: false };
const TWO = { v1: { weight: 90 }, v2: { weight: 10 } };
const part = { kind: 'get', service: 'ui', path: '/' };
const aggregate = {
  edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'GET /home': { aggregate: { parts: { page: part } } } } },
};
const route = { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'ui' } } } };

const balanced = {
  edge: {
    kind: 'alb',
    certificate: new Opaque({ certificateArn: 'arn' }),
    authorizer: { kind: 'none' },
    routes: {
      'ANY /{proxy+}': { service: 'ui' },
      'GET /orders': { service: 'ui', authorizer: { ...jwt, jwksUri: 'https://login.example.com/keys' } },
    },
  },
};

const cached = (edge: Raw, more: Raw): Raw =>
  mesh(
    { ui: service() },
    { edge: { kind: 'rest', authorizer: { kind: 'none' }, ...edge, routes: { 'GET /': { service: 'ui', ...more } } } },
  );

const CATALOG_METHOD = 'hipstershop.ProductCatalogService/GetProduct';
const boutique = (target: Raw): Raw => grpcEdge(demoApi(), { routes: { 'GET /products/{id}': target } });

const managed = { cluster, capacityProviders: { managed: { launchType: 'MANAGED_INSTANCES', providerName: 'm', name: 'm' } } };

/** The type makes sure that no feature is left out. */
export const SYSTEMS: Readonly<Record<FeatureId, Systems>> = {
  http: ofOrders({ protocol: 'http' }, { protocol: 'http2' }),
  http2: ofOrders({ protocol: 'http2' }),
  grpc: ofOrders({ protocol: 'grpc' }),
  tcp: ofOrders({ protocol: 'tcp', port: 6379 }, { port: 6379 }),
  declaredCalls: { with: orders(), without: mesh({ ui: service(), orders: service() }) },
  mutualTls: { with: orders(), without: orders({}, { certificates: { kind: 'none' } }) },
  manyTasks: ofOrders({ desiredCount: 9 }, { desiredCount: 8 }),
  accessLogs: { with: orders() },
  savedQueries: { with: orders({}, { observability: { queries: true } }), without: orders() },
  traces: { with: orders(), without: orders({}, { tracing: { kind: 'none' } }) },
  metrics: { with: orders({}, { observability: { metrics: true } }), without: orders() },
  prometheus: { with: orders({}, { observability: { prometheus: { openTo: [new Opaque({ connections: {} })] } } }), without: orders() },
  openTelemetry: { with: orders({}, { tracing: { kind: 'openTelemetry' } }), without: orders() },
  ports: ofOrders({ ports: { grpc: { port: 9090, protocol: 'grpc' } } }),
  workers: { with: mesh({ ui: { image, calls: ['orders'] }, orders: service() }), without: orders() },
  jobs: { with: orders({}, { jobs: { tidy: { image, calls: ['orders'] } } }), without: orders() },
  clients: { with: orders({}, { clients: { report: client({ calls: ['orders'] }) } }), without: orders() },
  edge: { with: orders({}, route), without: orders() },
  edgePorts: { with: orders({}, balanced), without: orders({}, route) },
  grpcTranslation: { with: boutique({ grpc: { service: 'catalog', method: CATALOG_METHOD } }), without: boutique({ service: 'ui' }) },
  aggregation: { with: orders({}, aggregate), without: orders({}, route) },
  edgeCache: { with: cached({ cache: {} }, { cache: {} }), without: cached({}, {}) },
  loadBalancerTarget: ofOrders({ loadBalancerTarget: { kind: 'application' } }),
  requestsPerTask: ofOrders({ scaling: { maxCapacity: 4, requestsPerTask: 600 } }, { scaling: { maxCapacity: 4 } }),
  managedInstances: {
    with: orders({ capacityProviderStrategies: [{ capacityProvider: 'managed', weight: 1 }] }, managed),
    without: orders({}, managed),
  },
  allow: ofOrders({ allow: [{ methods: ['GET'], paths: ['/orders/*'] }] }),
  external: { with: mesh({ ui: service({ calls: ['db'] }) }, { external: { db: DATABASE } }), without: mesh({ ui: service() }) },
  externalTls: {
    with: mesh({ ui: service({ calls: ['db'] }) }, { external: { db: { ...DATABASE, tls: true } } }),
    without: mesh({ ui: service({ calls: ['db'] }) }, { external: { db: DATABASE } }),
  },
  routes: ofOrders({
    routes: [{ name: 'reports', match: { path: { kind: 'prefix', text: '/reports/' } }, timeout: { perRequest: seconds(60) } }],
  }),
  rewrites: ofOrders(
    {
      routes: [
        {
          name: 'old',
          match: { path: { kind: 'prefix', text: '/v1/' } },
          rewrite: { path: { kind: 'prefix', text: '/' }, host: 'old.example' },
        },
      ],
    },
    { routes: [{ name: 'old', match: { path: { kind: 'prefix', text: '/v1/' } } }] },
  ),
  headerChanges: ofOrders({ requestHeaders: { set: { 'x-a': 'b' } }, responseHeaders: { remove: ['server'] } }),
  rateLimits: ofOrders({ rateLimits: { all: { requests: 10 } } }),
  faultInjection: ofOrders({ faultInjection: { slow: { delay: seconds(1) } } }),
  maxRequestSize: ofOrders({ maxRequestSize: new Bytes(1024) }),
  headerLimits: ofOrders({ headerLimits: { responseCount: 500 } }),
  compression: ofOrders({ compression: { kind: 'of' } }),
  overrideHeaders: ofOrders(
    { allow: [{ methods: ['GET'] }], passThroughHeaders: ['x-http-method-override'] },
    { allow: [{ methods: ['GET'] }] },
  ),
  edgeTimeouts: { with: orders({}, { edge: { ...route.edge, timeout: seconds(10) } }), without: orders({}, route) },
  identityHeaders: {
    with: orders(
      {},
      { edge: { ...route.edge, authorizer: { ...jwt, jwksUri: 'https://login.example/keys', claimsToHeaders: { 'x-user': 'sub' } } } },
    ),
    without: orders({}, { edge: { ...route.edge, authorizer: jwt } }),
  },
  webSockets: ofOrders({ webSockets: true }),
  versions: ofOrders({ versions: { v1: { weight: 90 }, v2: { weight: 10 } } }),
  versionHeader: ofOrders({ versions: TWO, versionHeader: 'x-version' }, { versions: TWO }),
  shift: ofOrders({ versions: TWO, shift: { kind: 'linear' } }, { versions: TWO }),
  groups: { with: orders({ group: 'back' }, { groups: { back: { kind: 'nestedStack' } } }), without: orders() },
  mirror: ofOrders({ versions: TWO, mirror: { version: 'v2', percent: 25 } }, { versions: TWO }),
  callPolicies: {
    with: mesh({
      ui: service({ calls: ['orders'], callPolicies: { orders: { timeout: { perRequest: seconds(7) } } } }),
      other: service({ calls: ['orders'] }),
      orders: service(),
    }),
    without: mesh({ ui: service({ calls: ['orders'] }), other: service({ calls: ['orders'] }), orders: service() }),
  },
  timeouts: ofOrders({ timeout: { perRequest: seconds(3), perTry: seconds(1), idle: seconds(2) } }),
  streamTimeout: ofOrders({ timeout: { stream: seconds(60) } }),
  retries: ofOrders({ retry: { maxRetries: 5, on: ['server-error'] } }),
  anyMethod: ofOrders({ retry: { anyMethod: true } }),
  idempotentMethods: ofOrders({ protocol: 'grpc', retry: { idempotentMethods: ['shop.Orders/Get*'] } }, { protocol: 'grpc' }),
  retryBudget: ofOrders({ retry: { budgetPercent: 33, backoff: { base: seconds(0.1), max: seconds(1) } } }),
  circuitBreaker: ofOrders({ circuitBreaker: { maxConnections: 5, maxPendingRequests: 6 } }),
  outlierDetection: ofOrders({ outlierDetection: { kind: 'of', consecutiveServerErrors: 7 } }),
  roundRobin: ofOrders({ loadBalancing: { algorithm: 'roundRobin' } }),
  ringHash: ofOrders({ loadBalancing: { algorithm: 'ringHash', hashOn: { kind: 'header', name: 'x-session' } } }),
  slowStart: ofOrders({ loadBalancing: { algorithm: 'leastRequest', slowStart: seconds(30) } }),
  activeHealthCheck: ofOrders({ activeHealthCheck: { kind: 'of', path: '/health' } }),
  livenessCheck: ofOrders({ activeHealthCheck: { kind: 'proxy', interval: seconds(4) } }, { activeHealthCheck: { kind: 'none' } }),
  keepAlive: ofOrders({ keepAlive: { interval: seconds(9), timeout: seconds(4) } }),
};
