import { issuesOf, service, mesh, topologyOf, ui, seconds, token } from '../../../support/parsing';

const exact = (text: unknown) => ({ kind: 'exact', text });
const prefix = (text: unknown) => ({ kind: 'prefix', text });
const regex = (text: unknown) => ({ kind: 'regex', text });
const not = (match: unknown) => ({ kind: 'not', match });
const range = (start: unknown, end: unknown) => ({ kind: 'range', start, end });
const present = { kind: 'present' };
const route = (match: unknown, more: object = {}) => ({ name: 'one', match, ...more });
const one = (match: unknown, more: object = {}, rest: object = {}) => ui({ routes: [route(match, more)], ...rest });
const grpc = { protocol: 'grpc' };
const routesOf = (props: unknown) => topologyOf(props).services[0].policy.routes;
const reports = { path: prefix('/reports/') };

test.each(['(?i)curl/.*', String.raw`a\-b\.c`, '[^a-z]+', String.raw`\bx|y{2,}?`])(
  'a header may be anything but what fits %s',
  (pattern) => {
    expect(routesOf(one({ headers: { 'x-a': not(regex(pattern)) } }))[0]?.match.headers).toEqual([
      { name: 'x-a', kind: 'regex', text: pattern, invert: true },
    ]);
  },
);

test('without routes there are none', () => {
  expect(routesOf(ui({}))).toEqual([]);
});

test('routes keep their order, and what is in them is sorted and complete', () => {
  expect(
    routesOf(
      ui({
        routes: [
          route(
            {
              path: regex('/r/\\d+'),
              methods: ['POST', 'GET', 'GET'],
              headers: { 'X-B': exact('1'), 'x-a': not(not(present)) },
              queryParameters: { b: present, a: prefix('2.') },
            },
            { timeout: { perRequest: seconds(2) }, requestHeaders: { set: { 'X-C': '1' } } },
          ),
          { name: 'a', match: reports, rewrite: { path: prefix('/'), host: 'a.example:81' } },
        ],
      }),
    ),
  ).toEqual([
    {
      name: 'one',
      match: {
        path: { kind: 'regex', text: '/r/\\d+' },
        methods: ['GET', 'POST'],
        headers: [
          { name: 'x-a', kind: 'present', invert: false },
          { name: 'x-b', kind: 'exact', text: '1', invert: false },
        ],
        queryParameters: [
          { name: 'a', kind: 'prefix', text: '2.', invert: false },
          { name: 'b', kind: 'present', invert: false },
        ],
      },
      timeouts: { requestSeconds: 2 },
      requestHeaders: { set: { 'x-c': '1' }, add: {}, remove: [] },
    },
    {
      name: 'a',
      match: { path: { kind: 'prefix', text: '/reports/' }, headers: [], queryParameters: [] },
      rewrite: { path: { kind: 'prefix', text: '/' }, host: 'a.example:81' },
    },
  ]);
});

test('gRPC services and methods are paths, and metadata are headers', () => {
  expect(
    routesOf(
      one({ path: { kind: 'grpcMethod', service: 'shop.v1.Orders', method: 'Place' }, headers: { tenant: exact('a') } }, {}, grpc),
    )[0]?.match,
  ).toEqual({
    path: { kind: 'exact', text: '/shop.v1.Orders/Place' },
    headers: [{ name: 'tenant', kind: 'exact', text: 'a', invert: false }],
    queryParameters: [],
  });
  expect(routesOf(one({ path: { kind: 'grpcService', service: 'Orders' } }, {}, grpc))[0]?.match.path).toEqual({
    kind: 'prefix',
    text: '/Orders/',
  });
});

