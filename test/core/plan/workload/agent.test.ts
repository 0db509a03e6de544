import type { ApplicationStart, DiscoveryTarget } from '../../../../lib/core/contract/agent';
import { planSystem } from '../../../../lib/core/plan-system';
import type { ContainerPlan, WorkloadPlan } from '../../../../lib/core/plan/system-plan';
import { IssueList } from '../../../../lib/core/reading/issues';
import { image, mesh, seconds, service, topologyOf } from '../../../support/parsing';

const many = service({ desiredCount: 20 });
const workloadsOf = (props: unknown): readonly WorkloadPlan[] => planSystem(topologyOf(props), new IssueList()).workloads;
const agentOf = (task: string, props: unknown): ContainerPlan => {
  const agent = workloadsOf(props)
    .find(({ name }) => name === task)
    ?.containers.find(({ role }) => role === 'agent');
  if (agent === undefined) throw new Error(`${task} has no agent`);
  return agent;
};
/** What the agent reads, whether `mesh-init` hands it over or not. */
const variablesIn = (containers: readonly ContainerPlan[]): Readonly<Record<string, string>> => ({
  ...containers.find(({ config }) => config !== undefined)?.config?.variables,
  ...containers.find(({ role }) => role === 'agent')?.environment,
});
const environmentOf = (task: string, props: unknown): Readonly<Record<string, string>> =>
  variablesIn(workloadsOf(props).find(({ name }) => name === task)?.containers ?? []);
const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'orders' } } };

test('a callee waits for what its gateway needs to hear that it leaves; the gateway waits for API Gateway, which notices later', () => {
  const props = mesh({ orders: many }, { edge });
  expect(environmentOf('gateway', props)).toMatchObject({ MESH_REFRESH_SECONDS: '17', MESH_LIST_SECONDS: '2' });
  expect(environmentOf('orders', props)).toMatchObject({ MESH_REFRESH_SECONDS: '5' });
});

test('a task whose callers do not notice that it stops waits for as long as these may take to list it', () => {
  const checked = (activeHealthCheck: object): unknown => service({ desiredCount: 20, activeHealthCheck });
  const props = mesh(
    {
      ui: service({ calls: ['orders', 'few', 'cache', 'checked', 'rarely', 'often'] }),
      orders: many,
      few: service(),
      cache: service({ desiredCount: 20, port: 6379, protocol: 'tcp' }),
      checked: checked({ kind: 'application', path: '/' }),
      rarely: checked({ kind: 'proxy', interval: seconds(6) }),
      often: checked({ kind: 'proxy', interval: seconds(1) }),
    },
    { mesh: { provider: 'envoy', discoveryInterval: seconds(10) } },
  );
  const { MESH_DISCOVERY: targets = '', ...ui } = environmentOf('ui', props);
  expect(ui).toMatchObject({ MESH_POLL_SECONDS: '10', MESH_LIST_SECONDS: '10', MESH_REFRESH_SECONDS: '5' });
  const ages = (JSON.parse(targets) as readonly DiscoveryTarget[]).map(({ cluster, listSeconds }) => [cluster, listSeconds]);
  expect(Object.fromEntries(ages)).toEqual({ orders: undefined, cache: 25, checked: 25, rarely: 25, often: undefined });
  for (const name of ['orders', 'few', 'often'])
    expect([name, environmentOf(name, props)]).toMatchObject([name, { MESH_REFRESH_SECONDS: '5', MESH_STOP_SECONDS: '46' }]);
  for (const name of ['cache', 'checked', 'rarely'])
    expect([name, environmentOf(name, props)]).toMatchObject([name, { MESH_REFRESH_SECONDS: '25', MESH_STOP_SECONDS: '86' }]);
  const announces = (name: string): boolean => environmentOf(name, props)['MESH_ANNOUNCES_STOP'] === 'true';
  expect(['ui', 'orders', 'few', 'cache', 'checked'].filter(announces)).toEqual(['ui', 'orders', 'few', 'checked']);
});

