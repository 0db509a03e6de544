import fc from 'fast-check';
import type { Warning } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { image, mesh, service, topologyOf } from '../../../support/parsing';
import { runs } from '../../../support/runs';

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
    'http://orders.myshop.internal',
    'http://orders.shop.internal.example.com',
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
      '"orders.shop.internal:15080": "ui" does not list "orders" in calls, so the connection will be refused; add "orders" to its calls',
    ],
    [
      'http://catlog.shop.internal:15080',
      '"catlog.shop.internal:15080": there is no service "catlog"; did you mean "catalog.shop.internal"?',
    ],
    ['http://zzz.shop.internal', '"zzz.shop.internal": there is no service "zzz"'],
    [
      'http://catalog.shop.internal:8080',
      '"catalog.shop.internal:8080": "catalog" is reached on port 15080: write "http://catalog.shop.internal:15080"; ' +
        "8080 is the application's own port, which only its own task reaches",
    ],
    [
      'http://catalog.shop.internal:8081',
      '"catalog.shop.internal:8081": "catalog" is reached on port 15080: write "http://catalog.shop.internal:15080"',
    ],
    [
      'http://catalog.shop.internal',
      '"catalog.shop.internal": with no port this means port 80, but "catalog" is reached on port 15080: write "http://catalog.shop.internal:15080"',
    ],
    [
      'http://catalog.shop.internal/api',
      '"catalog.shop.internal": with no port this means port 80, but "catalog" is reached on port 15080: write "http://catalog.shop.internal:15080"',
    ],
    [
      'https://catalog.shop.internal:15080',
      '"catalog.shop.internal:15080": "catalog" is reached in plain text, since its own Envoy terminates TLS: write "http://catalog.shop.internal:15080"',
    ],
    ['cache.shop.internal:6380', '"cache.shop.internal:6380": "cache" is reached on port 6379: write "cache.shop.internal:6379"'],
    [
      'x,http://orders.shop.internal:15080,y',
      '"orders.shop.internal:15080": "ui" does not list "orders" in calls, so the connection will be refused; add "orders" to its calls',
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
      '"orders.a-b.example.com:15080": "ui" does not list "orders" in calls, so the connection will be refused; add "orders" to its calls',
    ]);
  });
});

