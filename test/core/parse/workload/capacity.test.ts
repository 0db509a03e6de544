import { launchTypeOf } from '../../../../lib/core/model/topology';
import { said } from '../../limit-cases';
import type { Raw } from '../../../support/parsing';
import { cluster, mesh, parse, service, token } from '../../../support/parsing';

const capacityProviders = {
  graviton: { launchType: 'EC2', providerName: 'my-asg', name: 'my-asg' },
  managed: { launchType: 'MANAGED_INSTANCES', providerName: token, name: token },
};
const LAUNCH_TYPES = { FARGATE: 'FARGATE', EC2: 'graviton', MANAGED_INSTANCES: 'managed' } as const;
const onTo = (capacityProvider: unknown): Raw => ({ capacityProviderStrategies: [{ capacityProvider, weight: 1 }] });
const system = (more: Raw, all: Raw = {}): ReturnType<typeof parse> =>
  parse(mesh({ ui: service(more) }, { cluster, capacityProviders, ...all }));

/** What a kind of capacity takes that another one does not. */
test.each<[what: string, props: Raw, ...takenBy: (keyof typeof LAUNCH_TYPES)[]]>([
  ['a size of Fargate', { cpu: 512, memoryLimitMiB: 1024 }, 'FARGATE', 'EC2', 'MANAGED_INSTANCES'],
  ['128 CPU units', { cpu: 128, memoryLimitMiB: 512 }, 'EC2', 'MANAGED_INSTANCES'],
  ['192 vCPUs', { cpu: 196_608, memoryLimitMiB: 786_432 }, 'EC2', 'MANAGED_INSTANCES'],
  ['memory that does not go with the cpu', { cpu: 256, memoryLimitMiB: 16_384 }, 'EC2', 'MANAGED_INSTANCES'],
  [
    '300,000 MiB for a container',
    { memoryLimitMiB: 400_000, extraContainers: { db: { image: service()['image'], memoryLimitMiB: 300_000 } } },
    'EC2',
    'MANAGED_INSTANCES',
  ],
  ['a GPU', { gpuCount: 1 }, 'EC2', 'MANAGED_INSTANCES'],
  ['ECS Exec', { enableExecuteCommand: true }, 'FARGATE', 'EC2', 'MANAGED_INSTANCES'],
  ['scaling', { scaling: { maxCapacity: 10 } }, 'FARGATE', 'EC2', 'MANAGED_INSTANCES'],
])('%s', (_what, props, ...takenBy) => {
  const taken = Object.entries(LAUNCH_TYPES).filter(([, name]) => system({ ...props, ...onTo(name) }).issues.length === 0);
  expect(taken.map(([launchType]) => launchType)).toEqual(takenBy);
});

test.each(Object.entries(LAUNCH_TYPES))('App Mesh on %s: its tasks need a proxy configuration', (launchType, name) => {
  const { issues } = said(mesh({ ui: service(onTo(name)) }, { cluster, capacityProviders, mesh: { provider: 'appMesh' } }));
  expect(issues.map(({ code }) => code)).toEqual(launchType === 'MANAGED_INSTANCES' ? ['UNSUPPORTED_BY_MESH'] : []);
});

test.each([
  ['its name in the system', 'graviton', 'EC2'],
  ['its name in Amazon ECS', 'my-asg', 'EC2'],
  ['a token that is its name', token, 'MANAGED_INSTANCES'],
])('a strategy calls a capacity provider by %s', (_by, name, launchType) => {
  const { topology, issues } = system(onTo(name));
  expect(issues).toEqual([]);
  expect(launchTypeOf(topology.services[0])).toBe(launchType);
});

test('a name that is not known gets one error, which says how to write it', () => {
  const { issues } = parse(mesh({ ui: service(onTo(token)) }));
  expect(issues).toHaveLength(1);
  expect(issues[0]).toMatchObject({
    code: 'INVALID_VALUE',
    path: 'services.ui.capacityProviderStrategies[0].capacityProvider',
    allowed: 'FARGATE, FARGATE_SPOT',
    fix: expect.stringContaining('capacityProviders: { instances: Capacity.ec2(provider) }'),
  });
});

test('a typo is not taken for a name of instances', () => {
  const { issues } = system(onTo('gravitom'));
  expect(issues[0]?.fix).toBe('did you mean "graviton"?');
});

test('what the system says is the default of services, and a service may leave it for Fargate', () => {
  const { topology } = parse(
    mesh({ ui: service(), orders: service(onTo('FARGATE')) }, { cluster, capacityProviders, ...onTo('graviton') }),
  );
  expect(topology.services.map((each) => [each.name, launchTypeOf(each)])).toEqual([
    ['orders', 'FARGATE'],
    ['ui', 'EC2'],
  ]);
});

const base = (...strategy: (readonly [name: string, base: number, weight: number])[]): Raw => ({
  capacityProviderStrategies: strategy.map(([capacityProvider, least, weight]) => ({ capacityProvider, base: least, weight })),
});

test.each<[what: string, strategy: Raw, gateway: unknown]>([
  ['Spot alone: on demand', base(['FARGATE_SPOT', 0, 1]), [{ name: 'FARGATE', base: 0, weight: 1 }]],
  ['both: what is on demand', base(['FARGATE', 2, 1], ['FARGATE_SPOT', 0, 3]), [{ name: 'FARGATE', base: 2, weight: 1 }]],
  [
    'a base on demand, the rest on Spot: on demand',
    base(['FARGATE', 2, 0], ['FARGATE_SPOT', 0, 3]),
    [{ name: 'FARGATE', base: 2, weight: 1 }],
  ],
  ['Spot Instances alone: Fargate', base(['cheap', 0, 1]), []],
  ['instances: the same', base(['graviton', 0, 1]), [{ name: 'graviton', launchType: 'EC2', base: 0, weight: 1 }]],
])('a gateway service inherits of %s', (_what, strategy, gateway) => {
  const { topology, issues } = parse(
    mesh(
      { ui: service() },
      {
        cluster,
        capacityProviders: { ...capacityProviders, cheap: { launchType: 'EC2', providerName: 'cheap', name: 'cheap', spot: true } },
        ...strategy,
        edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'ui' } } },
      },
    ),
  );
  expect(issues).toEqual([]);
  expect(topology.edges[0]?.gateway.capacityProviders).toEqual(gateway);
});
