import { caseNames, configOf, planCase, readCase } from '../support/cases';
import { planned } from './planned';
import type { Request } from '../../programs/simulator/simulate';
import { simulate } from '../../programs/simulator/simulate';
import { summaries } from './summary';

const by = (task: string, to: string, path: string, more: Partial<Request> = {}): Request => ({
  from: { kind: 'service', task, to: `${to}.shop.internal` },
  path,
  ...more,
});
const past = (task: string, identity: string | undefined, path: string, more: Partial<Request> = {}): Request => ({
  from: { kind: 'outsider', task, tls: true, ...(identity === undefined ? {} : { identity: `spiffe://shop.internal/${identity}` }) },
  path,
  ...more,
});
const plain = (task: string, path: string): Request => ({ from: { kind: 'outsider', task, tls: false }, path });
const edge = (route: string, path: string, more: Partial<Request> = {}, name?: string): Request => ({
  from: { kind: 'edge', ...(name === undefined ? {} : { edge: name }) },
  path,
  ...more,
  headers: { 'x-edge-route': route, 'x-edge-client-ip': '192.0.2.7', 'x-edge-host': 'shop.example', ...more.headers },
});
/** Not so with App Mesh, whose control plane tells them what to do. */
function hasEnvoys(name: string): boolean {
  const plan = planCase(name);
  return typeof plan !== 'string' && plan.workloads.some((task) => configOf(task) !== undefined);
}

const GRPC = { 'content-type': 'application/grpc' };

test.each(caseNames().filter(hasEnvoys))('knows everything that the configurations of %s say', (name) => {
  const { system, topology } = planned(readCase(name));
  const tasks = [...system.tasks.values()];
  for (const { name: task } of tasks) {
    for (const to of system.records.keys()) simulate(system, { from: { kind: 'service', task, to }, path: '/' });
    simulate(system, { from: { kind: 'outsider', task, tls: true, identity: 'spiffe://shop.internal/x' }, path: '/' });
  }
  for (const each of topology.edges) for (const { key } of each.routes) simulate(system, edge(key, '/', {}, each.name));
  expect(tasks.length).toBeGreaterThan(0);
});

describe('several edges', () => {
  const { system } = planned(readCase('several-edges'));
  const DENIED = '403 by orders: rbac_access_denied_matched_policy[none]';
  const LIMITED = '429 by orders: local_rate_limited';
  const NO_ROUTE = (gateway: string): string => `404 by ${gateway}: route_not_found`;

  test.each<readonly [string, Request, string | readonly string[]]>([
    ['each leads to its services', edge('$default', '/catalog/7'), 'catalog /catalog/7'],
    ['by its own gateway', edge('GET /catalog/{proxy+}', '/catalog/7', {}, 'partners'), 'catalog /catalog/7'],
    ['a rule lets in the gateway that it names', edge('GET /orders/{id}', '/orders/7', {}, 'partners'), [LIMITED, 'orders /orders/7']],
    ['another rule the other one', edge('GET /orders/mine', '/orders/mine'), 'orders /orders/mine'],
    ['fails if no rule names the gateway', past('orders', 'gateway', '/orders/7'), DENIED],
    ['fails if it is the gateway of an edge without a route to the service', past('orders', 'gateway-staff', '/orders/7'), DENIED],
    ['fails if an edge names a route of another', edge('GET /orders/{id}', '/orders/7'), NO_ROUTE('gateway')],
    ['fails if another names its default route', edge('$default', '/orders/7', {}, 'partners'), NO_ROUTE('gateway-partners')],
    ['fails if an edge that is not there sends', edge('$default', '/', {}, 'nobody'), 'refused: there is no such task'],
  ])('%s', (_, request, outcome) => {
    expect(summaries(system, request)).toEqual([outcome].flat());
  });
});

