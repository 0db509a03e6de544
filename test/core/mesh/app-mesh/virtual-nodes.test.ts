import type { Listener } from '../../../../lib/core/mesh/app-mesh/resources';
import type { CallPolicy } from '../../../../lib/core/model/traffic-policy';
import { ordersWith, planOf, topologyOf, withExternal } from './model';

const listenerOf = (parts: Parameters<typeof ordersWith>[0]): Listener => {
  const [listener] = planOf(ordersWith(parts)).virtualNodes[0]?.spec.listeners ?? [];
  if (listener === undefined) throw new Error('there is no listener');
  return listener;
};

test.each<[string, Parameters<typeof ordersWith>[0], object | undefined]>([
  ['no limits', {}, undefined],
  [
    'connections and waiting requests of HTTP',
    { call: { circuitBreaker: { maxConnections: 10, maxPendingRequests: 5 } } },
    { http: { maxConnections: 10, maxPendingRequests: 5 } },
  ],
  [
    'waiting requests of HTTP alone',
    { call: { circuitBreaker: { maxPendingRequests: 5 } } },
    { http: { maxConnections: 2_147_483_647, maxPendingRequests: 5 } },
  ],
  ['requests of HTTP/2', { protocol: 'http2', call: { circuitBreaker: { maxRequests: 7 } } }, { http2: { maxRequests: 7 } }],
  ['requests of gRPC', { protocol: 'grpc', call: { circuitBreaker: { maxRequests: 7 } } }, { grpc: { maxRequests: 7 } }],
  ['connections of TCP', { protocol: 'tcp', call: { circuitBreaker: { maxConnections: 7 } } }, { tcp: { maxConnections: 7 } }],
])('a circuit breaker is a connection pool: %s', (_, parts, pool) => {
  expect(listenerOf(parts).connectionPool).toEqual(pool);
});

test('tasks are ejected for errors of the application, if that is asked for', () => {
  const outlierDetection: CallPolicy['outlierDetection'] = {
    consecutiveGatewayErrors: 3,
    consecutiveServerErrors: 5,
    intervalSeconds: 0.5,
    baseEjectionSeconds: 30,
    maxEjectionPercent: 20,
  };
  expect(listenerOf({}).outlierDetection).toBeUndefined();
  expect(listenerOf({ call: { outlierDetection } }).outlierDetection).toEqual({
    maxServerErrors: 5,
    interval: { value: 500, unit: 'ms' },
    baseEjectionDuration: { value: 30, unit: 's' },
    maxEjectionPercent: 20,
  });
});

test.each<[CallPolicy['loadBalancing']['algorithm'] | 'http' | 'grpc', object]>([
  ['http', { protocol: 'http', path: '/health', intervalMillis: 5000, timeoutMillis: 2000, healthyThreshold: 2, unhealthyThreshold: 3 }],
  ['grpc', { protocol: 'grpc', intervalMillis: 5000, timeoutMillis: 2000, healthyThreshold: 2, unhealthyThreshold: 3 }],
])('tasks of %s are asked whether they are well', (protocol, expected) => {
  const activeHealthCheck = { path: '/health', intervalSeconds: 5, timeoutSeconds: 2, healthyThreshold: 2, unhealthyThreshold: 3 };
  expect(listenerOf({ protocol: protocol as 'http', call: { activeHealthCheck } }).healthCheck).toEqual(expected);
});

test('fails if a caller that is not declared gets through the handshake', () => {
  const names = Object.fromEntries(
    planOf(topologyOf()).virtualNodes.map(({ name, spec }) => [
      name,
      spec.listeners[0]?.tls?.validation?.subjectAlternativeNames?.match.exact,
    ]),
  );
  // The bare prefix is nobody's name; no name would let in everybody whom an authority of the mesh has certified.
  expect(names).toEqual({ orders: ['spiffe://shop.internal/ui'], ui: ['spiffe://shop.internal/'] });
});