describe('a name that no task can find gives a warning, with the address that works', () => {
  const OF_TASKS = 'this finds the tasks of "catalog", which take connections of Envoys only';
  const NOBODY = 'no task can find "catalog" under this name';
  test.each([
    // As Docker Compose, Service Connect and Kubernetes have it.
    ['http://catalog', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog:15080/api', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog:8080', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog:3000', NOBODY, 'http://catalog.shop.internal:15080'],
    ['https://user:pass@CATALOG:15080', NOBODY, 'http://catalog.shop.internal:15080'],
    ['ws://catalog:15080', NOBODY, 'ws://catalog.shop.internal:15080'],
    ['dns:///catalog:15080', NOBODY, 'dns:///catalog.shop.internal:15080'],
    ['catalog:15080', NOBODY, 'catalog.shop.internal:15080'],
    ['{"url":"http://catalog:15080"}', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.svc', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.default.svc.cluster.local', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.shop:15080', NOBODY, 'http://catalog.shop.internal:15080'],
    // A domain that is misspelt, or another one of private networks.
    ['http://catalog.shpo.internal:15080', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.shopp.internal', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.shop.intrnal:15080', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.shop.internals', NOBODY, 'http://catalog.shop.internal:15080'],
    ['http://catalog.shop.local:15080', NOBODY, 'http://catalog.shop.internal:15080'],
    ['catalog.shop.local', NOBODY, 'catalog.shop.internal:15080'],
    // Where tasks register.
    ['http://catalog.tasks.shop.internal:8080', OF_TASKS, 'http://catalog.shop.internal:15080'],
  ])('%s', (value, why, address) => {
    const [{ id, path, message }, ...more] = warningsFor(value);
    expect([id, path, more]).toEqual(['environment-address', 'services.ui.environment.URL', []]);
    expect(message).toContain(`": ${why}: write "${address}"`);
  });

  test('and says that the call is to be listed', () => {
    expect(warningsFor('http://orders:15080').map(({ message }) => message)).toEqual([
      '"orders:15080": no task can find "orders" under this name: add "orders" to the calls of "ui", and write "http://orders.shop.internal:15080"',
    ]);
  });

  test('of a TCP service, with its scheme', () => {
    expect(warningsFor('redis://:secret@cache:6379/0').map(({ message }) => message)).toEqual([
      '"cache:6379": no task can find "cache" under this name: write "redis://cache.shop.internal:6379"',
    ]);
    expect(warningsFor('jdbc:postgresql://cache:6379/db')).toHaveLength(1);
  });

  test('of the tasks of one version', () => {
    const versions = { v1: { weight: 1 }, v2: { weight: 0 } };
    const props = mesh({
      ui: service({ calls: ['catalog'], environment: { URL: 'http://catalog-v2.tasks.shop.internal' } }),
      catalog: service({ versions }),
    });
    expect(topologyOf(props).warnings.map(({ message }) => message)).toEqual([
      `"catalog-v2.tasks.shop.internal": ${OF_TASKS}: write "http://catalog.shop.internal:15080"`,
    ]);
  });
});

describe("a host that may be somebody else's gives no warning", () => {
  test.each([
    'https://catalog.example.com',
    'https://catalog.com',
    'https://catalog.shop',
    'https://catalog.internal',
    'https://catalog.local',
    'https://catalog.shop.com',
    'http://catalog.stop.local',
    'http://other.shop.local',
    'http://catalog.shop1.internal',
    'http://localhost:15080/catalog',
    'http://127.0.0.1:15080',
    'http://[::1]:15080',
    's3://catalog/books',
    'urn:catalog:15080:x',
    'arn:aws:s3:::catalog',
    'catalog:latest',
    'catalog:1.2.3',
    'catalog@example.com',
    'cache:6380',
    // Its own name.
    'http://ui',
  ])('%s', (value) => {
    expect(warningsFor(value)).toEqual([]);
  });

  test.each([
    ['example.com', ['books.example.org', 'books.example.net', 'books.example.co', 'books.other.com', 'books.com']],
    ['staging1.example.com', ['books.staging2.example.com', 'books.example.com', 'books.prod.example.com', 'books.staging1.example.org']],
    ['us-east-1.example.com', ['books.us-west-1.example.com', 'books.us-east-2.example.com']],
  ])('in the domain %s', (domain, hosts) => {
    const environment = Object.fromEntries(hosts.map((host, at) => [`A${at}`, `https://${host}/`]));
    expect(topologyOf(mesh({ ui: service({ calls: ['books'], environment }), books: service() }, { domain })).warnings).toEqual([]);
  });

  test('whatever ordinary URL it is in, for all names of services', () => {
    const name = fc.constantFrom('catalog', 'orders', 'cache', 'ui', 'www', 'api');
    const domain = fc.domain().filter((each) => !each.toLowerCase().endsWith('shop.internal'));
    const host = fc.oneof(
      domain,
      fc.tuple(name, domain).map((parts) => parts.join('.')),
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
      fc.constantFrom('localhost', 'shop.internal', 'catalog.s3.amazonaws.com', 'catalog.abc.eu-west-1.rds.amazonaws.com'),
    );
    const url = fc
      .tuple(fc.constantFrom('http', 'https', 'redis', 'postgres', 'amqps'), host, fc.constantFrom('', ':80', ':8080', ':15080', ':6379'))
      .chain(([scheme, each, port]) =>
        fc.tuple(fc.webPath(), fc.webQueryParameters()).map(([path, query]) => `${scheme}://${each}${port}${path}?${query}`),
      );
    fc.assert(
      fc.property(url, (value) => {
        expect(warningsFor(value)).toEqual([]);
      }),
      { numRuns: runs(2000) },
    );
  });
});

test('a text of the size of a task definition is read in no time', () => {
  const started = performance.now();
  expect(warningsFor(`${'a-'.repeat(15_000)}.${'http://'.repeat(4_000)}`)).toEqual([]);
  expect(warningsFor(`${'a-'.repeat(1_000)}! `.repeat(30))).toEqual([]);
  expect(performance.now() - started).toBeLessThan(500);
});
