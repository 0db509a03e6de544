import type { Warning } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { image, mesh, service, topologyOf } from '../../../support/parsing';

/** What a user is told of a variable of "ui", which calls the HTTP service "catalog" and the TCP service "cache", and not "orders". */
function warningsFor(value: string, more: Raw = {}): readonly Warning[] {
  return topologyOf(
    mesh({
      ui: service({ calls: ['cache', 'catalog'], environment: { URL: value }, ...more }),
      catalog: service(),
      orders: service(),
      cache: service({ protocol: 'tcp', port: 6379 }),
    }),
  ).warnings;
}

describe('an address that works gives no warning', () => {
  test.each([
    'http://catalog.shop.internal:15080',
    'http://catalog.shop.internal:15080/api?x=y',
    'http://user:pass@catalog.shop.internal:15080',
    'HTTP://CATALOG.SHOP.INTERNAL:15080',
    'catalog.shop.internal:15080',
    // The port may stand in another variable.
    'catalog.shop.internal',
    'catalog.shop.internal.',
    'cache.shop.internal',
    'redis://cache.shop.internal:6379',
    'https://cache.shop.internal:6379',
    // Its own address, to hand it on.
    'http://ui.shop.internal:15080',
    'http://shop.internal',
    'http://orders.tasks.shop.internal',
    'http://orders.myshop.internal',
    'http://orders.shop.internal.example.com',
    'http://orders.shop.internals',
    'orders',
    '',
    '${Token[TOKEN.7]}',
    'http://${Token[TOKEN.7]}:15080',
  ])('%s', (value) => {
    expect(warningsFor(value)).toEqual([]);
  });
});

describe('an address that cannot work gives a warning', () => {
  test.each([
    [
      'http://orders.shop.internal:15080',
      '"orders.shop.internal:15080": "ui" does not list "orders" in calls, so the connection will be refused',
    ],
    [
      'http://catlog.shop.internal:15080',
      '"catlog.shop.internal:15080": there is no service "catlog"; did you mean "catalog.shop.internal"?',
    ],
    ['http://zzz.shop.internal', '"zzz.shop.internal": there is no service "zzz"'],
    ['http://catalog.shop.internal:8080', '"catalog.shop.internal:8080": "catalog" is reached on port 15080'],
    ['http://catalog.shop.internal', '"catalog.shop.internal": with no port this means port 80, but "catalog" is reached on port 15080'],
    [
      'http://catalog.shop.internal/api',
      '"catalog.shop.internal": with no port this means port 80, but "catalog" is reached on port 15080',
    ],
    [
      'https://catalog.shop.internal:15080',
      '"catalog.shop.internal:15080": "catalog" is reached in plain text, since its own Envoy terminates TLS; write http://',
    ],
    ['cache.shop.internal:6380', '"cache.shop.internal:6380": "cache" is reached on port 6379'],
    [
      'x,http://orders.shop.internal:15080,y',
      '"orders.shop.internal:15080": "ui" does not list "orders" in calls, so the connection will be refused',
    ],
  ])('%s', (value, message) => {
    expect(warningsFor(value)).toEqual([{ id: 'environment-address', path: 'services.ui.environment.URL', message }]);
  });

  test('for each address in one variable', () => {
    expect(warningsFor('http://orders.shop.internal:15080,http://catalog.shop.internal:1').map((warning) => warning.message)).toHaveLength(
      2,
    );
  });

  test('in the variables of extra containers too', () => {
    const [warning] = warningsFor('', { extraContainers: { helper: { image, environment: { A: 'orders.shop.internal:15080' } } } });
    expect(warning.path).toBe('services.ui.extraContainers.helper.environment.A');
  });

  test('with the domain that the user chose', () => {
    const props = mesh(
      { ui: service({ environment: { A: 'http://orders.a-b.example.com:15080 http://orders.aXb.example.com' } }), orders: service() },
      { domain: 'a-b.example.com' },
    );
    expect(topologyOf(props).warnings.map((warning) => warning.message)).toEqual([
      '"orders.a-b.example.com:15080": "ui" does not list "orders" in calls, so the connection will be refused',
    ]);
  });
});

test('a text of the size of a task definition is read in no time', () => {
  const started = performance.now();
  expect(warningsFor(`${'a-'.repeat(15_000)}.${'http://'.repeat(4_000)}`)).toEqual([]);
  expect(performance.now() - started).toBeLessThan(500);
});
