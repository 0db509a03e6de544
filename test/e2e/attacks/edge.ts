/** What API Gateway may pass on to the gateway, of a client or of its own reading of a path. */
import { CLAIMS_OF_CLIENTS, FORGED, OVERRIDES } from './rules';
import { spellings } from './spellings';

export const CLIENT = '203.0.113.7';
export const HOST = 'api.example';

/** What API Gateway's integration writes. */
export function mapped(route: string): readonly string[] {
  return [`X-Edge-Route: ${route}`, `X-Edge-Client-Ip: ${CLIENT}`, `X-Edge-Host: ${HOST}`, 'X-Edge-Path: /stage/x'];
}

/** What API Gateway writes itself: of these lines a client's are not passed on. */
const MAPPED = ['x-edge-route', 'x-edge-client-ip', 'x-edge-host', 'x-edge-path'];

/** Of these none may arrive at an application as the client has written it, in no spelling. */
export const CLAIMS: ReadonlyArray<readonly [name: string, spelled: readonly string[]]> = [
  ...CLAIMS_OF_CLIENTS,
  ...OVERRIDES,
  'x-envoy-internal',
  'x-envoy-original-path',
  'x-envoy-retry-on',
  'x-envoy-external-address',
  'x-forwarded-client-cert',
  ...MAPPED,
].map((name) => [name, spellings(name).filter((spelled) => !MAPPED.includes(spelled))] as const);

export const CLAIM = `${FORGED}, 6.6.6.6`;

/** The paths of a route, as the gateway gets them, and what must come of them: the path that arrives, or a status. */
export interface Routed {
  readonly route: string;
  readonly method?: string;
  readonly path: string;
  readonly fate: string | number;
}

export const ROUTED: readonly Routed[] = [
  // What API Gateway has matched.
  { route: 'GET /', path: '/', fate: '/' },
  { route: 'GET /', path: '/?x=/orders/1/admin', fate: '/?x=/orders/1/admin' },
  { route: 'GET /orders/{id}', path: '/orders/1', fate: '/orders/1' },
  { route: 'GET /orders/{id}', path: '/orders/1?x=/y', fate: '/orders/1?x=/y' },
  { route: 'GET /orders/{id}', path: '/orders/caf%C3%A9;v=1', fate: '/orders/caf%C3%A9;v=1' },
  { route: 'ANY /orders/{id}/admin', path: '/orders/1/admin', fate: '/orders/1/admin' },
  { route: 'POST /orders', method: 'POST', path: '/orders', fate: '/orders' },
  { route: 'ANY /files/{proxy+}', path: '/files/a/b/c', fate: '/files/a/b/c' },
  { route: 'ANY /files/{proxy+}', method: 'DELETE', path: '/files/a', fate: '/files/a' },
  { route: 'GET /files/secret', path: '/files/secret', fate: '/files/secret' },
  { route: 'ANY /anything/{proxy+}', path: '/anything/a%20b/~x', fate: '/anything/a%20b/~x' },
  // A parameter that API Gateway has decoded leads to another route.
  { route: 'GET /orders/{id}', path: '/orders/1/admin', fate: 404 },
  { route: 'GET /orders/{id}', path: '/orders/1/admin?x', fate: 404 },
  { route: 'GET /orders/{id}', path: '/orders', fate: 404 },
  { route: 'GET /orders/{id}', path: '/orders/', fate: 404 },
  { route: 'GET /orders/{id}', path: '/anything/else', fate: 404 },
  { route: 'GET /orders/{id}', path: '/', fate: 404 },
  { route: 'GET /orders/{id}', path: '/x/orders/1', fate: 404 },
  { route: 'GET /', path: '/orders/1', fate: 404 },
  { route: 'POST /orders', method: 'POST', path: '/orders/1/admin', fate: 404 },
  { route: 'ANY /files/{proxy+}', path: '/files', fate: 404 },
  { route: 'ANY /files/{proxy+}', path: '/anything/a', fate: 404 },
  { route: 'ANY /orders/{id}/admin', path: '/orders/1/2/admin', fate: 404 },
  { route: 'GET /files/secret', path: '/files/other', fate: 404 },
  { route: 'GET /nowhere', path: '/orders/1', fate: 404 },
  { route: '', path: '/orders/1', fate: 404 },
  // What a server may take for a path of a route with an authorizer.
  { route: 'ANY /files/{proxy+}', path: '/files/SECRET', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/Secret', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret/', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret;x=1', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret%20', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret.', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret%3bx', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret%09', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secret?x', fate: 400 },
  { route: 'ANY /files/{proxy+}', path: '/files/secrets', fate: '/files/secrets' },
];

export const GREEDY = 'ANY /anything/{proxy+}';

