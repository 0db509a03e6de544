import type { Raw } from '../../../support/parsing';
import { client, mesh, service } from '../../../support/parsing';
import { lets } from './access-control';
import { configurationOf, listener } from '../configuration';

const id = (name: string): string => `spiffe://shop.internal/${name}`;
const calls = { calls: ['orders'] };
const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'orders' } } };
const shop = (orders: Raw = {}, more: Raw = {}): unknown =>
  mesh({ ui: service(calls), admin: service(calls), other: service(), orders: service(orders) }, more);

describe('without rules', () => {
  const orders = lets(shop(), 'orders');

  test.each([
    ['a declared caller', id('ui'), true],
    ['another declared caller', id('admin'), true],
    ['a service that does not list it', id('other'), false],
    ['itself', id('orders'), false],
    ['the gateway, to which no route leads from here', id('gateway'), false],
    ['somebody whose name begins like that of a caller', id('ui2'), false],
    ['a caller of another trust domain', 'spiffe://evil.internal/ui', false],
    ['nobody', '', false],
  ])('%s: %s %s', (_, caller, allowed) => {
    expect(orders({ caller })).toBe(allowed);
  });

  test('the gateway may call what a route leads to', () => {
    expect(lets(shop({}, { edge }), 'orders')({ caller: id('gateway') })).toBe(true);
  });

  test('a service that nobody calls lets nobody in', () => {
    for (const caller of ['ui', 'other', 'gateway', 'orders']) expect(lets(shop(), 'other')({ caller: id(caller) })).toBe(false);
  });
});

