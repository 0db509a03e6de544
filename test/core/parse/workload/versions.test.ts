import { IssueList } from '../../../../lib/core/reading/issues';
import { serviceAs } from '../../../../lib/core/model/topology';
import { parseRouteVersions } from '../../../../lib/core/parse/workload/parse-versions';
import { Reader } from '../../../../lib/core/reading/reader';
import type { Raw } from '../../../support/parsing';
import { image, issuesOf, mesh, seconds, secret, service, token, topologyOf, ui } from '../../../support/parsing';

const catalogOf = (more: Raw, others: Raw = {}) =>
  topologyOf(mesh({ catalog: service(more), ...others })).services.find(({ name }) => name === 'catalog')!;
const versioned = (versions: unknown, more: Raw = {}) => ui({ versions, ...more });
const LONG = 'a'.repeat(60);

test('versions are sorted, have names of their own, and what they do not say of the service', () => {
  const { versions } = catalogOf({
    cpu: 1024,
    environment: { A: '1' },
    stopTimeout: seconds(60),
    versions: {
      v2: { weight: 10, environment: { B: '2' } },
      v1: { image, weight: 90, stopTimeout: seconds(5), scaling: { maxCapacity: 20 } },
    },
  });
  expect(versions).toEqual([
    expect.objectContaining({
      name: 'v1',
      workloadName: 'catalog-v1',
      weight: 90,
      discoveryHost: 'catalog-v1.tasks.shop.internal',
      discovery: 'cloudMap',
      cpu: 1024,
      environment: { A: '1' },
      stopTimeoutSeconds: 5,
    }),
    expect.objectContaining({
      name: 'v2',
      workloadName: 'catalog-v2',
      weight: 10,
      discoveryHost: 'catalog-v2.tasks.shop.internal',
      discovery: 'dns',
      cpu: 1024,
      environment: { B: '2' },
      stopTimeoutSeconds: 60,
    }),
  ]);
});

test.each<[string, Raw, Raw, Raw]>([
  [
    'scales, though the service has a number of tasks',
    { desiredCount: 3 },
    { scaling: { minCapacity: 2, maxCapacity: 20 } },
    { scaling: expect.objectContaining({ minCapacity: 2, maxCapacity: 20 }) },
  ],
  [
    'scales from less than the number of the service',
    { desiredCount: 3 },
    { scaling: { maxCapacity: 2 } },
    { scaling: expect.objectContaining({ maxCapacity: 2 }) },
  ],
  ['has a number, though the service scales', { scaling: { minCapacity: 2, maxCapacity: 20 } }, { desiredCount: 1 }, { desiredCount: 1 }],
  [
    'says neither',
    { scaling: { minCapacity: 2, maxCapacity: 4 } },
    { scaling: undefined },
    { scaling: expect.objectContaining({ maxCapacity: 4 }) },
  ],
  ['says nothing of a service that says nothing', {}, {}, { desiredCount: 1 }],
])('a version that %s has what it says', (_, ofService, ofVersion, expected) => {
  const { desiredCount, scaling } = catalogOf({ ...ofService, versions: { v1: { weight: 1, ...ofVersion } } }).versions![0];
  expect({ ...(desiredCount === undefined ? {} : { desiredCount }), ...(scaling === undefined ? {} : { scaling }) }).toEqual(expected);
});

test('fails if a version scales and says the number of its tasks, too', () => {
  expect(issuesOf(versioned({ v1: { weight: 1, desiredCount: 5, scaling: { maxCapacity: 9 } } }))).toEqual([
    expect.objectContaining({ code: 'CONFLICT', path: 'services.ui.versions.v1.desiredCount' }),
  ]);
});

test('a version seen as a service has the tasks of the version, and everything else of the service', () => {
  const catalog = catalogOf(
    { versions: { v1: { weight: 1, environment: { B: '2' }, desiredCount: 4 } }, calls: ['orders'] },
    { orders: service() },
  );
  expect(serviceAs(catalog, catalog.versions![0])).toMatchObject({
    name: 'catalog',
    virtualHost: 'catalog.shop.internal',
    calls: ['orders'],
    environment: { B: '2' },
    desiredCount: 4,
    discoveryHost: 'catalog-v1.tasks.shop.internal',
  });
});

test('a service with versions needs no image of its own if each of them has one', () => {
  expect(issuesOf(mesh({ ui: { port: 8080, versions: { v1: { image, weight: 1 } } } }))).toEqual([]);
});

test('a service without versions has none of it', () => {
  const catalog = catalogOf({});
  for (const field of ['versions', 'versionHeader', 'mirror']) expect(catalog).not.toHaveProperty(field);
});

test('the name of the header is in small letters, as HTTP/2 has it', () => {
  expect(catalogOf({ versions: { v1: { weight: 1 } }, versionHeader: 'X-Version' }).versionHeader).toBe('x-version');
});

test('what is wrong with what versions inherit is said once, where it stands', () => {
  expect(issuesOf(versioned({ v1: { weight: 1 }, v2: { weight: 1 } }, { cpu: 300, user: 7 })).map(({ path }) => path)).toEqual([
    'services.ui.cpu',
    'services.ui.user',
  ]);
});

