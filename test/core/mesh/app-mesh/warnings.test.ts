import { ordersWith, route, systemOf, topologyOf, warningsOf } from './model';

const found = (topology: Parameters<typeof warningsOf>[0], id: string): readonly string[] =>
  warningsOf(topology)
    .filter((warning) => warning.id === `app-mesh-${id}`)
    .map(({ path, message }) => `${path}: ${message}`);
const ids = (topology: Parameters<typeof warningsOf>[0]): readonly string[] => warningsOf(topology).map(({ id }) => id);

test('a system that says nothing is warned of nothing but that App Mesh was shut down', () => {
  expect(ids(topologyOf())).toEqual(['app-mesh-shut-down']);
  expect(found(topologyOf(), 'shut-down')[0]).toContain('Mesh.envoy()');
});

describe('allowAllEgress', () => {
  const mesh = { allowAllEgress: true };
  const open = { mesh, egress: { kind: 'open' } };

  test('fails if no warning says that security groups still let out only what is declared', () => {
    expect(found(systemOf({ ui: {} }, { mesh }), 'allow-all-egress')).toEqual([
      expect.stringMatching(/^mesh\.allowAllEgress: .*Egress\.open\(\)/),
    ]);
    expect(found(systemOf({ ui: {} }, { mesh }), 'allow-all-egress')[0]).not.toContain('backends');
  });

  test('fails if no warning says for which services App Mesh does not apply it', () => {
    const [message = '', ...others] = found(
      systemOf({ ui: { calls: ['orders'] }, orders: {}, batch: { calls: ['orders'] } }, open),
      'allow-all-egress',
    );
    expect(others).toEqual([]);
    expect(message).toContain('so "batch", "ui", with calls, still reach nothing but what is in calls');
    expect(message).not.toContain('Egress.open()');
  });

  test('who only calls outside has backends too', () => {
    const bank = { host: 'bank.example', port: 8443, protocol: 'tcp', tls: false };
    expect(found(systemOf({ ui: { calls: ['bank'] } }, { ...open, external: { bank } }), 'allow-all-egress')[0]).toContain(
      'so "ui", with calls, still reaches nothing',
    );
  });

  test.each([
    ['it is not given', systemOf({ ui: { calls: ['orders'] }, orders: {} })],
    ['it does what it says', systemOf({ ui: {} }, open)],
  ])('there is no warning where %s', (_, topology) => {
    expect(found(topology, 'allow-all-egress')).toEqual([]);
  });
});

describe('protocols', () => {
  test('fails if no warning says that a service calls several protocols on one port', () => {
    const mixed = systemOf({
      ui: { calls: ['catalog', 'orders', 'prices'] },
      catalog: {},
      orders: { protocol: 'http2', virtualPort: 15_082 },
      prices: { protocol: 'grpc' },
    });
    expect(found(mixed, 'mixed-protocols')).toEqual([
      expect.stringContaining('"ui" calls "catalog" (http), "prices" (grpc) on port 15080: '),
    ]);
    expect(found(mixed, 'mixed-protocols')[0]).toMatch(/aws-app-mesh-roadmap#175.*Set virtualPort/);
  });

  test.each([
    [
      'each protocol has a port of its own',
      systemOf({ ui: { calls: ['catalog', 'prices'] }, catalog: {}, prices: { protocol: 'grpc', virtualPort: 15_081 } }),
    ],
    ['all speak one', systemOf({ ui: { calls: ['catalog', 'prices'] }, catalog: { protocol: 'grpc' }, prices: { protocol: 'grpc' } })],
    [
      'nobody calls both',
      systemOf({ ui: { calls: ['catalog'] }, batch: { calls: ['prices'] }, catalog: {}, prices: { protocol: 'grpc' } }),
    ],
    ['TCP has another port', systemOf({ ui: { calls: ['catalog', 'cache'] }, catalog: {}, cache: { port: 6379, protocol: 'tcp' } })],
  ])('there is no warning where %s', (_, topology) => {
    expect(found(topology, 'mixed-protocols')).toEqual([]);
  });
});

describe('quotas', () => {
  const edge = (count: number): Readonly<Record<string, unknown>> => ({
    edge: {
      kind: 'http',
      authorizer: { kind: 'none' },
      routes: Object.fromEntries(Array.from({ length: count }, (_, index) => [`GET /r${index}`, { service: 'ui' }])),
    },
  });
  const callees = (count: number): Parameters<typeof systemOf>[0] => {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    return { ui: { calls: names }, ...Object.fromEntries(names.map((name) => [name, {}])) };
  };
  // 15 rules of three routes, and three of the last one.
  const routes = (count: number): Parameters<typeof found>[0] =>
    ordersWith({
      policy: { routes: Array.from({ length: count }, (_, index) => route(`r${index}`, { path: { kind: 'exact', text: `/${index}` } })) },
    });
  const tasks = (maxCapacity: number, deployment?: object): Parameters<typeof found>[0] =>
    systemOf({ ui: { scaling: { minCapacity: 10, maxCapacity, cpuTargetPercent: 50 }, ...deployment } });

  const ENVOYS = 'Connected Envoy processes per virtual node';
  test.each([
    [
      'gateway routes',
      systemOf({ ui: {} }, edge(11)),
      'the virtual gateway "gateway" has 11 gateway routes',
      'Gateway routes per virtual gateway',
    ],
    ['routes', routes(16), 'the virtual router "orders" has 51 routes', 'Routes per virtual router'],
    ['backends', systemOf(callees(51)), 'the virtual node "ui" has 51 backends', 'Backends per virtual node'],
    [
      'tasks, twice as many in a deployment',
      tasks(26),
      'up to 52 Envoys of "ui" are connected while a deployment replaces its tasks',
      ENVOYS,
    ],
    [
      'tasks, as many more as a deployment may start',
      tasks(41, { deployment: { maxHealthyPercent: 125 } }),
      'up to 51 Envoys of "ui" are connected while a deployment replaces its tasks',
      ENVOYS,
    ],
  ])('fails if no warning says that there are more %s than an account has by default', (_, topology, subject, quota) => {
    const [message = '', ...others] = found(topology, 'quotas');
    expect(others).toEqual([]);
    expect(message.startsWith(`mesh: ${subject}; the default quota is `)).toBe(true);
    expect(message).toContain(`Before you deploy, raise "${quota}" of AWS App Mesh in Service Quotas, or `);
  });

  test.each([
    ['gateway routes', systemOf({ ui: {} }, edge(10))],
    ['routes', routes(15)],
    ['backends', systemOf(callees(50))],
    ['tasks', tasks(25)],
    ['tasks of which few are replaced at a time', tasks(40, { deployment: { maxHealthyPercent: 125 } })],
  ])('as many %s as there may be are no warning', (_, topology) => {
    expect(found(topology, 'quotas')).toEqual([]);
  });

  test('each quota that does not suffice is a warning, with one ID', () => {
    expect(found(systemOf({ ui: { scaling: { maxCapacity: 30, cpuTargetPercent: 50 } } }, edge(12)), 'quotas')).toEqual([
      expect.stringContaining('12 gateway routes; '),
      expect.stringContaining('60 Envoys of "ui"'),
    ]);
  });
});