describe('rules', () => {
  const orders = lets(
    shop({
      allow: [
        { callers: ['ui'], methods: ['GET', 'HEAD'], paths: ['/orders', '/orders/*'] },
        { callers: ['admin'], methods: ['DELETE'] },
        { paths: ['/status'] },
      ],
    }),
    'orders',
  );

  test.each([
    ['ui', 'GET', '/orders', true],
    ['ui', 'HEAD', '/orders/7', true],
    ['ui', 'GET', '/orders/7/items', true],
    ['ui', 'GET', '/orders?all=1', true],
    ['ui', 'GET', '/orders/7?next=/../admin', true],
    ['ui', 'POST', '/orders', false],
    ['ui', 'get', '/orders', false],
    ['ui', 'DELETE', '/orders/7', false],
    ['ui', 'GET', '/orders-archive', false],
    ['ui', 'GET', '/Orders', false],
    ['ui', 'GET', '/admin?x=/orders/', false],
    ['admin', 'DELETE', '/anything', true],
    ['admin', 'GET', '/orders', false],
    ['ui', 'POST', '/status', true],
    ['admin', 'GET', '/status', true],
    ['other', 'GET', '/status', false],
    ['ui', 'GET', '/status/', false],
  ])('%s %s %s: %s', (caller, method, path, allowed) => {
    expect(orders({ caller: id(caller), method, path })).toBe(allowed);
  });

  test('narrow by method and path without certificates, too', () => {
    const plain = lets(shop({ allow: [{ methods: ['GET'], paths: ['/orders/*'] }] }, { certificates: { kind: 'none' } }), 'orders');
    expect([plain({ path: '/orders/7' }), plain({ path: '/orders/7', method: 'POST' }), plain({ path: '/' })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('without certificates and rules there is nothing to decide', () => {
    expect(JSON.stringify(configurationOf(shop({}, { certificates: { kind: 'none' } }), 'orders'))).not.toContain('rbac');
  });
});

describe('what callers ask by themselves to learn whether a task is well', () => {
  const activeHealthCheck = { kind: 'of', path: '/health' };
  const admin = { calls: ['orders'], callPolicies: { orders: { activeHealthCheck: { kind: 'none' } } } };
  const checked = lets(
    mesh(
      {
        ui: service(calls),
        admin: service(admin),
        late: service(calls),
        other: service(),
        orders: service({ activeHealthCheck, allow: [{ callers: ['ui'], paths: ['/orders'] }] }),
      },
      { edge },
    ),
    'orders',
  );

  test.each([
    ['ui', 'GET', '/health', true],
    ['late', 'GET', '/health', true],
    ['gateway', 'GET', '/health', true],
    // Who does not ask may not.
    ['admin', 'GET', '/health', false],
    ['other', 'GET', '/health', false],
    ['late', 'POST', '/health', false],
    ['late', 'GET', '/health/x', false],
    ['late', 'GET', '/orders', false],
    ['ui', 'GET', '/orders', true],
  ])('%s %s %s: %s', (caller, method, path, allowed) => {
    expect(checked({ caller: id(caller), method, path })).toBe(allowed);
  });

  test('of gRPC it is a method of its own', () => {
    const ledger = lets(
      shop({ protocol: 'grpc', activeHealthCheck: { kind: 'of' }, allow: [{ callers: ['ui'], paths: ['/shop.Ledger/*'] }] }),
      'orders',
    );
    expect(
      ['/grpc.health.v1.Health/Check', '/grpc.health.v1.Health/Watch', '/shop.Ledger/Put'].map((path) =>
        ledger({ caller: id('admin'), method: 'POST', path }),
      ),
    ).toEqual([true, false, false]);
  });
});

// As Envoy leaves them: it has normalized "/a/../b", "//" and "%2e" already, and refused "%2F" and "#".
describe('a rule about paths lets no path through that could be read as another', () => {
  const orders = lets(shop({ allow: [{ paths: ['/public/*'] }] }), 'orders');

  test.each([
    '/public/../admin',
    '/public/..',
    '/public/./x',
    '/public//admin',
    '/public/%2e%2e/admin',
    '/public/.%2E/admin',
    '/public/..%2fadmin',
    '/public/..%2Fadmin',
    '/public/\\..\\admin',
    '/public/..%5cadmin',
    '/public/..%5Cadmin',
    '/public/%61dmin',
    '/public/..;/admin',
    '/public/..;a=b/admin',
    '/public/.;/x',
    '/public/..%3b/admin',
    '/public/..%00/admin',
    '/public/%c0%ae%c0%ae/admin',
    '/public/%u002e%u002e/admin',
    '/public/%252e%252e/admin',
    '/public/%25252e./admin',
    '/public/%252fadmin',
    '/public/%255cadmin',
  ])('%s', (path) => {
    expect(orders({ caller: id('ui'), path })).toBe(false);
  });

  test.each([
    '/public/',
    '/public/x',
    '/public/.well-known/x',
    '/public/..x',
    '/public/a;b=c/d',
    '/public/x..y',
    '/public/%e2%82%ac',
    '/public/100%25',
    '/public/a%20b',
    '/public/%3Ca%3E',
    '/public/~x',
  ])('but %s', (path) => {
    expect(orders({ caller: id('ui'), path })).toBe(true);
  });
});

describe('a rule for every service', () => {
  const props = (more: Raw = {}, others: Raw = {}): unknown =>
    mesh({ ui: service(calls), other: service(), orders: service({ allow: [{ callers: ['*'] }], ...more }), ...others });

  test.each([
    ['a declared caller', id('ui'), true],
    ['a service that does not list it', id('other'), true],
    ['a caller of another trust domain', 'spiffe://evil.internal/ui', false],
    ['a caller of a trust domain that begins like this one', 'spiffe://shop.internal.evil/ui', false],
    ['nobody', '', false],
  ])('%s: %s %s', (_, caller, allowed) => {
    expect(lets(props(), 'orders')({ caller })).toBe(allowed);
  });

  describe('in a system with clients', () => {
    const withClients = (more: Raw = {}): unknown =>
      mesh(
        { ui: service(calls), other: service(), web: service(), orders: service({ allow: [{ callers: ['*'] }], ...more }) },
        { clients: { report: client({ calls: ['web'] }), billing: client({ calls: ['web'] }) } },
      );

    test.each([
      ['a service that does not list it', 'other', true],
      ['the client gateway, which has asked who the client is', 'client-gateway', true],
      ['a client itself, which would get around what it may call', 'report', false],
      ['another client', 'billing', false],
      ['a service whose name begins like that of a client', 'report2', true],
    ])('%s: %s %s', (_, caller, allowed) => {
      expect(lets(withClients(), 'orders')({ caller: id(caller) })).toBe(allowed);
      const narrowed = lets(
        withClients({ allow: [{ callers: ['*'], paths: ['/x'] }], activeHealthCheck: { kind: 'of', path: '/health' } }),
        'orders',
      );
      for (const path of ['/x', '/health']) expect(narrowed({ caller: id(caller), path })).toBe(allowed);
    });

    test('a TCP service accepts the certificates of its callers, and none of a client', () => {
      const tcp = JSON.stringify(listener(configurationOf(withClients({ protocol: 'tcp', port: 6379 }), 'orders'), '_inbound'));
      expect(tcp).toContain('"exact":"spiffe://shop.internal/ui"');
      expect(tcp).not.toMatch(/report|billing|"prefix":"spiffe/);
    });
  });

  test('narrows methods and paths like any other', () => {
    const orders = lets(props({ allow: [{ callers: ['*'], methods: ['GET'] }] }), 'orders');
    expect([orders({ caller: id('other'), method: 'GET' }), orders({ caller: id('other'), method: 'POST' })]).toEqual([true, false]);
  });

  test.each<[string, Raw]>([
    ['HTTP', {}],
    ['TCP', { protocol: 'tcp', port: 6379 }],
    ['health checks', { activeHealthCheck: { path: '/health' } }],
  ])('a new caller changes nothing of the configuration of the service: %s', (_, more) => {
    const before = configurationOf(props(more), 'orders');
    expect(configurationOf(props(more, { another: service(calls) }), 'orders')).toEqual(before);
  });

  test('without it, a new caller does', () => {
    const before = configurationOf(shop(), 'orders');
    expect(
      configurationOf(
        mesh({ ui: service(calls), admin: service(calls), more: service(calls), other: service(), orders: service() }),
        'orders',
      ),
    ).not.toEqual(before);
  });
});
