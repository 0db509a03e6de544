import { shadowsOf, shapePattern } from '../../../../lib/core/envoy/security/edge-shapes';
import type { AuthorizerKind, EdgeRoute, EdgeTopology } from '../../../../lib/core/model/topology';
import { fullMatch } from '../../../../programs/simulator/regex';
import { mesh, service, topologyOf } from '../../../support/parsing';

type Protection = AuthorizerKind | 'jwt with scopes';

/** An edge whose routes are protected in these ways. */
function edgeOf(kind: 'http' | 'rest', protections: Readonly<Record<string, Protection>>): EdgeTopology {
  const authorizers: Readonly<Record<Protection, object>> = {
    none: { kind: 'none' },
    iam: { kind: 'iam' },
    jwt: { kind: 'jwt', issuer: 'https://login.example', audience: ['shop'] },
    'jwt with scopes': { kind: 'jwt', issuer: 'https://login.example', audience: ['shop'] },
    cognito: {},
    oidc: {},
    cognitoLogin: {},
    lambda: {},
    apiKey: { kind: 'apiKey' },
  };
  const routes = Object.fromEntries(
    Object.entries(protections).map(([key, protection]) => [
      key,
      { service: 'ui', authorizer: authorizers[protection], ...(protection === 'jwt with scopes' ? { scopes: ['admin'] } : {}) },
    ]),
  );
  return topologyOf(mesh({ ui: service() }, { edge: { kind, routes } })).edges[0];
}

const routeOf = (edge: EdgeTopology, key: string): EdgeRoute => edge.routes.find((route) => route.key === key)!;

function fits(key: string, path: string): boolean {
  const edge = edgeOf('http', { [key]: 'none' });
  const shape = shapePattern(routeOf(edge, key), edge);
  return shape === undefined || fullMatch(shape, path, key);
}

/** Whether a request in the name of a route belongs to another one. */
function isOfAnother(edge: EdgeTopology, key: string, path: string, method = 'GET'): boolean {
  return shadowsOf(routeOf(edge, key), edge).some(
    (shadow) => (shadow.methods?.includes(method) ?? true) && fullMatch(shadow.pattern, path, key),
  );
}

describe('a request in the name of a route', () => {
  test.each([
    ['GET /', '/', true],
    ['GET /', '/?x=1', true],
    ['GET /', '/x', false],
    ['GET /', '//', false],
    ['GET /orders', '/orders', true],
    ['GET /orders', '/orders?a=/b', true],
    ['GET /orders', '/orders/', true],
    ['GET /orders', '/orders/1', false],
    ['GET /orders', '/orders1', false],
    ['GET /orders', '/Orders', false],
    ['GET /a.b', '/a.b', true],
    ['GET /a.b', '/axb', false],
    ['GET /orders/{id}', '/orders/1', true],
    ['GET /orders/{id}', '/orders/1?x=/y', true],
    ['GET /orders/{id}', '/orders/1/', true],
    ['GET /orders/{id}', '/orders/a%20b;c=1', true],
    ['GET /orders/{id}', '/orders/', false],
    ['GET /orders/{id}', '/orders', false],
    ['GET /orders/{id}', '/orders/1/admin', false],
    ['GET /orders/{id}', '/orders/1/admin?x', false],
    ['GET /orders/{id}', '/other/1', false],
    ['GET /orders/{id}', '/orders/;x', false],
    ['GET /orders/{id}', '/orders/%20', false],
    ['GET /orders/{id}', '/orders/.', false],
    ['GET /orders/{id}', '/orders/%3bx', false],
    ['GET /orders/{id}', '/orders/.well-known', true],
    ['GET /orders/{id}', '/orders/%c3%a9', true],
    ['GET /orders/{id}', '/orders/%25', true],
    ['ANY /{proxy+}', '/;x', false],
    ['ANY /{proxy+}', '/%20/', false],
    ['ANY /{proxy+}', '/a/;x', true],
    ['GET /{a}/b/{c}', '/x/b/y', true],
    ['GET /{a}/b/{c}', '/x/y/b/z', false],
    ['ANY /orders/{proxy+}', '/orders/1/2?x', true],
    ['ANY /orders/{proxy+}', '/orders/1/', true],
    ['ANY /orders/{proxy+}', '/orders/', false],
    ['ANY /orders/{proxy+}', '/orders', false],
    ['ANY /orders/{proxy+}', '/admin', false],
    ['$default', '/', true],
    ['$default', '/anything/at/all?x', true],
  ])('%s may have the path %s: %s', (key, path, expected) => {
    expect(fits(key, path)).toBe(expected);
  });
});

