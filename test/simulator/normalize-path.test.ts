import { normalizePath } from '../../programs/simulator/normalize-path';

const inbound = { normalize: true, mergeSlashes: true, escapedSlashes: 'REJECT_REQUEST' };
const outbound = { normalize: false, mergeSlashes: false, escapedSlashes: 'KEEP_UNCHANGED' };

// What stands here was seen on the wire: test/e2e/simulator.e2e.ts and authorization.e2e.ts.
test.each([
  ['/orders/7', '/orders/7'],
  ['/orders/../admin', '/admin'],
  ['/orders/%2e%2E/admin', '/admin'],
  ['/orders/..', '/'],
  ['/orders/a/%2e./%2e./admin', '/admin'],
  ['/../../etc', '/etc'],
  ['/orders/.', '/orders/'],
  ['/orders/...', '/orders/...'],
  ['/orders/..x/a', '/orders/..x/a'],
  ['/orders//7', '/orders/7'],
  ['//', '//'],
  ['///a//', '/a/'],
  ['/orders//../admin', '/orders/admin'],
  ['/orders\\..\\admin', '/admin'],
  ['/%6frders/%7E', '/orders/~'],
  ['/a%20b', '/a%20b'],
  ['/a"b', '/a%22b'],
  ['/a%zz', '/a%zz'],
  ['/%%36f', '/%256f'],
  ['/%%36%66', '/%256f'],
  ['/orders/..;/admin', '/admin'],
  ['/orders/..;x=y', '/'],
  ['/orders/.;x/7', '/orders/7'],
  ['/orders/%2e%2e;/admin', '/orders/..;/admin'],
  ['/orders/..%3b/admin', '/orders/..%3b/admin'],
  ['/orders/7;x/../8', '/orders/8'],
  ['/orders/7?x=/../y//z%2f#', undefined],
  ['/orders/7?x=/../y//z%2F', '/orders/7?x=/../y//z%2F'],
  ['/orders#x', undefined],
  ['/orders/..%2fadmin', undefined],
  ['/orders%5Cadmin', undefined],
  ['/orders/%00', undefined],
])('an inbound listener makes of %s %s', (path, becomes) => {
  expect(normalizePath(path, inbound, 'here')).toBe(becomes);
});

test.each(['/orders/../admin', '//a', '/%2e%2e/a', '/a%2Fb', '/a\\b'])('an outbound listener leaves %s as it is', (path) => {
  expect(normalizePath(path, outbound, 'here')).toBe(path);
});
