import { Bytes } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { issuesOf, mesh, seconds, service, token, topologyOf } from '../../../support/parsing';

const orders = (more: Raw, all: Raw = {}) =>
  mesh({ ui: service({ port: 3000, calls: ['orders'] }), other: service(), orders: service(more) }, all);
const limit = (one: unknown, more: Raw = {}, all: Raw = {}) => orders({ rateLimits: { all: one }, ...more }, all);
const fault = (one: unknown, more: Raw = {}, all: Raw = {}) => orders({ faultInjection: { all: one }, ...more }, all);
const policyOf = (props: unknown) => topologyOf(props).services.find(({ name }) => name === 'orders')!.policy;

test('rate limits are sorted by their names and complete: a second, and as many at once as in each', () => {
  expect(
    policyOf(
      orders({
        rateLimits: {
          b: { requests: 5 },
          a: { requests: 1, per: seconds(60), burst: 3, callers: ['ui', 'ui'], methods: ['PUT', 'GET'], paths: ['/a/*'] },
        },
      }),
    ).rateLimits,
  ).toEqual([
    {
      name: 'a',
      requests: 1,
      perSeconds: 60,
      burst: 3,
      callers: ['ui'],
      methods: ['GET', 'PUT'],
      paths: [{ kind: 'prefix', text: '/a/' }],
    },
    { name: 'b', requests: 5, perSeconds: 1, burst: 5 },
  ]);
});

test('faults are for all requests that fit, unless they say how many', () => {
  expect(
    policyOf(
      orders({
        faultInjection: {
          b: { delay: seconds(0.5), percent: 0.01, callers: ['ui'] },
          a: { abortStatus: 503, headers: { 'X-A': { kind: 'present' } } },
        },
      }),
    ).faults,
  ).toEqual([
    { name: 'a', percent: 100, abortStatus: 503, headers: [{ name: 'x-a', kind: 'present', invert: false }] },
    { name: 'b', percent: 0.01, delaySeconds: 0.5, headers: [], callers: ['ui'] },
  ]);
});

test('each fault gives a warning by its name', () => {
  expect(
    topologyOf(orders({ faultInjection: { slow: { delay: seconds(2), percent: 10 }, broken: { abortStatus: 503, delay: seconds(1) } } }))
      .warnings,
  ).toEqual([
    {
      id: 'fault-injection',
      path: 'services.orders.faultInjection.broken',
      message: 'Envoy makes 100% of the matching requests wait 1 s and fail with 503, until the fault is removed',
    },
    {
      id: 'fault-injection',
      path: 'services.orders.faultInjection.slow',
      message: 'Envoy makes 10% of the matching requests wait 2 s, until the fault is removed',
    },
  ]);
});

test('a size is kept in bytes', () => {
  expect(policyOf(orders({ maxRequestSize: new Bytes(1024) })).maxRequestBytes).toBe(1024);
});

test('limits on headers are complete, and in whole KiB', () => {
  expect(policyOf(orders({ headerLimits: { requestCount: 20, responseSize: new Bytes(5000) } })).headerLimits).toEqual({
    requestCount: 20,
    requestKib: 60,
    responseCount: 200,
    responseKib: 5,
  });
});

