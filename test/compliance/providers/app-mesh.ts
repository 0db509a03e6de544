import type { SystemPlan } from '../../../lib/core/plan/system-plan';
import { contains } from '../contains';
import type { Proof, ProviderProofs } from '../provider-proofs';

const node =
  (name: string, spec: unknown): Proof =>
  ({ appMesh }) =>
    appMesh?.virtualNodes.some((each) => each.name === name && contains(each.spec, spec)) === true;
const route =
  (spec: unknown): Proof =>
  ({ appMesh }) =>
    appMesh?.routes.some((each) => each.router === 'orders' && contains(each.spec, spec)) === true;
const all =
  (...proofs: readonly Proof[]): Proof =>
  (plan) =>
    proofs.every((proof) => proof(plan));
const sidecars =
  (environment: Readonly<Record<string, string>>): Proof =>
  ({ workloads }: SystemPlan) =>
    workloads.length > 0 &&
    workloads.every(({ containers }) => containers.some(({ role, environment: own }) => role === 'proxy' && contains(own, environment)));

export const appMeshProofs: ProviderProofs = {
  mesh: { provider: 'appMesh' },
  proofs: {
    http: all(node('orders', { listeners: [{ portMapping: { protocol: 'http' } }] }), route({ httpRoute: {} })),
    http2: all(node('orders', { listeners: [{ portMapping: { protocol: 'http2' } }] }), route({ http2Route: {} })),
    grpc: all(node('orders', { listeners: [{ portMapping: { protocol: 'grpc' } }] }), route({ grpcRoute: {} })),
    tcp: all(node('orders', { listeners: [{ portMapping: { protocol: 'tcp' } }] }), route({ tcpRoute: {} })),
    declaredCalls: all(
      node('ui', { backends: [{ virtualService: { virtualServiceName: 'orders.shop.internal' } }] }),
      ({ ingress, appMesh }) =>
        ingress.some(({ from, to }) => from === 'ui' && to === 'orders') && appMesh?.mesh.spec.egressFilter.type === 'DROP_ALL',
    ),
    mutualTls: all(
      node('orders', { listeners: [{ tls: { mode: 'STRICT', validation: {} } }] }),
      node('ui', { clientPolicy: { tls: { enforce: true, certificate: {}, validation: {} } } }),
      ({ certificates }) => certificates !== undefined,
    ),
    manyTasks: all(node('orders', { serviceDiscovery: { awsCloudMap: { serviceName: 'orders' } } }), ({ workloads }) =>
      workloads.some(({ name, sizing }) => name === 'orders' && sizing.desiredCount === 9),
    ),
    accessLogs: all(node('ui', { logging: { accessLog: {} } }), node('orders', { logging: { accessLog: {} } })),
    traces: all(sidecars({ ENABLE_ENVOY_XRAY_TRACING: '1' }), ({ workloads }) => workloads.every(({ traced }) => traced)),
    edge: ({ appMesh }) =>
      appMesh?.virtualGateway !== undefined && contains(appMesh.gatewayRoutes, { virtualServiceName: 'ui.shop.internal' }),
    timeouts: all(
      route({ timeout: { perRequest: { unit: 's', value: 3 }, idle: { unit: 's', value: 2 } } }),
      route({ retryPolicy: { perRetryTimeout: { unit: 's', value: 1 } } }),
    ),
    retries: route({ retryPolicy: { maxRetries: 5, httpRetryEvents: ['server-error'] } }),
    anyMethod: ({ appMesh }) =>
      appMesh?.routes.filter(({ router }) => router === 'orders').every(({ spec }) => !contains(spec, { method: 'POST' })) === true &&
      route({ retryPolicy: { httpRetryEvents: ['gateway-error'] } })({ appMesh } as SystemPlan),
    circuitBreaker: node('orders', { listeners: [{ connectionPool: { http: { maxConnections: 5, maxPendingRequests: 6 } } }] }),
    outlierDetection: node('orders', { listeners: [{ outlierDetection: { maxServerErrors: 7 } }] }),
    activeHealthCheck: node('orders', { listeners: [{ healthCheck: { path: '/health' } }] }),
    external: ({ appMesh }) =>
      appMesh?.virtualNodes.some(({ spec }) => contains(spec, { serviceDiscovery: { dns: { hostname: 'db.example.com' } } })) === true,
    routes: route({ httpRoute: { match: { prefix: '/reports/' }, timeout: { perRequest: { unit: 's', value: 60 } } } }),
    versions: all(
      node('orders-v1', { listeners: [{}] }),
      route({
        action: {
          weightedTargets: [
            { virtualNode: 'orders-v1', weight: 90 },
            { virtualNode: 'orders-v2', weight: 10 },
          ],
        },
      }),
    ),
    versionHeader: route({
      httpRoute: {
        match: { headers: [{ name: 'x-version', match: { exact: 'v2' } }] },
        action: { weightedTargets: [{ virtualNode: 'orders-v2' }] },
      },
    }),
  },
};
