import type { EdgeRoute, GrpcJson, GrpcTarget } from '../../../lib/core/model/topology';
import { grpcFilters } from '../../../lib/core/envoy/edge/grpc';
import { grpcRoutes } from '../../../lib/core/envoy/grpc-routes';
import { ENCODED_UTF8 } from '../../../lib/core/envoy/syntax/paths';
import type { Raw } from '../../support/parsing';
import { mesh, seconds, service, topologyOf } from '../../support/parsing';
import type { JsonObject } from '../../support/envoy-json';
import { at, textAt } from './configuration';

const JSON_OF: GrpcJson = { descriptor: 'AAAA', pathParameters: ['order_id', 'orderId'], maxRequestBytes: 1000 };
const METHOD = 'shop.Orders/Place';

/** What leads to the service, of the routes of an edge to a method of it. */
function forwarding(orders: Raw, more: Partial<GrpcTarget> = {}): readonly JsonObject[] {
  return all(orders, more).filter((route) => route['route'] !== undefined);
}

function all(orders: Raw, more: Partial<GrpcTarget> = {}): readonly JsonObject[] {
  const topology = topologyOf(mesh({ orders: service({ protocol: 'grpc', ...orders }) }));
  const target: GrpcTarget = { kind: 'grpc', service: 'orders', method: METHOD, web: false, json: JSON_OF, ...more };
  return grpcRoutes({ method: 'GET' } as EdgeRoute, target, topology.services[0], {}) as unknown as readonly JsonObject[];
}

const ofService = (text: string): Raw => ({ kind: 'grpcService', service: text });
const ofMethod = (text: string, method: string): Raw => ({ kind: 'grpcMethod', service: text, method });
const route = (name: string, path: Raw, requestSeconds: number): Raw => ({
  name,
  match: { path },
  timeout: { perRequest: seconds(requestSeconds) },
});

test("a translated request gets what the service's own routes say of its method, whatever the path of the client is", () => {
  const routes = [
    route('other-method', ofMethod('shop.Orders', 'Cancel'), 1),
    route('other-service', ofService('shop.Order'), 2),
    route('place', ofMethod('shop.Orders', 'Place'), 3),
    route('orders', ofService('shop.Orders'), 4),
  ];
  const found = forwarding({ routes });
  expect(found.map((each) => at(each, 'route.timeout'))).toEqual(['3s', '4s', '0s']);
  // Nothing is asked of the path: at the gateway it is that of the client.
  expect(found.map(({ match }) => match)).toEqual(
    found.map(() => ({ prefix: '/', headers: [{ name: ':method', string_match: { exact: 'GET' } }] })),
  );
});

test.each([
  [['shop.Orders/Place'], /^unavailable,reset/],
  [['shop.Orders/*'], /^unavailable,reset/],
  [['shop.Orders/Pla*'], /^unavailable,reset/],
  [['shop.Orders/Cancel'], /^connect-failure/],
  [undefined, /^connect-failure/],
])('with the idempotent methods %j it is tried again on %s', (idempotentMethods, expected) => {
  const [found] = forwarding({ retry: { ...(idempotentMethods === undefined ? {} : { idempotentMethods }) } });
  expect(at(found, 'route.retry_policy.retry_on')).toMatch(expected);
});

test('each way to call the method has the filter that translates it, and no other', () => {
  const filters = (more: Partial<GrpcTarget>): readonly (readonly string[])[] =>
    forwarding({}, more).map((each) => Object.keys(each['typed_per_filter_config'] as JsonObject));
  expect(filters({})).toEqual([['HeaderMutation', 'GrpcJsonTranscoder']]);
  expect(filters({ web: true })).toEqual([['GrpcWeb'], ['HeaderMutation', 'GrpcJsonTranscoder']]);
  expect(forwarding({}, { web: true }).map((each) => at(each, 'route.regex_rewrite.substitution'))).toEqual([`/${METHOD}`, undefined]);
});

test('a client of gRPC-Web may set a deadline, one of JSON may not', () => {
  const limits = forwarding({ timeout: { stream: seconds(9) } }, { web: true }).map((each) => at(each, 'route.max_stream_duration'));
  expect(limits).toEqual([{ max_stream_duration: '9s', grpc_timeout_header_max: '9s' }, { max_stream_duration: '9s' }]);
});