test('what does not go together with what is inherited is said of the version', () => {
  expect(issuesOf(versioned({ v1: { weight: 1, memoryLimitMiB: 30720 } }, { cpu: 256 }))).toEqual([
    expect.objectContaining({ code: 'TASK_SIZE', path: 'services.ui.versions.v1.memoryLimitMiB' }),
  ]);
  expect(issuesOf(versioned({ v1: { weight: 1, environment: { KEY: '1' } } }, { secrets: { KEY: secret } }))).toEqual([
    expect.objectContaining({ code: 'CONFLICT', path: 'services.ui.secrets.KEY' }),
  ]);
});

test('an address in the environment of a version is checked like one of the service, and one that it inherits is not told twice', () => {
  const { warnings } = topologyOf(
    mesh({
      ui: service({
        environment: { A: 'http://orders.shop.internal:15080' },
        versions: { v1: { weight: 1 }, v2: { weight: 1, environment: { B: 'http://orders.shop.internal:15080' } } },
      }),
      orders: service(),
    }),
  );
  expect(warnings.map(({ path }) => path)).toEqual(['services.ui.environment.A', 'services.ui.versions.v2.environment.B']);
});

test('copies for a version that gets requests by its weight, too, are warned of', () => {
  const warned = (more: Raw) =>
    topologyOf(mesh({ ui: service({ versions: { v1: { weight: 1 }, v2: { weight: 0 } }, ...more }) })).warnings.map(({ id, path }) => [
      id,
      path,
    ]);
  const route = { name: 'old', match: { methods: ['GET'] } };
  expect(warned({ mirror: { version: 'v2', percent: 5 } })).toEqual([]);
  expect(warned({ mirror: { version: 'v1', percent: 0 } })).toEqual([]);
  expect(warned({ mirror: { version: 'v1', percent: 5 } })).toEqual([['mirror-to-version-with-weight', 'services.ui.mirror']]);
  expect(warned({ routes: [{ ...route, versions: { v2: 1 }, mirror: { version: 'v2', percent: 5 } }] })).toEqual([
    ['mirror-to-version-with-weight', 'services.ui.routes[0].mirror'],
  ]);
  expect(warned({ routes: [{ ...route, versions: { v2: 1 }, mirror: { version: 'v1', percent: 5 } }] })).toEqual([]);
});

test.each([
  ['gives no version', {}, {}, 'MISSING', 'services.ui.versions'],
  ['gives a list', [], {}, 'WRONG_TYPE', 'services.ui.versions'],
  ['gives a token', token, {}, 'TOKEN', 'services.ui.versions'],
  ['gives a version nothing', { v1: undefined }, {}, 'MISSING', 'services.ui.versions.v1'],
  ['forgets the weight', { v1: {} }, {}, 'MISSING', 'services.ui.versions.v1.weight'],
  ['gives every version the weight 0', { v1: { weight: 0 }, v2: { weight: 0 } }, {}, 'ZERO_WEIGHTS', 'services.ui.versions'],
  ['gives a negative weight', { v1: { weight: -1 } }, {}, 'OUT_OF_RANGE', 'services.ui.versions.v1.weight'],
  ['gives a fraction', { v1: { weight: 0.5 } }, {}, 'OUT_OF_RANGE', 'services.ui.versions.v1.weight'],
  ['gives a token as weight', { v1: { weight: token } }, {}, 'TOKEN', 'services.ui.versions.v1.weight'],
  ['names a version in capitals', { V1: { weight: 1 } }, {}, 'INVALID_NAME', 'services.ui.versions.V1'],
  [
    'names a version as JavaScript names something',
    { constructor: { weight: 1 } },
    {},
    'RESERVED_NAME',
    'services.ui.versions.constructor',
  ],
  ['gives a long name', { [`a${LONG}`]: { weight: 1 } }, {}, 'INVALID_NAME', `services.ui.versions.a${LONG}`],
  ['gives a version a port', { v1: { weight: 1, port: 80 } }, {}, 'UNKNOWN_PROPERTY', 'services.ui.versions.v1.port'],
  ['names no header', { v1: { weight: 1 } }, { versionHeader: 'x version' }, 'INVALID_NAME', 'services.ui.versionHeader'],
  ['names a header that means something', { v1: { weight: 1 } }, { versionHeader: 'Host' }, 'RESERVED_NAME', 'services.ui.versionHeader'],
  ['names a header of Envoy', { v1: { weight: 1 } }, { versionHeader: 'x-envoy-version' }, 'RESERVED_NAME', 'services.ui.versionHeader'],
  [
    'mirrors to a version with a slip in its name',
    { v1: { weight: 1 } },
    { mirror: { version: 'v11', percent: 1 } },
    'UNKNOWN_VERSION',
    'services.ui.mirror.version',
  ],
  [
    'mirrors next to nothing',
    { v1: { weight: 1 } },
    { mirror: { version: 'v1', percent: 0.00001 } },
    'OUT_OF_RANGE',
    'services.ui.mirror.percent',
  ],
  ['forgets the percent', { v1: { weight: 1 } }, { mirror: { version: 'v1' } }, 'MISSING', 'services.ui.mirror.percent'],
  ['has a header without versions', undefined, { versionHeader: 'x-version' }, 'NO_EFFECT', 'services.ui.versionHeader'],
  ['mirrors without versions', undefined, { mirror: { version: 'v1', percent: 1 } }, 'NO_EFFECT', 'services.ui.mirror'],
  [
    'has a header for TCP',
    { v1: { weight: 1 } },
    { protocol: 'tcp', virtualPort: 9000, versionHeader: 'x-version' },
    'UNSUPPORTED_BY_PROTOCOL',
    'services.ui.versionHeader',
  ],
  [
    'mirrors TCP',
    { v1: { weight: 1 } },
    { protocol: 'tcp', virtualPort: 9000, mirror: { version: 'v1', percent: 1 } },
    'UNSUPPORTED_BY_PROTOCOL',
    'services.ui.mirror',
  ],
])('fails if the user %s', (_, versions, more, code, path) => {
  const issues = issuesOf(versioned(versions, more));
  expect(issues.map((issue) => [issue.code, issue.path])).toEqual([[code, path]]);
  expect(issues[0].fix ?? issues[0].allowed ?? '').not.toBe(code === 'WRONG_TYPE' ? undefined : '');
});

