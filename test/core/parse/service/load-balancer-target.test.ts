import { issuesOf, mesh, service, topologyOf, ui } from '../../../support/parsing';
import type { Raw } from '../../../support/parsing';

const APPLICATION = { kind: 'application' };
const NETWORK = { kind: 'network' };
const behind = (more: Raw = {}, target: Raw = APPLICATION): Raw => ui({ loadBalancerTarget: target, ...more });
/** "orders", which "ui" calls. */
const orders = (more: Raw, all: Raw = {}): Raw =>
  mesh({ ui: service({ calls: ['orders'] }), orders: service({ loadBalancerTarget: APPLICATION, ...more }) }, all);
const found = (props: unknown) => issuesOf(props).map(({ code, path }) => `${code} ${path}`);

test('a service has none unless it says so', () => {
  expect(topologyOf(ui({})).services[0]).not.toHaveProperty('loadBalancerTarget');
});

test('headers that are passed on are sorted, in lower case', () => {
  const passThroughHeaders = ['X-Request-ID', 'x-amzn-oidc-data'];
  expect(topologyOf(behind({}, { ...APPLICATION, passThroughHeaders })).services[0].loadBalancerTarget).toEqual({
    kind: 'application',
    passThroughHeaders: ['x-amzn-oidc-data', 'x-request-id'],
  });
});

test.each<readonly [string, unknown, string]>([
  ['something that is no LoadBalancerTarget', behind({}, 'application' as unknown as Raw), 'WRONG_TYPE services.ui.loadBalancerTarget'],
  ['a field that there is not', behind({}, { ...APPLICATION, port: 80 }), 'UNKNOWN_PROPERTY services.ui.loadBalancerTarget.port'],
  ['a kind that there is not', behind({}, { kind: 'classic' }), 'INVALID_VALUE services.ui.loadBalancerTarget.kind'],
  [
    'an Application Load Balancer before a TCP service',
    behind({ protocol: 'tcp', port: 6379 }),
    'UNSUPPORTED_BY_PROTOCOL services.ui.loadBalancerTarget',
  ],
  [
    'headers of a TCP service',
    behind({ protocol: 'tcp', port: 6379 }, { ...NETWORK, passThroughHeaders: ['x-request-id'] }),
    'UNSUPPORTED_BY_PROTOCOL services.ui.loadBalancerTarget.passThroughHeaders',
  ],
  [
    'users of an Application Load Balancer behind a Network Load Balancer',
    behind({}, { ...NETWORK, passThroughHeaders: ['x-amzn-oidc-data'] }),
    'INVALID_VALUE services.ui.loadBalancerTarget.passThroughHeaders[0]',
  ],
  [
    'the identity of a caller',
    behind({}, { ...APPLICATION, passThroughHeaders: ['x-forwarded-client-cert'] }),
    'INVALID_VALUE services.ui.loadBalancerTarget.passThroughHeaders[0]',
  ],
  ['an application on the port of the listener', behind({ port: 15007 }), 'RESERVED_PORT services.ui.port'],
  [
    'a helper on the port of the listener',
    behind({ extraContainers: { helper: { image: service()['image'], ports: [15007] } } }),
    'RESERVED_PORT services.ui.extraContainers.helper.ports[0]',
  ],
  [
    'a helper of a version on the port of the listener',
    behind({ versions: { v1: { weight: 1, extraContainers: { helper: { image: service()['image'], ports: [15007] } } } } }),
    'RESERVED_PORT services.ui.versions.v1.extraContainers.helper.ports[0]',
  ],
  [
    'a callee that is called on the port of the listener',
    mesh({ ui: service({ calls: ['orders'], loadBalancerTarget: APPLICATION }), orders: service({ virtualPort: 15007 }) }),
    'PORT_CLASH services.ui.calls[0]',
  ],
  [
    'a service that is called as rules name load balancers',
    mesh({ ui: service({ loadBalancerTarget: APPLICATION }), 'load-balancer': service() }),
    'RESERVED_NAME services.load-balancer',
  ],
  ['rules of which none names load balancers', orders({ allow: [{ callers: ['ui'] }] }), 'CONFLICT services.orders.loadBalancerTarget'],
  ['a rule for all callers alone', orders({ allow: [{ methods: ['GET'] }] }), 'CONFLICT services.orders.loadBalancerTarget'],
  [
    'a rule of a service with no load balancer',
    orders({ allow: [{ callers: ['load-balancer'] }], loadBalancerTarget: undefined }),
    'UNDECLARED_CALL services.orders.allow[0].callers[0]',
  ],
  [
    'callers beside load balancers, without certificates',
    orders({ allow: [{ callers: ['load-balancer', 'ui'] }] }, { certificates: { kind: 'none' } }),
    'CONFLICT services.orders.allow[0].callers',
  ],
])('fails if the user gives %s', (_, props, issue) => {
  expect(found(props)).toEqual([issue]);
});

test('without it, port and name are free', () => {
  expect(found(mesh({ ui: service({ port: 15007, calls: ['load-balancer'] }), 'load-balancer': service({ virtualPort: 15008 }) }))).toEqual(
    [],
  );
});

test('rules, limits and faults keep load balancers apart from callers with an identity', () => {
  const [, { allow, policy }] = topologyOf(
    mesh({
      admin: service({ calls: ['orders'] }),
      orders: service({
        loadBalancerTarget: APPLICATION,
        allow: [{ callers: ['load-balancer'] }, { callers: ['load-balancer', 'admin'] }, { callers: ['admin'] }],
        rateLimits: { some: { requests: 1, callers: ['load-balancer'] } },
        faultInjection: { some: { abortStatus: 503, callers: ['admin', 'load-balancer'] } },
      }),
    }),
  ).services;
  expect(allow).toEqual([{ callers: [], loadBalancer: true }, { callers: ['admin'], loadBalancer: true }, { callers: ['admin'] }]);
  expect(policy.rateLimits).toMatchObject([{ callers: [], loadBalancer: true }]);
  expect(policy.faults).toMatchObject([{ callers: ['admin'], loadBalancer: true }]);
});

test('load balancers can be named without certificates, since a port of their own tells them apart', () => {
  expect(found(orders({ allow: [{ callers: ['load-balancer'] }] }, { certificates: { kind: 'none' } }))).toEqual([]);
});