describe.each(['envoy', 'appMesh'])('in a mesh of %s', (provider) => {
  const everyKind = (certificates: object): unknown =>
    mesh(
      {
        ui: service({ calls: ['orders', 'cache', 'ledger', 'many'], extraContainers: { helper: { image }, exporter: { image } } }),
        orders: service({ versions: { v1: { weight: 1 }, v2: { weight: 0, extraContainers: { helper: { image } } } } }),
        cache: service({ port: 6379, protocol: 'tcp' }),
        ledger: service({ protocol: 'grpc' }),
        many,
        worker: service({ calls: ['orders'] }),
      },
      {
        edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'ui' } } },
        mesh: { provider },
        ...certificates,
      },
    );
  const plain = { certificates: { kind: 'none' } };

  test.each([
    ['with certificates', {}],
    ['without', plain],
  ])('%s, every task stops its agent before all that runs beside it', (_, certificates) => {
    const workloads = workloadsOf(everyKind(certificates));
    expect(workloads.map(({ name }) => name)).toEqual(['cache', 'ledger', 'many', 'orders-v1', 'orders-v2', 'ui', 'worker', 'gateway']);
    const roles = new Set(workloads.flatMap(({ containers }) => containers.map(({ role }) => role)));
    expect([...roles].filter((role) => role !== 'init').sort()).toEqual(['agent', 'application', 'collector', 'extra', 'proxy']);
    for (const { name, containers } of workloads) {
      const beside = containers.filter(({ role }) => role !== 'agent' && role !== 'init').map((container) => container.name);
      const agents = containers.filter(({ role }) => role === 'agent');
      expect([name, agents.map(({ dependsOn }) => dependsOn.map(({ container }) => container).sort())]).toEqual([name, [beside.sort()]]);
    }
  });

  test.each([
    ['with certificates', {}],
    ['without', plain],
  ])('%s, a task waits for the port of its application, unless nobody calls it or it has none', (_, certificates) => {
    const waits = workloadsOf(everyKind(certificates)).map(({ name, containers }) => {
      const text = variablesIn(containers)['MESH_APPLICATION'];
      return [name, text === undefined ? undefined : (JSON.parse(text) as ApplicationStart)];
    });
    const application = (port: number): ApplicationStart => ({ container: 'app', port, startupSeconds: 300 });
    expect(Object.fromEntries(waits)).toEqual({
      cache: application(6379),
      ledger: application(8080),
      many: application(8080),
      'orders-v1': application(8080),
      'orders-v2': application(8080),
      ui: application(8080),
      worker: undefined,
      gateway: undefined,
    });
  });
});

describe('an application that may take', () => {
  const checked = (startupTimeout: unknown): { readonly environment: string | undefined; readonly windows: readonly number[] } => {
    const props = mesh({ ui: service({ calls: ['orders'] }), orders: service({ startupTimeout }) });
    const agent = agentOf('orders', props);
    const { startPeriodSeconds = 0, intervalSeconds = 0, retries = 0 } = agent.healthCheck ?? {};
    return { environment: environmentOf('orders', props)['MESH_APPLICATION'], windows: [startPeriodSeconds, intervalSeconds, retries] };
  };

  test.each([
    [undefined, 300, [300, 10, 9]],
    [seconds(5), 5, [30, 10, 9]],
    [seconds(60), 60, [60, 10, 9]],
    [seconds(300), 300, [300, 10, 9]],
    [seconds(301), 301, [300, 10, 9]],
    [seconds(600), 600, [300, 34, 9]],
    [seconds(900), 900, [300, 67, 9]],
  ])('%j has at least that long before ECS replaces its task', (startupTimeout, startupSeconds, windows) => {
    const found = checked(startupTimeout);
    expect(JSON.parse(found.environment ?? '')).toEqual({ container: 'app', port: 8080, startupSeconds });
    expect(found.windows).toEqual(windows);
    const [startPeriod = 0, interval = 0, retries = 0] = found.windows;
    expect(startPeriod + interval * retries).toBeGreaterThanOrEqual(startupSeconds);
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    expect(startPeriod).toBeLessThanOrEqual(300);
    expect(interval).toBeLessThanOrEqual(300);
    expect(retries).toBeLessThanOrEqual(10);
  });

  test('no time at all is not waited for', () => {
    expect(checked(seconds(0))).toEqual({ environment: undefined, windows: [30, 10, 9] });
  });

  test('its own time in one version has it there only', () => {
    const props = mesh({
      ui: service({ calls: ['orders'] }),
      orders: service({ startupTimeout: seconds(120), versions: { v1: { weight: 1 }, v2: { weight: 1, startupTimeout: seconds(700) } } }),
    });
    expect(['orders-v1', 'orders-v2'].map((name) => environmentOf(name, props)['MESH_APPLICATION'])).toEqual([
      '{"container":"app","port":8080,"startupSeconds":120}',
      '{"container":"app","port":8080,"startupSeconds":700}',
    ]);
  });
});