test.each([
  ['gives routes of a TCP service', one(reports, {}, { protocol: 'tcp' }), 'UNSUPPORTED_BY_PROTOCOL', ''],
  ['writes a route in place of the list', ui({ routes: route(reports) }), 'WRONG_TYPE', ''],
  ['leaves a hole in the list', ui({ routes: [undefined] }), 'MISSING', '[0]'],
  ['gives no name', ui({ routes: [{ match: reports }] }), 'MISSING', '[0].name'],
  ['gives a name that is no label', ui({ routes: [{ name: 'My Route', match: reports }] }), 'INVALID_NAME', '[0].name'],
  ['gives a token for a name', ui({ routes: [{ name: token, match: reports }] }), 'TOKEN', '[0].name'],
  ['gives a name twice', ui({ routes: [route(reports), route({ path: exact('/x') })] }), 'NAME_CLASH', '[1].name'],
  ['gives no match', ui({ routes: [{ name: 'one' }] }), 'MISSING', '[0].match'],
  ['gives a match without a condition', one({}), 'MISSING', '[0].match'],
  ['asks for a port, which a service has one of', one({ ...reports, port: 8080 }), 'UNKNOWN_PROPERTY', '[0].match.port'],
  ['gives a path as text', one({ path: '/reports/' }), 'WRONG_TYPE', '[0].match.path'],
  ['leaves the slash out of a prefix', one({ path: prefix('/reports') }), 'INVALID_FORMAT', '[0].match.path.text'],
  ['ends a prefix with a star', one({ path: prefix('/reports/*') }), 'INVALID_FORMAT', '[0].match.path.text'],
  ['begins a path without a slash', one({ path: exact('reports') }), 'INVALID_FORMAT', '[0].match.path.text'],
  ['puts a query string into a path', one({ path: exact('/a?b=1') }), 'INVALID_FORMAT', '[0].match.path.text'],
  ['puts a dot segment into a path', one({ path: prefix('/a/../') }), 'INVALID_FORMAT', '[0].match.path.text'],
  ['gives no path', one({ path: { kind: 'exact' } }), 'MISSING', '[0].match.path.text'],
  ['gives a pattern with a look-ahead', one({ path: regex('/(?!admin).*') }), 'INVALID_FORMAT', '[0].match.path.text'],
  ['gives a pattern with a back reference', one({ path: regex('/(a)\\1') }), 'INVALID_FORMAT', '[0].match.path.text'],
  [
    'names a gRPC method of an HTTP service',
    one({ path: { kind: 'grpcService', service: 'a.B' } }),
    'UNSUPPORTED_BY_PROTOCOL',
    '[0].match.path',
  ],
  ['gives a gRPC service a path', one({ path: exact('/a.B/C') }, {}, grpc), 'UNSUPPORTED_BY_PROTOCOL', '[0].match.path'],
  [
    'writes a gRPC service as a path',
    one({ path: { kind: 'grpcService', service: '/a.B' } }, {}, grpc),
    'INVALID_NAME',
    '[0].match.path.service',
  ],
  [
    'writes a gRPC method with its service',
    one({ path: { kind: 'grpcMethod', service: 'a.B', method: 'a.B/C' } }, {}, grpc),
    'INVALID_NAME',
    '[0].match.path.method',
  ],
  ['gives methods of gRPC', one({ methods: ['POST'] }, {}, grpc), 'UNSUPPORTED_BY_PROTOCOL', '[0].match.methods'],
  [
    'gives query parameters of gRPC',
    one({ queryParameters: { a: present } }, {}, grpc),
    'UNSUPPORTED_BY_PROTOCOL',
    '[0].match.queryParameters',
  ],
  ['gives no methods', one({ methods: [] }), 'MISSING', '[0].match.methods'],
  ['gives a method in small letters', one({ methods: ['get'] }), 'INVALID_FORMAT', '[0].match.methods[0]'],
  ['gives a value in place of a match', one({ headers: { 'x-a': '1' } }), 'WRONG_TYPE', '[0].match.headers.x-a'],
  ['matches the path as a header', one({ headers: { ':path': exact('/') } }), 'INVALID_NAME', '[0].match.headers[":path"]'],
  ['matches the host, which is no header to Envoy', one({ headers: { Host: exact('a') } }), 'RESERVED_NAME', '[0].match.headers.Host'],
  ['names a header twice', one({ headers: { 'x-a': present, 'X-A': present } }), 'DUPLICATE', '[0].match.headers.X-A'],
  ['compares with an empty text', one({ headers: { 'x-a': exact('') } }), 'INVALID_FORMAT', '[0].match.headers.x-a.text'],
  ['compares with a text beyond ASCII', one({ headers: { 'x-a': exact('é') } }), 'INVALID_FORMAT', '[0].match.headers.x-a.text'],
  [
    'excludes an empty text by a pattern, which is what a header is that is not there',
    one({ headers: { 'x-a': { kind: 'not', match: regex('a*') } } }),
    'INVALID_VALUE',
    '[0].match.headers.x-a.match',
  ],
  ['gives a pattern that RE2 does not know', one({ headers: { 'x-a': regex('a++') } }), 'INVALID_FORMAT', '[0].match.headers.x-a.text'],
  ['gives an empty range', one({ headers: { 'x-a': range(5, 5) } }), 'OUT_OF_RANGE', '[0].match.headers.x-a.end'],
  ['gives half a range', one({ headers: { 'x-a': range(5, undefined) } }), 'MISSING', '[0].match.headers.x-a.end'],
  ['negates nothing', one({ headers: { 'x-a': not(undefined) } }), 'MISSING', '[0].match.headers.x-a.match'],
  [
    'asks for what a query parameter is not',
    one({ queryParameters: { a: not(exact('1')) } }),
    'INVALID_VALUE',
    '[0].match.queryParameters.a',
  ],
  ['asks for a range of a query parameter', one({ queryParameters: { a: range(1, 2) } }), 'INVALID_VALUE', '[0].match.queryParameters.a'],
  [
    'names a query parameter that no URL has',
    one({ queryParameters: { 'a=b': present } }),
    'INVALID_NAME',
    '[0].match.queryParameters["a=b"]',
  ],
  ['rewrites nothing', one(reports, { rewrite: {} }), 'MISSING', '[0].rewrite'],
  [
    'rewrites a prefix that no prefix was matched by',
    one({ path: exact('/a') }, { rewrite: { path: prefix('/') } }),
    'CONFLICT',
    '[0].rewrite.path',
  ],
  [
    'rewrites a prefix to one that does not end with a slash',
    one(reports, { rewrite: { path: prefix('/a') } }),
    'INVALID_FORMAT',
    '[0].rewrite.path.text',
  ],
  [
    'rewrites the path of a gRPC call',
    one({ headers: { a: present } }, { rewrite: { path: exact('/') } }, grpc),
    'UNSUPPORTED_BY_PROTOCOL',
    '[0].rewrite.path',
  ],
  [
    'rewrites to a group that is not there',
    one(reports, { rewrite: { path: { kind: 'regex', pattern: '^/(a)', substitution: '/\\2' } } }),
    'INVALID_FORMAT',
    '[0].rewrite.path.substitution',
  ],
  [
    'rewrites to a group where there is none',
    one(reports, { rewrite: { path: { kind: 'regex', pattern: '^/a', substitution: '/\\1' } } }),
    'INVALID_FORMAT',
    '[0].rewrite.path.substitution',
  ],
  [
    'rewrites to what is no path',
    one(reports, { rewrite: { path: { kind: 'regex', pattern: '^/a', substitution: 'a' } } }),
    'INVALID_FORMAT',
    '[0].rewrite.path.substitution',
  ],
  [
    'rewrites to a query string',
    one(reports, { rewrite: { path: { kind: 'regex', pattern: '^/a', substitution: '/a?b' } } }),
    'INVALID_FORMAT',
    '[0].rewrite.path.substitution',
  ],
  [
    'rewrites by what RE2 does not know',
    one(reports, { rewrite: { path: { kind: 'regex', pattern: '(?<=/)a', substitution: 'b' } } }),
    'INVALID_FORMAT',
    '[0].rewrite.path.pattern',
  ],
  ['rewrites to a URL', one(reports, { rewrite: { host: 'http://a.example' } }), 'INVALID_FORMAT', '[0].rewrite.host'],
  ['times a route by a number', one(reports, { timeout: 5 }), 'WRONG_TYPE', '[0].timeout'],
  [
    'changes a header that is the mesh’s',
    one(reports, { requestHeaders: { set: { 'X-Envoy-Retry-On': '5xx' } } }),
    'RESERVED_NAME',
    '[0].requestHeaders.set.X-Envoy-Retry-On',
  ],
])('fails if the user %s', (_, props, code, path) => {
  expect(issuesOf(props)).toEqual([expect.objectContaining({ code, path: `services.ui.routes${path}` })]);
});