test.each([
  ['limits the headers of TCP', orders({ headerLimits: {}, protocol: 'tcp' }), 'UNSUPPORTED_BY_PROTOCOL', 'headerLimits'],
  ['lets requests have hardly any header', orders({ headerLimits: { requestCount: 19 } }), 'OUT_OF_RANGE', 'headerLimits.requestCount'],
  ['lets responses have any number', orders({ headerLimits: { responseCount: 1001 } }), 'OUT_OF_RANGE', 'headerLimits.responseCount'],
  [
    'lets headers be of any size',
    orders({ headerLimits: { requestSize: new Bytes(2 ** 21) } }),
    'OUT_OF_RANGE',
    'headerLimits.requestSize',
  ],
  ['gives the size of headers as a number', orders({ headerLimits: { responseSize: 9000 } }), 'WRONG_TYPE', 'headerLimits.responseSize'],
  ['limits something else', orders({ headerLimits: { size: new Bytes(9000) } }), 'UNKNOWN_PROPERTY', 'headerLimits.size'],
  ['limits a TCP service', limit({ requests: 1 }, { protocol: 'tcp' }), 'UNSUPPORTED_BY_PROTOCOL', 'rateLimits'],
  ['gives a list of limits', orders({ rateLimits: [{ requests: 1 }] }), 'WRONG_TYPE', 'rateLimits'],
  [
    'gives a limit a name that is no label',
    orders({ rateLimits: { 'All requests': { requests: 1 } } }),
    'INVALID_NAME',
    'rateLimits["All requests"]',
  ],
  ['gives a number in place of a limit', limit(5), 'WRONG_TYPE', 'rateLimits.all'],
  ['gives no number', limit({}), 'MISSING', 'rateLimits.all.requests'],
  ['lets in nobody', limit({ requests: 0 }), 'OUT_OF_RANGE', 'rateLimits.all.requests'],
  ['gives half a request', limit({ requests: 0.5 }), 'OUT_OF_RANGE', 'rateLimits.all.requests'],
  ['gives a token', limit({ requests: token }), 'TOKEN', 'rateLimits.all.requests'],
  ['gives a period of no time', limit({ requests: 1, per: seconds(0) }), 'OUT_OF_RANGE', 'rateLimits.all.per'],
  ['gives a burst of none', limit({ requests: 1, burst: 0 }), 'OUT_OF_RANGE', 'rateLimits.all.burst'],
  ['limits somebody who does not call', limit({ requests: 1, callers: ['other'] }), 'UNDECLARED_CALL', 'rateLimits.all.callers[0]'],
  ['limits the gateway where no route leads', limit({ requests: 1, callers: ['gateway'] }), 'UNDECLARED_CALL', 'rateLimits.all.callers[0]'],
  [
    'limits callers that nobody knows',
    limit({ requests: 1, callers: ['ui'] }, {}, { certificates: { kind: 'none' } }),
    'CONFLICT',
    'rateLimits.all.callers',
  ],
  ['limits no callers', limit({ requests: 1, callers: [] }), 'MISSING', 'rateLimits.all.callers'],
  [
    'limits methods of gRPC',
    limit({ requests: 1, methods: ['POST'] }, { protocol: 'grpc' }),
    'UNSUPPORTED_BY_PROTOCOL',
    'rateLimits.all.methods',
  ],
  ['limits a path with a query string', limit({ requests: 1, paths: ['/a?b'] }), 'INVALID_FORMAT', 'rateLimits.all.paths[0]'],
  ['makes faults of TCP', fault({ abortStatus: 503 }, { protocol: 'tcp' }), 'UNSUPPORTED_BY_PROTOCOL', 'faultInjection'],
  ['makes a fault that does nothing', fault({ percent: 10 }), 'MISSING', 'faultInjection.all'],
  ['makes a fault of no requests', fault({ abortStatus: 503, percent: 0 }), 'OUT_OF_RANGE', 'faultInjection.all.percent'],
  ['makes a fault of more than all', fault({ abortStatus: 503, percent: 101 }), 'OUT_OF_RANGE', 'faultInjection.all.percent'],
  ['aborts with what is no answer', fault({ abortStatus: 100 }), 'OUT_OF_RANGE', 'faultInjection.all.abortStatus'],
  [
    'aborts a gRPC call with a status of HTTP',
    fault({ abortStatus: 503 }, { protocol: 'grpc' }),
    'OUT_OF_RANGE',
    'faultInjection.all.abortStatus',
  ],
  ['delays by no time', fault({ delay: seconds(0) }), 'OUT_OF_RANGE', 'faultInjection.all.delay'],
  ['delays by a number', fault({ delay: 2 }), 'WRONG_TYPE', 'faultInjection.all.delay'],
  [
    'makes a fault for one header by its text',
    fault({ abortStatus: 503, headers: { 'x-a': '1' } }),
    'WRONG_TYPE',
    'faultInjection.all.headers.x-a',
  ],
  [
    'makes a fault for somebody who does not call',
    fault({ abortStatus: 503, callers: ['iu'] }),
    'UNDECLARED_CALL',
    'faultInjection.all.callers[0]',
  ],
  [
    'limits the size of a TCP service',
    orders({ maxRequestSize: new Bytes(1), protocol: 'tcp' }),
    'UNSUPPORTED_BY_PROTOCOL',
    'maxRequestSize',
  ],
  [
    'limits the size of gRPC, whose calls are streams',
    orders({ maxRequestSize: new Bytes(1), protocol: 'grpc' }),
    'UNSUPPORTED_BY_PROTOCOL',
    'maxRequestSize',
  ],
  ['gives a size as a number', orders({ maxRequestSize: 1024 }), 'WRONG_TYPE', 'maxRequestSize'],
  ['gives a size of nothing', orders({ maxRequestSize: new Bytes(0) }), 'OUT_OF_RANGE', 'maxRequestSize'],
  ['gives a size that no memory has', orders({ maxRequestSize: new Bytes(2 ** 40) }), 'OUT_OF_RANGE', 'maxRequestSize'],
  ['gives half a byte', orders({ maxRequestSize: new Bytes(1.5) }), 'OUT_OF_RANGE', 'maxRequestSize'],
  ['gives a size that is not known', orders({ maxRequestSize: token }), 'TOKEN', 'maxRequestSize'],
  ['wants WebSockets of gRPC', orders({ webSockets: true, protocol: 'grpc' }), 'UNSUPPORTED_BY_PROTOCOL', 'webSockets'],
  ['wants WebSockets of HTTP/2', orders({ webSockets: true, protocol: 'http2' }), 'UNSUPPORTED_BY_PROTOCOL', 'webSockets'],
  ['wants WebSockets of TCP', orders({ webSockets: true, protocol: 'tcp' }), 'UNSUPPORTED_BY_PROTOCOL', 'webSockets'],
  ['says yes to WebSockets', orders({ webSockets: 'yes' }), 'WRONG_TYPE', 'webSockets'],
])('fails if the user %s', (_, props, code, path) => {
  expect(issuesOf(props)).toEqual([expect.objectContaining({ code, path: `services.orders.${path}` })]);
});

test('what is false may be said of every protocol', () => {
  for (const protocol of ['http', 'http2', 'grpc', 'tcp']) expect(policyOf(orders({ webSockets: false, protocol })).webSockets).toBe(false);
});