/** Paths that somebody behind the gateway may read as another one. */
export const AMBIGUOUS: readonly string[] = [
  '/anything/../orders/1/admin',
  '/anything/./x',
  '/anything/..',
  '/anything//x',
  '//anything/x',
  '/anything/%2Fx',
  '/anything/%5cx',
  '/anything\\..\\x',
  '/anything/%61dmin',
  '/anything/%2e%2e/orders/1/admin',
  '/anything/..%2fx',
  '/anything/..;/orders/1/admin',
  '/anything/..;x=1/orders/1/admin',
  '/anything/..%00/x',
  '/anything/%252e%252e/x',
  '/anything/%u002e%u002e/x',
  '/anything/%c0%ae%c0%ae/x',
  '/anything/%e0%80%ae%e0%80%ae/x',
  '/anything/%f0%80%80%ae/x',
  '/anything/%25e0%80%ae/x',
  '/anything/%E0%9F%BF',
  '/anything/%00',
  '/anything/%01../x',
  '/anything/%09../x',
  '/anything/%0a../x',
  '/anything/%0d%0a',
  '/anything/%1f',
  '/anything/%7f',
  '/anything/%7F',
];

/** By HTTP/2 a byte is escaped, which makes the path ambiguous; by HTTP/1.1 it is refused at once. */
export const RAW: readonly string[] = [
  '/anything/../x\xff',
  '/anything/\xc0\xae\xc0\xae/x',
  '/anything/\xe0\x80\xae/x',
  '/anything/\xf0\x80\x80\xae/x',
];

export interface EdgeAttack {
  readonly name: string;
  readonly line?: string;
  readonly lines: readonly string[];
  /** One of these. */
  readonly answers: readonly number[];
  readonly arrives?: string;
  readonly has?: Readonly<Record<string, string>>;
  readonly lacks?: readonly string[];
}

const ROUTE = 'GET /orders/{id}';
const [OF_ROUTE = '', ...OTHERS] = mapped(ROUTE);

export const EDGE: readonly EdgeAttack[] = [
  { name: 'no route', lines: OTHERS, answers: [404] },
  { name: 'two routes in a line', lines: [`${OF_ROUTE}, ANY /orders/{id}/admin`, ...OTHERS], answers: [400, 404] },
  { name: 'two routes in two lines', lines: [OF_ROUTE, 'X-Edge-Route: ANY /orders/{id}/admin', ...OTHERS], answers: [400, 404] },
  { name: 'the same route twice', lines: [OF_ROUTE, OF_ROUTE, ...OTHERS], answers: [400, 404] },
  { name: 'a route with underscores', lines: [`X_Edge_Route: ${ROUTE}`, ...OTHERS], answers: [404] },
  {
    name: 'a route with underscores beside the right one',
    lines: [...mapped(ROUTE), 'X_Edge_Route: ANY /orders/{id}/admin'],
    answers: [200],
    arrives: '/orders/1',
    lacks: ['x_edge_route'],
  },
  { name: 'a route in lower case', lines: [`X-Edge-Route: ${ROUTE.toLowerCase()}`, ...OTHERS], answers: [404] },
  { name: 'the route as a header of the connection', lines: [...mapped(ROUTE), 'Connection: x-edge-route'], answers: [404] },
  { name: 'two addresses of the client', lines: [...mapped(ROUTE), 'X-Edge-Client-Ip: 6.6.6.6'], answers: [400] },
  {
    name: 'the client as a header of the connection',
    lines: [...mapped(ROUTE), 'Connection: x-edge-client-ip', 'X-Forwarded-For: 6.6.6.6'],
    answers: [200],
    arrives: '/orders/1',
    lacks: ['x-forwarded-for'],
  },
  {
    name: 'a host with a comma',
    lines: [OF_ROUTE, `X-Edge-Client-Ip: ${CLIENT}`, 'X-Edge-Host: api.example,evil.example'],
    answers: [400],
  },
  { name: 'CONNECT', line: 'CONNECT 127.0.0.1:9901', lines: mapped(ROUTE), answers: [404] },
  {
    name: 'HTTP/2 in the clear, which is ignored',
    lines: [...mapped(ROUTE), 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
    answers: [200],
    arrives: '/orders/1',
    lacks: ['upgrade'],
  },
  { name: 'a WebSocket, which no service takes', lines: [...mapped(ROUTE), 'Connection: Upgrade', 'Upgrade: websocket'], answers: [403] },
  {
    name: 'a whole URL',
    line: 'GET http://evil.example/orders/1',
    lines: mapped(ROUTE),
    answers: [200],
    arrives: '/orders/1',
    has: { 'x-forwarded-host': HOST },
  },
  { name: 'a whole URL of another route', line: 'GET http://api.example/orders/1/admin', lines: mapped(ROUTE), answers: [404] },
  {
    name: 'a path of 9,000 characters',
    line: `GET /orders/${'a'.repeat(9000)}`,
    lines: mapped(ROUTE),
    answers: [200],
    arrives: `/orders/${'a'.repeat(9000)}`,
  },
  { name: 'a head of 70 KiB', lines: [...mapped(ROUTE), `X-Long: ${'a'.repeat(70_000)}`], answers: [431] },
  {
    name: 'a hundred and fifty headers',
    lines: [...mapped(ROUTE), ...Array.from({ length: 150 }, (_, index) => `X-${index}: 1`)],
    answers: [431],
  },
  { name: 'another method than that of the route', line: 'DELETE /orders/1', lines: mapped(ROUTE), answers: [404] },
  {
    name: 'a length and chunks',
    line: 'POST /orders',
    lines: [...mapped('POST /orders'), 'Content-Length: 6', 'Transfer-Encoding: chunked'],
    answers: [400],
  },
];
