import { route, http, gatewayRoute, readRoute, readGatewayRoute } from './template-of';

test.each([
  ['every path', { Prefix: '/' }, {}],
  ['a prefix', { Prefix: '/a/' }, { path: { kind: 'prefix', text: '/a/' } }],
  ['a path', { Path: { Exact: '/a' } }, { path: { kind: 'exact', text: '/a' } }],
  ['an expression', { Path: { Regex: '/a.*' } }, { path: { kind: 'regex', text: '/a.*' } }],
  ['a method', { Prefix: '/', Method: 'GET' }, { methods: ['GET'] }],
  ['a header that is there', { Prefix: '/', Headers: [{ Name: 'x' }] }, { headers: [{ name: 'x', kind: 'present', invert: false }] }],
  [
    'a header that is not there',
    { Prefix: '/', Headers: [{ Name: 'x', Invert: true }] },
    { headers: [{ name: 'x', kind: 'present', invert: true }] },
  ],
  [
    'a value of a header',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Exact: 'a' } }] },
    { headers: [{ name: 'x', kind: 'exact', text: 'a', invert: false }] },
  ],
  [
    'another value of a header that is there',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Exact: 'a' }, Invert: true }] },
    {
      headers: [
        { name: 'x', kind: 'exact', text: 'a', invert: true },
        { name: 'x', kind: 'present', invert: false },
      ],
    },
  ],
  [
    'a range',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Range: { Start: '1', End: 5 } } }] },
    { headers: [{ name: 'x', kind: 'range', start: 1, end: 5, invert: false }] },
  ],
  [
    'the end of a value',
    { Prefix: '/', Headers: [{ Name: 'x', Match: { Suffix: 'z' } }] },
    { headers: [{ name: 'x', kind: 'suffix', text: 'z', invert: false }] },
  ],
  [
    'a query parameter',
    { Prefix: '/', QueryParameters: [{ Name: 'q', Match: { Exact: '1' } }] },
    { queryParameters: [{ name: 'q', kind: 'exact', text: '1', invert: false }] },
  ],
])('an HTTP route matches %s', (_what, match, expected) => {
  expect(readRoute(http({ Match: match }))).toMatchObject({ protocol: 'http', match: { headers: [], queryParameters: [], ...expected } });
});

test('an HTTP route has port, scheme, weights, timeouts and retries', () => {
  expect(
    readRoute(
      route({
        Priority: 7,
        Http2Route: {
          Match: { Prefix: '/', Port: 8080, Scheme: 'https' },
          Action: {
            WeightedTargets: [
              { VirtualNode: 'b', Weight: 10, Port: 81 },
              { VirtualNode: 'a', Weight: 90 },
            ],
          },
          Timeout: { PerRequest: { Unit: 's', Value: 2 }, Idle: { Unit: 'ms', Value: 500 } },
          RetryPolicy: {
            MaxRetries: 2,
            PerRetryTimeout: { Unit: 'ms', Value: 250 },
            HttpRetryEvents: ['server-error', 'gateway-error'],
            TcpRetryEvents: ['connection-error'],
          },
        },
      }),
    ),
  ).toEqual({
    id: 'It',
    name: 'r',
    tags: {},
    protocol: 'http2',
    priority: 7,
    port: 8080,
    scheme: 'https',
    match: { headers: [], queryParameters: [] },
    targets: [
      { virtualNode: 'a', weight: 90 },
      { virtualNode: 'b', weight: 10, port: 81 },
    ],
    timeouts: { requestSeconds: 2, idleSeconds: 0.5 },
    retry: { maxRetries: 2, perTrySeconds: 0.25, on: ['connection-error', 'gateway-error', 'server-error'] },
  });
});

test('a gRPC route matches service, method and metadata', () => {
  expect(
    readRoute(
      route({
        GrpcRoute: {
          Match: { ServiceName: 'shop.Orders', MethodName: 'Place', Metadata: [{ Name: 'x', Match: { Prefix: 'a' }, Invert: true }] },
          Action: { WeightedTargets: [] },
          RetryPolicy: { MaxRetries: 1, PerRetryTimeout: { Unit: 's', Value: 1 }, GrpcRetryEvents: ['unavailable'] },
        },
      }),
    ),
  ).toMatchObject({
    protocol: 'grpc',
    match: {
      path: { kind: 'exact', text: '/shop.Orders/Place' },
      headers: [
        { name: 'x', kind: 'prefix', text: 'a', invert: true },
        { name: 'x', kind: 'present', invert: false },
      ],
    },
    retry: { on: ['unavailable'] },
  });
  expect(readRoute(route({ GrpcRoute: { Match: { ServiceName: 'shop.Orders' }, Action: { WeightedTargets: [] } } }))).toMatchObject({
    match: { path: { kind: 'prefix', text: '/shop.Orders/' } },
  });
});

test('a TCP route has a port and an idle timeout', () => {
  expect(
    readRoute(
      route({
        TcpRoute: {
          Match: { Port: 5432 },
          Action: { WeightedTargets: [{ VirtualNode: 'a', Weight: 1 }] },
          Timeout: { Idle: { Unit: 's', Value: 60 } },
        },
      }),
    ),
  ).toMatchObject({ protocol: 'tcp', port: 5432, timeouts: { idleSeconds: 60 } });
});

test('a gateway route matches and rewrites', () => {
  expect(
    readGatewayRoute(
      gatewayRoute({
        Priority: 3,
        HttpRoute: {
          Match: { Prefix: '/a/', Method: 'GET', Hostname: { Suffix: '.example.com' }, Port: 80, Headers: [{ Name: 'x' }] },
          Action: {
            Target: { Port: 8080, VirtualService: { VirtualServiceName: 'a.local' } },
            Rewrite: { Hostname: { DefaultTargetHostname: 'DISABLED' }, Prefix: { Value: '/b/' } },
          },
        },
      }),
    ),
  ).toEqual({
    id: 'It',
    name: 'g',
    tags: {},
    protocol: 'http',
    priority: 3,
    port: 80,
    hostname: { kind: 'suffix', text: '.example.com' },
    match: {
      path: { kind: 'prefix', text: '/a/' },
      methods: ['GET'],
      headers: [{ name: 'x', kind: 'present', invert: false }],
      queryParameters: [],
    },
    virtualService: 'a.local',
    targetPort: 8080,
    rewrite: { defaultHostname: 'DISABLED', prefix: '/b/' },
  });
  expect(
    readGatewayRoute(
      gatewayRoute({
        GrpcRoute: {
          Match: { ServiceName: 'shop.Orders', Hostname: { Exact: 'a.b' } },
          Action: { Target: { VirtualService: { VirtualServiceName: 'a' } } },
        },
      }),
    ),
  ).toMatchObject({
    protocol: 'grpc',
    hostname: { kind: 'exact', text: 'a.b' },
    match: { path: { kind: 'prefix', text: '/shop.Orders/' } },
  });
});
