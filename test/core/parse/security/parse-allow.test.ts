import { issuesOf, mesh, service, topologyOf } from '../../../support/parsing';

const orders = (allow: unknown, more: object = {}, all: object = {}) =>
  mesh({ ui: service({ calls: ['orders'] }), admin: service({ calls: ['orders'] }), orders: service({ allow, ...more }) }, { ...all });
const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'orders' } } };
const rulesOf = (props: unknown) => topologyOf(props).services.find(({ name }) => name === 'orders')?.allow;

test('without rules a declared caller may do anything', () => {
  expect(rulesOf(orders(undefined))).toBeUndefined();
});

test('rules are sorted and complete, whatever order they were written in', () => {
  const rules = rulesOf(orders([{ methods: ['POST', 'GET', 'GET'], callers: ['ui', 'admin'], paths: ['/orders/*', '/orders', '/'] }]));
  expect(rules).toEqual([
    {
      callers: ['admin', 'ui'],
      methods: ['GET', 'POST'],
      paths: [
        { kind: 'exact', text: '/' },
        { kind: 'exact', text: '/orders' },
        { kind: 'prefix', text: '/orders/' },
      ],
    },
  ]);
});

test('a prefix ends at a slash, so that /orders/* says nothing of /orders-archive', () => {
  expect(rulesOf(orders([{ paths: ['/*'] }]))).toEqual([{ paths: [{ kind: 'prefix', text: '/' }] }]);
});

test('gRPC methods are paths', () => {
  expect(rulesOf(orders([{ paths: ['/shop.v1.Orders/Place', '/shop.v1.Orders/*'] }], { protocol: 'grpc' }))).toEqual([
    {
      paths: [
        { kind: 'prefix', text: '/shop.v1.Orders/' },
        { kind: 'exact', text: '/shop.v1.Orders/Place' },
      ],
    },
  ]);
});

test('the gateway is a caller where a route leads', () => {
  expect(rulesOf(orders([{ callers: ['gateway'] }, {}], {}, { edge }))).toEqual([{ callers: ['gateway'] }, {}]);
});

test('method and path narrow without certificates, too', () => {
  expect(rulesOf(orders([{ methods: ['GET'] }], {}, { certificates: { kind: 'none' } }))).toEqual([{ methods: ['GET'] }]);
});

describe('a caller that no rule names', () => {
  test('gives a warning', () => {
    const { warnings } = topologyOf(orders([{ callers: ['ui'] }], {}, { edge }));
    expect(warnings.map(({ id, path, message }) => [id, path, message])).toEqual([
      [
        'caller-without-rule',
        'services.orders.allow',
        '"admin" lists "orders" in calls, but no rule names it: all of its requests will be refused',
      ],
      [
        'caller-without-rule',
        'services.orders.allow',
        'a route of the edge leads to "orders", but no rule names "gateway": every request of the edge will get 403',
      ],
    ]);
  });

  test('gives none where a rule is for every caller', () => {
    expect(topologyOf(orders([{ callers: ['ui'] }, { methods: ['GET'] }])).warnings).toEqual([]);
  });
});

test('a caller that is no caller is named with those that are', () => {
  expect(issuesOf(orders([{ callers: ['gateway'] }]))).toEqual([
    expect.objectContaining({ message: 'no route of its edge leads to this service', allowed: 'admin, ui' }),
  ]);
});

test('a caller that is the gateway service of an edge without a route here, or a service with such a name, is told what it is', () => {
  const named = (name: string, all: object): unknown => {
    const props = orders([{ callers: [name] }], {}, { edges: { partners: { ...edge, routes: { 'GET /': { service: 'ui' } } } } });
    return issuesOf({ ...props, services: { ...(props as { readonly services: object }).services, ...all } })[0]?.message;
  };
  expect(named('gateway-partners', {})).toBe('no route of its edge leads to this service');
  expect(named('gateway-auth', { 'gateway-auth': service() })).toBe('"gateway-auth" does not list this service in calls');
});

describe('every service', () => {
  test('stands for the names of callers', () => {
    expect(rulesOf(orders([{ callers: ['*'], methods: ['GET'] }]))).toEqual([{ everyService: true, methods: ['GET'] }]);
  });

  test('load balancers, which have no identity, are none', () => {
    const target = { loadBalancerTarget: { kind: 'application' } };
    expect(rulesOf(orders([{ callers: ['*', 'load-balancer'] }], target))).toEqual([{ everyService: true, loadBalancer: true }]);
    expect(rulesOf(orders([{ callers: ['*'] }, { callers: ['load-balancer'] }], target))).toEqual([
      { everyService: true },
      { callers: [], loadBalancer: true },
    ]);
  });

  test('leaves no caller without a rule', () => {
    expect(topologyOf(orders([{ callers: ['*'] }])).warnings.map(({ id }) => id)).not.toContain('caller-without-rule');
  });

  test('fails if callers are named beside it, or have no identities', () => {
    expect(issuesOf(orders([{ callers: ['ui', '*'] }])).map(({ code, path }) => [code, path])).toEqual([
      ['CONFLICT', 'services.orders.allow[0].callers'],
    ]);
    expect(issuesOf(orders([{ callers: ['*'] }], {}, { certificates: { kind: 'none' } })).map(({ code }) => code)).toEqual(['CONFLICT']);
  });
});
