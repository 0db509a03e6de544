import { block, framesIn, headers, statusIn } from '../e2e/attacks/http2-frames';
import { answersIn } from '../e2e/attacks/http1-answers';
import { readings } from '../e2e/attacks/readings';
import { brokenRules } from '../e2e/attacks/rules';
import type { Arrival } from '../e2e/attacks/witness';

const CERTIFICATE = `By=spiffe://shop.internal/web;Hash=${'a'.repeat(64)};URI=spiffe://shop.internal/caller`;
const arrival = (change: Partial<Arrival> = {}): Arrival => ({
  to: 'web',
  method: 'GET',
  path: '/public/x',
  host: 'h',
  lines: [['x-forwarded-client-cert', CERTIFICATE]],
  trailers: [],
  body: '',
  ended: true,
  ...change,
});
const broken = (change: Partial<Arrival>, route?: string): readonly string[] =>
  brokenRules(arrival(change), { caller: 'spiffe://shop.internal/caller', ...(route === undefined ? {} : { route }) });

describe('what arrives at an application that is attacked', () => {
  test('keeps the rules, if nothing is wrong with it', () => {
    expect(broken({})).toEqual([]);
    expect(broken({ to: 'plain', path: '/orders/1' }, 'GET /orders/{id}')).toEqual([]);
  });

  test.each([
    '/admin',
    '/public/../admin',
    '/public/%2e%2e/admin',
    '/public/%252e%252e/admin',
    '/public/..;/admin',
    '/public\\..\\..\\admin',
    '/public/%c0%ae%c0%ae/admin',
    '/public/%e0%80%ae%e0%80%ae/admin',
    '/public/%f0%80%80%ae%f0%80%80%ae/admin',
    '/public/%09../admin',
    '/public/%u002e./admin',
    '/exact;x',
  ])('fails if its path can be read as one that is not allowed: %s', (path) => {
    expect(broken({ path })).not.toEqual([]);
  });

  test.each<[string, Partial<Arrival>]>([
    ['the method is not allowed', { method: 'DELETE' }],
    ['nobody is named as its caller', { lines: [] }],
    ['another caller is named', { lines: [['x-forwarded-client-cert', CERTIFICATE.replace('caller', 'other')]] }],
    [
      'two callers are named in two lines',
      {
        lines: [
          ['x-forwarded-client-cert', CERTIFICATE],
          ['x-forwarded-client-cert', CERTIFICATE],
        ],
      },
    ],
    ['two callers are named in one line', { lines: [['x-forwarded-client-cert', `URI=x,${CERTIFICATE}`]] }],
    [
      'a caller is named by another spelling',
      {
        lines: [
          ['x-forwarded-client-cert', CERTIFICATE],
          ['x_forwarded.client-cert', ''],
        ],
      },
    ],
    ["a header of Envoy's arrives", { lines: [...arrival().lines, ['x_envoy-internal', 'true']] }],
    ['a header overrides the method', { lines: [...arrival().lines, ['x-http-method-override', 'DELETE']] }],
    ['a trailer names a caller', { trailers: [['x_forwarded_client_cert', '']] }],
    ['it is no HTTP', { to: 'plain', method: 'NONE' }],
  ])('fails if %s', (_, change) => {
    expect(broken(change)).toHaveLength(1);
  });

  test.each<[string, Partial<Arrival>, string]>([
    ['is not of its route', { path: '/orders/1/admin' }, 'GET /orders/{id}'],
    ['can be read as one of a route with an authorizer', { path: '/files/SECRET' }, 'ANY /files/{proxy+}'],
    ['has another method', { method: 'DELETE', path: '/orders/1' }, 'GET /orders/{id}'],
  ])('fails if what comes from outside %s', (_, change, route) => {
    expect(broken({ to: 'plain', ...change }, route)).not.toEqual([]);
  });

  test.each(['x-real-ip', 'client_ip', 'proxy', 'x-request-id', 'x.forwarded.for', 'x-original-url', 'x_edge_route'])(
    'fails if %s of a client arrives',
    (name) => {
      expect(broken({ to: 'plain', path: '/orders/1', lines: [...arrival().lines, [name, 'forged']] }, 'GET /orders/{id}')).toHaveLength(1);
    },
  );
});

test('a path is read with segments, escapes and parameters resolved or not', () => {
  expect(readings('/a/%2e%2e;x/b?c')).toEqual(expect.arrayContaining(['/a/%2e%2e;x/b', '/a/..;x/b', '/b']));
  expect(readings('/a/b')).toEqual(['/a/b']);
});

test('frames are read as they are written, and the status of an answer', () => {
  const { frames, rest } = framesIn(Buffer.concat([headers(3, [['a', 'b'.repeat(20_000)]], true), Buffer.from([0])]));
  expect(frames.map(({ type, flags, stream }) => [type, flags, stream])).toEqual([
    [1, 1, 3],
    [9, 4, 3],
  ]);
  expect(rest).toHaveLength(1);
  expect([
    statusIn(Buffer.from([0x88])),
    statusIn(Buffer.from([0x20, 0x48, 0x82, 0x68, 0x01])),
    statusIn(Buffer.from([0x08, 0x03, 0x34, 0x32, 0x39])),
    statusIn(block([['a', 'b']])),
  ]).toEqual([200, 401, 429, undefined]);
});

test('answers are those that are complete', () => {
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n';
  const text = `HTTP/1.1 100 Continue\r\n\r\n${chunked}HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno`;
  expect(answersIn(text).map(({ status, body }) => [status, body])).toEqual([
    [200, 'ab'],
    [403, 'no'],
  ]);
  expect(answersIn(text.slice(0, -1))).toHaveLength(1);
});