describe('a route that nothing reaches is refused', () => {
  const both = (wide: unknown, narrow: unknown, more: object = {}) =>
    issuesOf(ui({ routes: [route(wide), { name: 'two', match: narrow }], ...more }));
  const unreachable = [
    expect.objectContaining({ code: 'OVERLAPPING_ROUTES', path: 'services.ui.routes[1]', message: expect.stringContaining('"one"') }),
  ];

  test.each([
    ['the same', reports, reports],
    ['a longer prefix', reports, { path: prefix('/reports/old/') }],
    ['a path below the prefix', reports, { path: exact('/reports/7') }],
    ['every path', { path: prefix('/') }, { headers: { 'x-a': present } }],
    ['the same pattern', { path: regex('/a.*') }, { path: regex('/a.*'), methods: ['GET'] }],
    ['more conditions', { headers: { 'x-a': present } }, { path: exact('/x'), headers: { 'x-a': exact('1') } }],
    ['fewer methods', { methods: ['GET', 'PUT'] }, { methods: ['PUT'], ...reports }],
    ['a value that begins so', { headers: { 'x-a': prefix('v1') } }, { headers: { 'x-a': prefix('v1.2') } }],
    [
      'a value that ends so',
      { queryParameters: { a: { kind: 'suffix', text: 'b' } } },
      { queryParameters: { a: exact('ab'), c: present } },
    ],
    ['a narrower range', { headers: { 'x-a': range(0, 10) } }, { headers: { 'x-a': range(1, 10) } }],
    ['a number in the range', { headers: { 'x-a': range(0, 10) } }, { headers: { 'x-a': exact('9') } }],
    ['another value than the one that is out', { headers: { 'x-a': not(exact('1')) } }, { headers: { 'x-a': exact('2') } }],
    ['less than what is left over', { headers: { 'x-a': not(prefix('v1')) } }, { headers: { 'x-a': not(prefix('v')) } }],
  ])('%s', (_, wide, narrow) => {
    expect(both(wide, narrow)).toEqual(unreachable);
  });

  test.each([
    ['another path', reports, { path: exact('/reports') }],
    ['a wider prefix', { path: prefix('/reports/old/') }, reports],
    ['any path', reports, { headers: { 'x-a': present } }],
    ['a pattern, which nobody can compare', reports, { path: regex('/reports/\\d+') }],
    ['more methods', { methods: ['GET'] }, { methods: ['GET', 'PUT'] }],
    ['every method', { methods: ['GET'] }, reports],
    ['another header', { headers: { 'x-a': present } }, { headers: { 'x-b': present } }],
    ['the header of that query parameter', { queryParameters: { a: present } }, { headers: { a: present } }],
    ['the end of the range', { headers: { 'x-a': range(0, 10) } }, { headers: { 'x-a': exact('10') } }],
    ['a number that is written in another way', { headers: { 'x-a': range(0, 10) } }, { headers: { 'x-a': exact('0x1') } }],
    ['the opposite', { headers: { 'x-a': present } }, { headers: { 'x-a': not(present) } }],
    ['what may be missing', { headers: { 'x-a': present } }, { headers: { 'x-a': not(exact('1')) } }],
    ['more than what is left over', { headers: { 'x-a': not(prefix('v')) } }, { headers: { 'x-a': not(prefix('v1')) } }],
    ['the value that is out', { headers: { 'x-a': not(exact('1')) } }, { headers: { 'x-a': exact('1') } }],
  ])('but not one for %s', (_, wide, narrow) => {
    expect(both(wide, narrow)).toEqual([]);
  });
});

test('a route that leaves no room is named, whoever else comes between', () => {
  const props = mesh({
    ui: service({
      routes: [route(reports), { name: 'two', match: { path: exact('/x') } }, { name: 'three', match: { path: exact('/reports/1') } }],
    }),
  });
  expect(issuesOf(props)).toEqual([expect.objectContaining({ path: 'services.ui.routes[2]', fix: 'put it before "one", or remove it' })]);
});