describe('rules of callers', () => {
  const { system } = planned(readCase('rules-of-callers'));
  const DENIED = '403 by orders: rbac_access_denied_matched_policy[none]';

  test.each<readonly [string, Request, string]>([
    ['what is allowed arrives', by('ui', 'orders', '/orders/7?x=1'), 'orders /orders/7?x=1'],
    ['also by another rule', by('ui', 'orders', '/orders', { method: 'POST' }), 'orders /orders'],
    ['fails if no rule has the method', by('ui', 'orders', '/orders', { method: 'DELETE' }), DENIED],
    ['fails if no rule has the path', by('ui', 'orders', '/admin'), DENIED],
    ['a path is what the application sees', by('ui', 'orders', '/x/../orders//7'), 'orders /orders/7'],
    ['fails if a path leads elsewhere', by('ui', 'orders', '/orders/../admin'), DENIED],
    ['fails if a path may be read as another', by('ui', 'orders', '/orders/%2e%2e;/admin'), DENIED],
    ['fails if a path hides a slash', by('ui', 'orders', '/orders%2f7'), '400 by orders: path_normalization_failed'],
    ['fails if a path has a fragment', by('ui', 'orders', '/orders#7'), '400 by ui: path_normalization_failed'],
    ['who may do anything may do that', by('admin', 'orders', '/orders/..%3b/admin', { method: 'DELETE' }), 'orders /orders/..%3b/admin'],
    ['fails if a service is called that is not declared', by('admin', 'ledger', '/'), 'refused: nobody listens on 127'],
    ['fails if a service is called that nobody calls', by('ui', 'alone', '/'), 'refused: nobody listens on (no address) in ui'],
    ['a gRPC method arrives', by('ui', 'ledger', '/bank.Ledger/Read', { method: 'POST', headers: GRPC }), 'ledger /bank.Ledger/Read'],
    [
      'fails if another gRPC method is called',
      by('ui', 'ledger', '/bank.Ledger/Write', { method: 'POST', headers: GRPC }),
      '200 (gRPC 7) by ledger: rbac_access_denied_matched_policy[none]',
    ],
    ['a TCP connection arrives', by('orders', 'cache', '/'), 'cache /'],
    [
      'fails if a TCP connection is not allowed',
      by('ui', 'cache', '/'),
      'by ui: upstream_reset_before_response_started (the server does not let in spiffe://shop.internal/ui)',
    ],
    ['past its Envoy a caller may do the same', past('orders', 'ui', '/orders/7'), 'orders /orders/7'],
    ['fails if a service comes past its Envoy that does not call', past('orders', 'alone', '/orders/7'), DENIED],
    ['fails if somebody has no certificate', past('orders', undefined, '/orders/7'), 'refused: the client has no certificate'],
    ['fails if somebody speaks plain text', plain('orders', '/orders/7'), 'refused: one side speaks TLS, and the other does not'],
    [
      'fails if somebody is of another mesh',
      { ...past('orders', 'ui', '/'), from: { kind: 'outsider', task: 'orders', tls: true, identity: 'spiffe://other/ui' } },
      'refused: the server does not let in spiffe://other/ui',
    ],
  ])('%s', (_, request, expected) => {
    expect(summaries(system, request)).toEqual([expect.stringContaining(expected)]);
  });

  test('the application learns who calls, and nobody else can say so', () => {
    const claims = {
      'x-forwarded-client-cert': 'URI=spiffe://shop.internal/admin',
      'x-envoy-retry-on': '5xx',
      'x-kept': 'yes',
      'x-request-id': 'mine',
    };
    expect(simulate(system, by('ui', 'orders', '/orders/7', { headers: claims }))[0]?.end).toEqual({
      kind: 'delivered',
      to: 'orders',
      port: 8080,
      method: 'GET',
      path: '/orders/7',
      host: 'orders.shop.internal:15080',
      headers: {
        'x-forwarded-client-cert': 'By=spiffe://shop.internal/orders;Hash=(a hash);URI=spiffe://shop.internal/ui',
        'x-forwarded-proto': 'http',
        'x-kept': 'yes',
        'x-request-id': 'mine',
      },
    });
  });
});

describe('the edge', () => {
  const { system } = planned(readCase('rest-api-with-cors'));
  test('goes by the route that API Gateway names', () => {
    expect(summaries(system, edge('ANY /', '/'))).toEqual(['pages /']);
    expect(summaries(system, edge('POST /orders', '/orders', { method: 'POST' }))).toEqual(['orders /orders']);
  });

  test("tells the service the client's host and address, and nothing that the client claims", () => {
    const end = simulate(
      system,
      edge('ANY /', '/', {
        headers: { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6', 'x-envoy-anything': '6', 'x-forwarded-port': '6' },
      }),
    )[0]?.end;
    expect(end).toMatchObject({
      kind: 'delivered',
      host: 'shop.example',
      headers: { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' },
    });
    expect(JSON.stringify(end)).not.toMatch(/6\.6\.6\.6|x-edge|x-envoy-anything|x-forwarded-port/);
  });

  test.each<readonly [string, Request, string]>([
    ['no route is named', { from: { kind: 'edge' }, path: '/' }, '404 by gateway: route_not_found'],
    ['a route is named that there is not', edge('GET /nowhere', '/'), '404 by gateway: route_not_found'],
    ['two routes are named', edge('ANY /,GET /a', '/'), '400 by gateway: direct_response'],
    ['the path is not one of the route', edge('ANY /', '/somewhere/else'), '404 by gateway: direct_response'],
    ['a path may be read as another', edge('ANY /', '/a/../b'), '400 by gateway: direct_response'],
    ["the method is not the route's", edge('POST /orders', '/orders', { method: 'GET' }), '404 by gateway: route_not_found'],
  ])('fails if %s', (_, request, expected) => {
    expect(summaries(system, request)).toEqual([expected]);
  });

  test('answers the preflight requests of browsers from origins that it knows; others go to the service', () => {
    const preflight = (origin: string, route: string): readonly string[] =>
      summaries(system, edge(route, '/', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } }));
    expect(preflight('https://shop.example', 'ANY /')).toEqual(['200 by gateway: cors_preflight']);
    expect(preflight('https://evil.example', 'ANY /')).toEqual(['pages /']);
  });
});