test('a slash at the end is let pass only where the path with it belongs to no route with another protection', () => {
  const shapeOf = (protections: Readonly<Record<string, Protection>>): string => {
    const edge = edgeOf('http', protections);
    return shapePattern(routeOf(edge, 'GET /login/{step}'), edge)!;
  };
  expect(
    fullMatch(
      shapeOf({ 'GET /login/{step}': 'none', 'POST /{proxy+}': 'iam', 'ANY /other/{proxy+}': 'iam', $default: 'none' }),
      '/login/1/',
      'shape',
    ),
  ).toBe(true);
  for (const rest of ['ANY /{proxy+}', 'GET /login/{proxy+}', '$default'])
    expect(fullMatch(shapeOf({ 'GET /login/{step}': 'none', [rest]: 'iam' }), '/login/1/', 'shape')).toBe(false);
});

describe('a path that has been decoded since, or that a framework reads loosely, in the name of a public route', () => {
  const edge = edgeOf('http', {
    'GET /orders/{id}': 'none',
    'ANY /orders/{id}/admin': 'iam',
    'GET /orders/export': 'jwt',
    'GET /orders/all:purge': 'jwt',
    'POST /orders/{id}': 'jwt',
    'ANY /admin/{proxy+}': 'iam',
    'DELETE /{proxy+}': 'jwt',
    'GET /health': 'none',
    'ANY /{proxy+}': 'none',
    $default: 'none',
  });

  test.each([
    ['GET /orders/{id}', '/orders/1', 'GET', false],
    ['GET /orders/{id}', '/orders/export', 'GET', true],
    ['GET /orders/{id}', '/orders/Export', 'GET', true],
    ['GET /orders/{id}', '/orders/export/', 'GET', true],
    ['GET /orders/{id}', '/orders/export;v=1', 'GET', true],
    ['GET /orders/{id}', '/orders/export%3bv', 'GET', true],
    ['GET /orders/{id}', '/orders;v=1/export', 'GET', true],
    ['GET /orders/{id}', '/orders/export%20', 'GET', true],
    ['GET /orders/{id}', '/orders/export.', 'GET', true],
    ['GET /orders/{id}', '/orders/export.json', 'GET', true],
    ['GET /orders/{id}', '/orders/all%3Apurge', 'GET', true],
    ['GET /orders/{id}', '/orders/all%253apurge', 'GET', true],
    ['GET /orders/{id}', '/orders/exports', 'GET', false],
    ['GET /orders/{id}', '/orders/1?x=/orders/export', 'GET', false],
    ['ANY /{proxy+}', '/admin/x', 'GET', true],
    ['ANY /{proxy+}', '/ADMIN;a/x', 'PUT', true],
    ['ANY /{proxy+}', '/administrators', 'GET', false],
    ['ANY /{proxy+}', '/orders/1/admin', 'GET', true],
    ['ANY /{proxy+}', '/orders/1/admin/more', 'GET', false],
    ['ANY /{proxy+}', '/orders/1', 'POST', true],
    // Of these methods the route would be public as well.
    ['ANY /{proxy+}', '/orders/1', 'GET', false],
    ['ANY /{proxy+}', '/health', 'GET', false],
    ['ANY /{proxy+}', '/orders/export', 'HEAD', true],
    ['ANY /{proxy+}', '/orders/export', 'POST', true],
    ['ANY /{proxy+}', '/page', 'DELETE', true],
    ['$default', '/admin/x', 'GET', true],
    ['$default', '/page', 'DELETE', true],
    ['$default', '/', 'GET', false],
  ])('%s: %s belongs to another route (%s): %s', (key, path, method, expected) => {
    expect(isOfAnother(edge, key, path, method)).toBe(expected);
  });

  test('is not compared with routes that are less specific, or that the same permission opens', () => {
    expect(shadowsOf(routeOf(edge, 'ANY /admin/{proxy+}'), edge)).toEqual([]);
    const same = edgeOf('http', { 'GET /orders/{id}': 'jwt', 'GET /orders/export': 'jwt', 'GET /orders/all': 'jwt with scopes' });
    expect(isOfAnother(same, 'GET /orders/{id}', '/orders/export')).toBe(false);
    expect(isOfAnother(same, 'GET /orders/{id}', '/orders/all')).toBe(true);
    // Policies of IAM name routes.
    const policies = edgeOf('rest', { 'GET /orders/{id}': 'iam', 'GET /orders/export': 'iam' });
    expect(isOfAnother(policies, 'GET /orders/{id}', '/orders/export')).toBe(true);
  });
});