test('fails if a callee is believed to be one whose name it does not prove', () => {
  const [, ui] = planOf(topologyOf()).virtualNodes;
  expect(ui?.spec.backends?.[0]?.virtualService.clientPolicy?.tls).toMatchObject({
    enforce: true,
    validation: { subjectAlternativeNames: { match: { exact: ['spiffe://shop.internal/orders'] } } },
  });
});

test('without certificates there is no TLS', () => {
  const base = topologyOf();
  const { virtualNodes } = planOf({ ...base, certificates: { kind: 'none' } });
  expect(JSON.stringify(virtualNodes)).not.toContain('"tls"');
});

test('with a certificate of ACM and none of the mesh, the server alone proves who it is', () => {
  const serverCertificates = {
    certificateArns: { orders: 'arn:aws:acm:eu-west-1:111122223333:certificate/1' },
    authorityArns: ['arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/1'],
  };
  const [orders, ui] = planOf({ ...topologyOf({}, { serverCertificates }), certificates: { kind: 'none' } }).virtualNodes;
  expect(orders?.spec.listeners[0]?.tls).toEqual({
    mode: 'STRICT',
    certificate: { acm: { certificateArn: serverCertificates.certificateArns.orders } },
  });
  expect(ui?.spec.backends?.[0]?.virtualService.clientPolicy).toEqual({
    tls: {
      enforce: true,
      validation: {
        trust: { acm: { certificateAuthorityArns: serverCertificates.authorityArns } },
        subjectAlternativeNames: { match: { exact: ['orders.tasks.shop.internal'] } },
      },
    },
  });
});

test('a certificate of ACM is of the service: its versions, which are found by names of their own, have that one too', () => {
  const serverCertificates = {
    certificateArns: { orders: 'arn:aws:acm:eu-west-1:111122223333:certificate/1' },
    authorityArns: ['arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/1'],
  };
  const plan = planOf(topologyOf({ versions: { v1: { weight: 1 }, v2: { weight: 1 } } }, { serverCertificates }));
  const [v1, v2, ui] = plan.virtualNodes;
  expect([v1, v2].map((node) => [node?.spec.listeners[0]?.tls?.certificate, node?.spec.serviceDiscovery])).toEqual(
    ['orders-v1', 'orders-v2'].map((serviceName) => [
      { acm: { certificateArn: serverCertificates.certificateArns.orders } },
      { awsCloudMap: { namespaceName: 'tasks.shop.internal', serviceName } },
    ]),
  );
  expect(ui?.spec.backends?.[0]?.virtualService.clientPolicy?.tls.validation.subjectAlternativeNames).toEqual({
    match: { exact: ['orders.tasks.shop.internal'] },
  });
});

test('an external service over TCP is a virtual node outside, by its name in DNS', () => {
  const plan = planOf(withExternal(topologyOf(), {}));
  expect(plan.virtualNodes.at(-1)).toEqual({
    name: 'external_bank',
    spec: {
      listeners: [{ portMapping: { port: 443, protocol: 'tcp' } }],
      serviceDiscovery: { dns: { hostname: 'bank.example', responseType: 'LOADBALANCER' } },
    },
  });
  expect(plan.virtualRouters.at(-1)).toEqual({
    name: 'external_bank',
    spec: { listeners: [{ portMapping: { port: 8443, protocol: 'tcp' } }] },
  });
  expect(plan.virtualServices.at(-1)).toEqual({ name: 'bank.shop.internal', router: 'external_bank' });
  expect(plan.routes.at(-1)).toEqual({
    name: 'all',
    router: 'external_bank',
    spec: { tcpRoute: { action: { weightedTargets: [{ virtualNode: 'external_bank', weight: 100, port: 443 }] } } },
  });
  expect(plan.virtualNodes[0]?.spec.backends).toEqual([{ virtualService: { virtualServiceName: 'bank.shop.internal' } }]);
});

test("fails if a value of the access log's format is longer than App Mesh takes", () => {
  const formats = planOf(topologyOf()).virtualNodes.flatMap(({ spec }) => spec.logging?.accessLog.file.format.json ?? []);
  expect(formats.length).toBeGreaterThan(10);
  expect(formats.filter(({ key, value }) => key.length > 100 || value.length > 100)).toEqual([]);
});