test('the service is asked not to compress, since neither clients nor the filters read compressed messages', () => {
  for (const each of forwarding({}, { web: true }))
    expect(each['request_headers_to_add']).toEqual([
      { header: { key: 'grpc-accept-encoding', value: 'identity' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    ]);
});

test("changes of headers of the service's own route stay", () => {
  const [own] = forwarding({
    routes: [
      {
        ...route('place', ofMethod('shop.Orders', 'Place'), 3),
        requestHeaders: { set: { 'x-a': '1' }, remove: ['x-b'] },
        responseHeaders: { remove: ['x-c'] },
      },
    ],
  });
  expect(own).toMatchObject({
    request_headers_to_add: [{ header: { key: 'x-a' } }, { header: { key: 'grpc-accept-encoding' } }],
    request_headers_to_remove: ['x-b', 'grpc-timeout', 'grpc-encoding'],
    response_headers_to_remove: ['x-c'],
  });
});

test('an edge without such routes has no such filters, and one with them has them switched off', () => {
  const target: GrpcTarget = { kind: 'grpc', service: 'orders', method: METHOD, web: true, json: JSON_OF };
  const edge = (each: GrpcTarget): Parameters<typeof grpcFilters>[0] => ({ routes: [{ target: each }] }) as never;
  expect(grpcFilters({ routes: [{ target: { kind: 'service', service: 'orders' } }] } as never)).toEqual([]);
  expect(grpcFilters(edge(target)).map(({ name, disabled }) => [name, disabled])).toEqual([
    ['HeaderMutation', true],
    ['GrpcJsonTranscoder', true],
    ['GrpcWeb', true],
  ]);
  expect(grpcFilters(edge({ ...target, web: false }))).toHaveLength(2);
});

/** The regular expressions of paths that are answered with a status. */
function refused(json: GrpcJson, status: number): readonly RegExp[] {
  return all({}, { json }).flatMap((each) => {
    const regex = textAt(each, 'match.headers.0.string_match.safe_regex.regex');
    const isPath = at(each, 'match.headers.0.name') === ':path' && at(each, 'match.headers.0.invert_match') === undefined;
    return isPath && at(each, 'direct_response.status') === status ? [new RegExp(`^(?:${regex})$`)] : [];
  });
}

test.each([
  ['/orders/1?order_id=2', true],
  ['/orders/1?orderId=2', true],
  ['/orders/1?a=1&orderId=2', true],
  ['/orders/1?orderId', true],
  ['/orders/1?orderId&a=1', true],
  ['/orders/1?%6frderId=2', true],
  ['/orders/1?%6F%72%64%65%72%5F%69%64=2', true],
  ['/orders/1?orderId.x=2', true],
  ['/orders/1?orders=2', false],
  ['/orders/1?a=orderId=2', false],
  ['/orders/orderId=1', false],
  ['/orders/1', false],
])('that %s is refused, since it may overwrite what the path says, is %s', (path, expected) => {
  expect(refused(JSON_OF, 400).some((regex) => regex.test(path))).toBe(expected);
  expect(refused({ ...JSON_OF, pathParameters: [] }, 400)).toEqual([]);
});

test('text in escapes is UTF-8 or refused', () => {
  const regex = new RegExp(`^(?:${ENCODED_UTF8})$`);
  const characters = [
    'a',
    '\u0000',
    '\u007f',
    '\u0080',
    'ü',
    '\u07ff',
    '\u0800',
    '€',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
  ];
  const escaped = (bytes: Buffer): string => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  for (const each of characters) expect([each, regex.test(escaped(Buffer.from(each)))]).toEqual([each, true]);
  const wrong = [
    '80',
    'bf',
    'c0af',
    'c1bf',
    'c3',
    'c328',
    'e080af',
    'e28228',
    'eda080',
    'edbfbf',
    'f08080af',
    'f4908080',
    'f5808080',
    'ff',
    'e282',
  ];
  for (const each of wrong) expect([each, regex.test(escaped(Buffer.from(each, 'hex')))]).toEqual([each, false]);
  // These are no escapes.
  for (const each of ['%', '%4', '%zz', 'a%', '%fg', '%25%']) expect([each, regex.test(each)]).toEqual([each, true]);
});