test('fails if neither the service nor a version has an image', () => {
  expect(issuesOf(mesh({ ui: { port: 8080, versions: { v1: { image, weight: 1 }, v2: { weight: 1 } } } }))).toEqual([
    expect.objectContaining({ code: 'MISSING', path: 'services.ui.versions.v2.image' }),
  ]);
});

test('fails if the tasks of two would register by one name', () => {
  const clash = (services: object) =>
    issuesOf(mesh(services as Record<string, unknown>)).map(({ code, path, message }) => [code, path, message]);
  expect(clash({ a: service({ versions: { b: { weight: 1 } } }), 'a-b': service() })).toEqual([
    ['NAME_CLASH', 'services.a.versions.b', 'its tasks would register as "a-b", as do those of the service "a-b"'],
  ]);
  expect(clash({ a: service({ versions: { 'b-c': { weight: 1 } } }), 'a-b': service({ versions: { c: { weight: 1 } } }) })).toEqual([
    ['NAME_CLASH', 'services.a-b.versions.c', 'its tasks would register as "a-b-c", as do those of the version "b-c" of "a"'],
  ]);
});

test('fails if an external service is to callers what a version is', () => {
  const external = { 'orders-v1': { host: 'api.example.com' } };
  const issues = issuesOf(
    mesh({ ui: service({ calls: ['orders', 'orders-v1'] }), orders: service({ versions: { v1: { weight: 1 } } }) }, { external }),
  );
  expect(issues.map(({ code, path, message }) => [code, path, message])).toEqual([
    ['NAME_CLASH', 'services.orders.versions.v1', 'its tasks would be "orders-v1" to callers, as is the external service of that name'],
  ]);
});

test('fails if a port of a version is that of a called service', () => {
  const issues = issuesOf(
    mesh({
      ui: service({ calls: ['orders'], versions: { v1: { weight: 1, extraContainers: { helper: { image, ports: [15080] } } } } }),
      orders: service(),
    }),
  );
  expect(issues).toEqual([expect.objectContaining({ code: 'PORT_CLASH', path: 'services.ui.calls[0]' })]);
});

describe('the versions of a route', () => {
  const read = (
    value: unknown,
    protocol: 'http' | 'tcp' = 'http',
  ): { readonly weights: unknown; readonly issues: readonly (readonly [string, string])[] } => {
    const issues = new IssueList();
    const weights = parseRouteVersions(new Reader(issues, 'versions', value), ['v1', 'v2'], protocol);
    return { weights, issues: issues.all.map(({ code, path }) => [code, path]) };
  };

  test('are weights by name', () => {
    expect(read({ v2: 1, v1: 0 })).toEqual({ weights: { v1: 0, v2: 1 }, issues: [] });
    expect(read(undefined)).toEqual({ weights: undefined, issues: [] });
  });

  test.each([
    ['names another one', { v3: 1 }, 'UNKNOWN_VERSION', 'versions.v3'],
    ['names none', {}, 'MISSING', 'versions'],
    ['gives all of them 0', { v1: 0 }, 'ZERO_WEIGHTS', 'versions'],
    ['gives no number', { v1: 'all' }, 'WRONG_TYPE', 'versions.v1'],
  ])('fails if the user %s', (_, value, code, path) => {
    expect(read(value)).toEqual({ weights: undefined, issues: [[code, path]] });
  });

  test('fails for TCP', () => {
    expect(read({ v1: 1 }, 'tcp').issues).toEqual([['UNSUPPORTED_BY_PROTOCOL', 'versions']]);
  });
});
