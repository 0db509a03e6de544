import type { AppMeshPlan } from '../../../lib/core/mesh/app-mesh/resources';
import type { SystemPlan } from '../../../lib/core/plan/system-plan';
import { contains } from '../contains';
import type { Proof, ProviderProofs } from '../provider-proofs';

/** Undefined for a plan of which everything was taken. */
const appMeshOf = ({ resources }: SystemPlan): AppMeshPlan | undefined => resources as AppMeshPlan | undefined;
const node =
  (name: string, spec: unknown): Proof =>
  (plan) =>
    appMeshOf(plan)?.virtualNodes.some((each) => each.name === name && contains(each.spec, spec)) === true;
const route =
  (spec: unknown): Proof =>
  (plan) =>
    appMeshOf(plan)?.routes.some((each) => each.router === 'orders' && contains(each.spec, spec)) === true;
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
      (plan) =>
        plan.ingress.some(({ from, to }) => from === 'ui' && to === 'orders') &&
        appMeshOf(plan)?.mesh.spec.egressFilter.type === 'DROP_ALL',
    ),
    mutualTls: all(
      node('orders', { listeners: [{ tls: { mode: 'STRICT', validation: {} } }] }),
      node('ui', { clientPolicy: { tls: { enforce: true, certificate: {}, validation: {} } } }),
      ({ certificates }) => certificates !== undefined,
    ),
    manyTasks: all(node('orders', { serviceDiscovery: { awsCloudMap: { serviceName: 'orders' } } }), ({ workloads }) =>
      workloads.some(({ name, sizing }) => name === 'orders' && sizing.desiredCount === 9),
    ),
    requestsPerTask: ({ workloads }) => JSON.stringify(workloads).includes('MESH_REQUESTS'),
    accessLogs: all(node('ui', { logging: { accessLog: {} } }), node('orders', { logging: { accessLog: {} } })),
    traces: all(sidecars({ ENABLE_ENVOY_XRAY_TRACING: '1' }), ({ workloads }) => workloads.every(({ traced }) => traced)),
    edge: (plan) =>
      appMeshOf(plan)?.virtualGateways.some(({ routes }) => contains(routes, { virtualServiceName: 'ui.shop.internal' })) === true,
    timeouts: all(
      route({ timeout: { perRequest: { unit: 's', value: 3 }, idle: { unit: 's', value: 2 } } }),
      route({ retryPolicy: { perRetryTimeout: { unit: 's', value: 1 } } }),
    ),
    retries: route({ retryPolicy: { maxRetries: 5, httpRetryEvents: ['server-error'] } }),
    anyMethod: (plan) =>
      appMeshOf(plan)
        ?.routes.filter(({ router }) => router === 'orders')
        .every(({ spec }) => !contains(spec, { method: 'POST' })) === true &&
      route({ retryPolicy: { httpRetryEvents: ['gateway-error'] } })(plan),
    circuitBreaker: node('orders', { listeners: [{ connectionPool: { http: { maxConnections: 5, maxPendingRequests: 6 } } }] }),
    outlierDetection: node('orders', { listeners: [{ outlierDetection: { maxServerErrors: 7 } }] }),
    activeHealthCheck: node('orders', { listeners: [{ healthCheck: { path: '/health' } }] }),
    external: (plan) =>
      appMeshOf(plan)?.virtualNodes.some(({ spec }) => contains(spec, { serviceDiscovery: { dns: { hostname: 'db.example.com' } } })) ===
      true,
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
