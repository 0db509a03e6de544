import { planSystem } from '../../../../lib/core/plan-system';
import { IssueList } from '../../../../lib/core/reading/issues';
import { Bytes } from '../../../../lib/core/reading/input';
import { DEFAULT_COMPRESSION } from '../../../../lib/core/model/defaults';
import type { Raw } from '../../../support/parsing';
import { issuesOf, mesh, service, token, topologyOf } from '../../../support/parsing';

const orders = (compression: unknown, more: Raw = {}) =>
  mesh({ ui: service({ calls: ['orders'] }), orders: service({ compression, ...more }) });
const of = (options: Raw, more: Raw = {}) => orders({ kind: 'of', ...options }, more);
const route = (compression: unknown) => ({ name: 'reports', match: { path: { kind: 'prefix', text: '/reports/' } }, compression });
const planned = (props: unknown) => {
  const issues = new IssueList();
  planSystem(topologyOf(props), issues);
  return issues.all;
};
const policyOf = (props: unknown) => topologyOf(props).services.find(({ name }) => name === 'orders')!.policy;

test('compression is complete: both algorithms, text, from one packet on, without credentials', () => {
  expect(policyOf(of({})).compression).toEqual(DEFAULT_COMPRESSION);
});

test('what is given stands in place of the default; types and headers are sorted, in lower case', () => {
  const options = {
    algorithms: ['gzip', 'gzip'],
    contentTypes: ['Text/CSV', 'application/*+JSON', 'text/csv'],
    minSize: new Bytes(30),
    credentialHeaders: ['X-User', 'Cookie'],
  };
  expect(policyOf(of(options)).compression).toEqual({
    algorithms: ['gzip'],
    contentTypes: ['application/*+json', 'text/csv'],
    minBytes: 30,
    credentialHeaders: ['authorization', 'cookie', 'x-api-key', 'x-user'],
  });
});

test('who wants it with credentials gets it with any', () => {
  expect(policyOf(of({ withCredentials: true })).compression).not.toHaveProperty('credentialHeaders');
  expect(policyOf(of({ withCredentials: false })).compression).toEqual(DEFAULT_COMPRESSION);
});

test('a service compresses nothing unless it says so; a route may say that it does not', () => {
  for (const compression of [undefined, { kind: 'none' }]) expect(policyOf(orders(compression))).not.toHaveProperty('compression');
  expect(
    policyOf(of({}, { routes: [route({ kind: 'none' }), { ...route({ kind: 'of' }), name: 'b', match: { methods: ['PUT'] } }] })).routes,
  ).toEqual([expect.objectContaining({ compression: 'none' }), expect.objectContaining({ compression: DEFAULT_COMPRESSION })]);
});

test.each([
  ['compresses TCP', of({}, { protocol: 'tcp', virtualPort: 9000 }), 'UNSUPPORTED_BY_PROTOCOL', ''],
  ['compresses gRPC', of({}, { protocol: 'grpc' }), 'UNSUPPORTED_BY_PROTOCOL', ''],
  ['says yes', orders(true), 'WRONG_TYPE', ''],
  ['misspells an option', of({ minsize: new Bytes(100) }), 'UNKNOWN_PROPERTY', '.minsize'],
  ['compresses by nothing', of({ algorithms: [] }), 'MISSING', '.algorithms'],
  ['compresses by what Envoy does not have', of({ algorithms: ['deflate'] }), 'INVALID_VALUE', '.algorithms[0]'],
  ['leaves a hole in the algorithms', of({ algorithms: [undefined] }), 'MISSING', '.algorithms[0]'],
  ['compresses no types', of({ contentTypes: [] }), 'MISSING', '.contentTypes'],
  ['gives one type as a text', of({ contentTypes: 'text/html' }), 'WRONG_TYPE', '.contentTypes'],
  ['gives a type with a parameter', of({ contentTypes: ['text/html; charset=utf-8'] }), 'INVALID_FORMAT', '.contentTypes[0]'],
  ['gives all types', of({ contentTypes: ['*/*'] }), 'INVALID_FORMAT', '.contentTypes[0]'],
  ['gives a family of types', of({ contentTypes: ['text/*'] }), 'INVALID_FORMAT', '.contentTypes[0]'],
  ['compresses what is compressed', of({ contentTypes: ['image/svg+xml', 'image/PNG'] }), 'INVALID_VALUE', '.contentTypes[1]'],
  ['compresses archives', of({ contentTypes: ['application/gzip'] }), 'INVALID_VALUE', '.contentTypes[0]'],
  ['compresses fonts that are', of({ contentTypes: ['font/ttf', 'font/woff2'] }), 'INVALID_VALUE', '.contentTypes[1]'],
  ['compresses gRPC-Web', of({ contentTypes: ['application/grpc-web+proto'] }), 'INVALID_VALUE', '.contentTypes[0]'],
  ['gives a type that is not known', of({ contentTypes: [token] }), 'TOKEN', '.contentTypes[0]'],
  ['compresses a few bytes', of({ minSize: new Bytes(29) }), 'OUT_OF_RANGE', '.minSize'],
  ['compresses only what nobody sends', of({ minSize: new Bytes(2 ** 30) }), 'OUT_OF_RANGE', '.minSize'],
  ['gives a size as a number', of({ minSize: 1024 }), 'WRONG_TYPE', '.minSize'],
  ['names a header that cannot be', of({ credentialHeaders: ['x user'] }), 'INVALID_NAME', '.credentialHeaders[0]'],
  ['names the host', of({ credentialHeaders: ['Host'] }), 'RESERVED_NAME', '.credentialHeaders[0]'],
  ['wants both', of({ credentialHeaders: ['x-user'], withCredentials: true }), 'NO_EFFECT', '.credentialHeaders'],
  ['says yes to credentials', of({ withCredentials: 'yes' }), 'WRONG_TYPE', '.withCredentials'],
])('fails if the user %s', (_, props, code, path) => {
  const [issue, ...others] = issuesOf(props);
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ code, path: `services.orders.compression${path}` });
});

test('fails if the compression of a route is wrong, and says in which', () => {
  expect(issuesOf(of({}, { routes: [route({ kind: 'of', algorithms: [] })] }))).toEqual([
    expect.objectContaining({ code: 'MISSING', path: 'services.orders.routes[0].compression.algorithms' }),
  ]);
});

test.each([
  ['v1.39.3', ['services.orders.compression', 'services.orders.routes[0].compression']],
  ['v1.40.0', []],
  ['contrib-v1.37.0', ['services.orders.compression', 'services.orders.routes[0].compression']],
])('Envoy %s', (version, paths) => {
  const props = of({}, { routes: [route({ kind: 'none' })] });
  const issues = planned({ ...props, mesh: { provider: 'envoy', version } });
  expect(issues.map(({ path }) => path)).toEqual(paths);
  for (const issue of issues)
    expect(issue).toMatchObject({ code: 'UNSUPPORTED_BY_MESH', fix: expect.stringContaining('v1.40.0') as string });
});
