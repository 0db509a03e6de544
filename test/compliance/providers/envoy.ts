import type { SystemPlan } from '../../../lib/core/plan/system-plan';
import { configOf } from '../../support/cases';
import { contains } from '../contains';
import type { Proof, ProviderProofs } from '../provider-proofs';

/** The Envoy configuration of a task; nothing if there is no such task. */
function configuration(plan: SystemPlan, name: string): unknown {
  const task = plan.workloads.find((each) => each.name === name);
  return task === undefined ? undefined : configOf(task);
}

const has =
  (task: string, expected: unknown): Proof =>
  (plan) =>
    contains(configuration(plan, task), expected);
const all =
  (...proofs: readonly Proof[]): Proof =>
  (plan) =>
    proofs.every((proof) => proof(plan));
const not =
  (proof: Proof): Proof =>
  (plan) =>
    !proof(plan);
const responseHeaders = (count: number): object => ({
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { common_http_protocol_options: { max_headers_count: count } },
  },
});
const type = (name: string): RegExp => new RegExp(`\\.${name}$`);

export const envoyProofs: ProviderProofs = {
  mesh: { provider: 'envoy' },
  proofs: {
    http: all(
      has('ui', { name: 'orders', traffic_direction: 'OUTBOUND' }),
      has('orders', {
        name: '_app',
        typed_extension_protocol_options: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { explicit_http_config: { http_protocol_options: {} } },
        },
      }),
    ),
    http2: has('orders', {
      name: '_app',
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': { explicit_http_config: { http2_protocol_options: {} } },
      },
    }),
    grpc: all(
      has('ui', { route: { cluster: 'orders', max_stream_duration: { grpc_timeout_header_max: '0s' } } }),
      has('ui', { grpc_status: '%GRPC_STATUS%' }),
    ),
    tcp: has('ui', { typed_config: { '@type': type('TcpProxy'), cluster: 'orders' } }),
    declaredCalls: all(has('ui', { name: 'orders', traffic_direction: 'OUTBOUND' }), ({ ingress }) =>
      ingress.some(({ from, to }) => from === 'ui' && to === 'orders'),
    ),
    mutualTls: all(
      has('ui', { name: 'orders', transport_socket: { typed_config: { '@type': type('UpstreamTlsContext') } } }),
      has('orders', { transport_socket: { typed_config: { '@type': type('DownstreamTlsContext'), require_client_certificate: true } } }),
      ({ certificates }) => certificates !== undefined,
    ),
    manyTasks: has('ui', { name: 'orders', type: 'EDS' }),
    accessLogs: all(
      has('ui', { typed_config: { '@type': type('StdoutAccessLog') } }),
      has('orders', { typed_config: { '@type': type('StdoutAccessLog') } }),
    ),
    savedQueries: ({ observability }) => observability?.queries !== undefined,
    traces: all(has('ui', { typed_config: { '@type': type('XRayConfig') } }), ({ workloads }) => workloads.every(({ traced }) => traced)),
    prometheus: ({ workloads }) =>
      workloads.every(({ prometheusPort }) => prometheusPort === 15_090) && JSON.stringify(workloads).includes('/stats/prometheus?'),
    metrics: ({ workloads }) => JSON.stringify(workloads).includes('MESH_METRICS'),
    openTelemetry: all(
      has('ui', { typed_config: { '@type': type('OpenTelemetryConfig'), service_name: 'ui' } }),
      has('ui', { name: '_collector' }),
    ),
    requestsPerTask: ({ workloads }) => JSON.stringify(workloads).includes('MESH_REQUESTS'),
    loadBalancerTarget: has('orders', { address: { socket_address: { address: '0.0.0.0', port_value: 15007 } } }),
    managedInstances: ({ workloads }) => workloads.some(({ sizing }) => sizing.capacityProviders[0]?.launchType === 'MANAGED_INSTANCES'),
    ports: has('orders', { name: '_inbound_grpc' }),
    workers: ({ workloads }) => workloads.some(({ name, registration }) => name === 'ui' && registration === undefined),
    jobs: all(has('tidy', { name: 'orders', lb_policy: /./ }), ({ workloads }) => workloads.some(({ job }) => job !== undefined)),
    clients: all(
      has('client-gateway', { socket_address: { address: '0.0.0.0', port_value: 15008 } }),
      has('client-gateway', { domains: ['orders.clients.shop.internal'], routes: [{ route: { cluster: 'orders' } }] }),
      has('client-gateway', { principals: [{ authenticated: { principal_name: { exact: 'spiffe://shop.internal/report' } } }] }),
      has('orders', { principals: [{ authenticated: { principal_name: { exact: 'spiffe://shop.internal/client-gateway' } } }] }),
    ),
    edge: all(has('gateway', { name: 'edge', traffic_direction: 'INBOUND' }), has('gateway', { name: 'ui', lb_policy: /./ })),
    edgePorts: all(has('gateway', { name: 'edge-none', traffic_direction: 'INBOUND' }), has('gateway', { name: 'edge-jwt' })),
    grpcTranslation: all(
      has('gateway', { '@type': type('GrpcJsonTranscoder'), proto_descriptor_bin: /./ }),
      has('gateway', { name: 'catalog', lb_policy: /./ }),
    ),
    aggregation: all(
      has('gateway', { socket_address: { address: '127.0.0.1', port_value: 15092 } }),
      has('gateway', { route: { cluster: '_aggregator', timeout: /./ } }),
      ({ workloads }) => workloads.some(({ containers }) => containers.some(({ role }) => role === 'aggregator')),
    ),
    edgeCache: has('gateway', {
      request_headers_to_remove: ['authorization', 'cookie', 'x-api-key'],
      response_headers_to_remove: ['set-cookie'],
    }),
    allow: has('orders', { rules: { policies: { 'allow[0]': { permissions: [{ and_rules: {} }] } } } }),
    external: all(
      has('ui', { name: 'db', traffic_direction: 'OUTBOUND' }),
      has('ui', { socket_address: { address: 'db.example.com', port_value: 5432 } }),
    ),
    externalTls: has('ui', { name: 'db', transport_socket: { typed_config: { sni: 'db.example.com' } } }),
    routes: has('ui', { match: { prefix: '/reports/' }, route: { cluster: 'orders', timeout: '60s' } }),
    rewrites: has('ui', {
      match: { prefix: '/v1/' },
      route: { cluster: 'orders', prefix_rewrite: '/', host_rewrite_literal: 'old.example' },
    }),
    headerChanges: all(
      has('orders', { request_headers_to_add: [{ header: { key: 'x-a', value: 'b' } }] }),
      has('orders', { response_headers_to_remove: ['server'] }),
    ),
    rateLimits: has('orders', { typed_config: { '@type': type('LocalRateLimit') } }),
    faultInjection: has('orders', { typed_config: { '@type': type('HTTPFault') } }),
    maxRequestSize: has('orders', { typed_config: { '@type': type('Buffer'), max_request_bytes: 1024 } }),
    headerLimits: all(has('orders', { name: '_app', ...responseHeaders(500) }), has('ui', { name: 'orders', ...responseHeaders(532) })),
    compression: all(
      ...['Brotli', 'Gzip'].map((library) =>
        has('orders', { typed_config: { '@type': type('Compressor'), compressor_library: { name: library } } }),
      ),
    ),
    overrideHeaders: all(
      has('orders', { remove_on_match: { key_matcher: { safe_regex: { regex: /x\.rewrite\.url/ } } } }),
      not(has('orders', { remove_on_match: { key_matcher: { safe_regex: { regex: /\|x\.http\.method\.override/ } } } })),
    ),
    edgeTimeouts: has('gateway', { route: { cluster: 'ui', timeout: '10s' } }),
    identityHeaders: all(
      has('gateway', { requirement_name: 'jwt' }),
      has('gateway', { filter_context: { claims: { 'x-user': 'sub' } } }),
      has('gateway', { remove_on_match: { key_matcher: { safe_regex: { regex: /x\.user/ } } } }),
    ),
    webSockets: all(
      has('ui', { upgrade_configs: [{ upgrade_type: 'websocket' }] }),
      has('orders', { upgrade_configs: [{ upgrade_type: 'websocket' }] }),
    ),
    versions: all(has('ui', { weighted_clusters: { clusters: [{ name: 'orders-v1' }, { name: 'orders-v2' }] } }), ({ workloads }) =>
      ['orders-v1', 'orders-v2'].every((name) => workloads.some((task) => task.name === name)),
    ),
    versionHeader: has('ui', {
      match: { headers: [{ name: 'x-version', string_match: { exact: 'v2' } }] },
      route: { cluster: 'orders-v2' },
    }),
    shift: ({ weights = [] }) => weights.some(({ service, shift }) => service === 'orders' && shift?.steps.first === 10),
    groups: ({ workloads }) => workloads.some(({ name, group }) => name === 'orders' && group === 'back'),
    mirror: has('ui', {
      request_mirror_policies: [
        { cluster: 'orders-v2', runtime_fraction: { default_value: { numerator: 250_000, denominator: 'MILLION' } } },
      ],
    }),
    callPolicies: all(
      has('ui', { route: { cluster: 'orders', timeout: '7s' } }),
      has('other', { route: { cluster: 'orders', timeout: '15s' } }),
    ),
    timeouts: has('ui', { route: { cluster: 'orders', timeout: '3s', idle_timeout: '2s', retry_policy: { per_try_timeout: '1s' } } }),
    streamTimeout: has('ui', { route: { cluster: 'orders', max_stream_duration: { max_stream_duration: '60s' } } }),
    retries: has('ui', { route: { cluster: 'orders', retry_policy: { num_retries: 5, retry_on: /5xx/ } } }),
    anyMethod: all(has('ui', { retry_policy: { retry_on: /gateway-error/ } }), not(has('ui', { retriable_headers: [] }))),
    idempotentMethods: has('ui', {
      match: { headers: [{ name: ':path', string_match: { safe_regex: { regex: '/(shop\\.Orders/Get\\w*)' } } }] },
      route: { retry_policy: { retry_on: /unavailable,reset/ } },
    }),
    retryBudget: all(
      has('ui', { name: 'orders', circuit_breakers: { thresholds: [{ retry_budget: { budget_percent: { value: 33 } } }] } }),
      has('ui', { retry_back_off: { base_interval: '0.1s', max_interval: '1s' } }),
    ),
    circuitBreaker: has('ui', { name: 'orders', circuit_breakers: { thresholds: [{ max_connections: 5, max_pending_requests: 6 }] } }),
    outlierDetection: has('ui', { name: 'orders', outlier_detection: { consecutive_5xx: 7 } }),
    roundRobin: all(has('ui', { name: 'orders', circuit_breakers: {} }), not(has('ui', { name: 'orders', lb_policy: /./ }))),
    ringHash: all(
      has('ui', { name: 'orders', lb_policy: 'RING_HASH' }),
      has('ui', { route: { cluster: 'orders', hash_policy: [{ header: { header_name: 'x-session' } }] } }),
    ),
    slowStart: has('ui', { name: 'orders', least_request_lb_config: { slow_start_config: { slow_start_window: '30s' } } }),
    activeHealthCheck: has('ui', { name: 'orders', health_checks: [{ http_health_check: { path: '/health' } }] }),
    livenessCheck: all(
      has('ui', { name: 'orders', health_checks: [{ interval: '4s', http_health_check: { path: '/.mesh/alive' } }] }),
      has('orders', { typed_config: { '@type': type('HealthCheck'), headers: [{ string_match: { exact: '/.mesh/alive' } }] } }),
    ),
    keepAlive: has('ui', {
      name: 'orders',
      typed_extension_protocol_options: {
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
          explicit_http_config: { http2_protocol_options: { connection_keepalive: { interval: '9s', timeout: '4s' } } },
        },
      },
    }),
  },
};
