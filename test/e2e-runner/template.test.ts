import { readTaskDefinition } from '../../programs/emulator/template/containers';
import { Fields } from '../../programs/emulator/template/fields';
import type { JsonObject } from '../../programs/emulator/template/intrinsics';
import { readTemplate } from '../../programs/emulator/template/read-template';
import { boutique } from '../e2e/systems/boutique';
import { container, oneTask } from '../e2e/systems/one-task';
import { shop } from '../e2e/systems/shop';

describe('the retail store, read from its template', () => {
  const system = readTemplate(shop());
  const service = (name: string): (typeof system.services)[number] => system.services.find((candidate) => candidate.name === name)!;
  const groupOf = (name: string): string => service(name).securityGroups[0] ?? '';

  test('has its services, with their counts', () => {
    expect(Object.fromEntries(system.services.map(({ name, desiredCount }) => [name, desiredCount]))).toEqual({
      ui: 1,
      catalog: 1,
      carts: 1,
      checkout: 1,
      orders: 1,
      gateway: 2,
    });
  });

  test('has the zone of the virtual names and the namespace of the tasks', () => {
    expect(system.zones.map(({ name, negativeTtl }) => [name, negativeTtl]).sort()).toEqual([
      ['shop.internal', 900],
      ['tasks.shop.internal', 5],
    ]);
    expect(system.zones.flatMap(({ records }) => records.map(({ name }) => name)).sort()).toEqual(
      ['carts', 'catalog', 'checkout', 'orders'].map((name) => `${name}.shop.internal`),
    );
    expect(system.discovery.map(({ name, records }) => `${name} ${records[0]?.type ?? ''}`).sort()).toEqual([
      'carts.tasks.shop.internal A',
      'catalog.tasks.shop.internal A',
      'checkout.tasks.shop.internal A',
      'gateway.tasks.shop.internal SRV',
      'orders.tasks.shop.internal A',
      'ui.tasks.shop.internal A',
    ]);
  });

  test('opens the port of Envoy to declared callers, by rules that stand alone', () => {
    const orders = system.securityGroups.find(({ id }) => id === groupOf('orders'));
    expect(orders?.ingress).toEqual(
      expect.arrayContaining(
        ['ui', 'checkout'].map((name) => ({ protocol: 'tcp', ports: { from: 15006, to: 15006 }, peer: { group: groupOf(name) } })),
      ),
    );
    expect(orders?.ingress).toHaveLength(2);
  });

  test('has the containers as the task definition says', () => {
    const envoy = service('ui').task.containers.find(({ name }) => name === 'envoy');
    expect(envoy).toMatchObject({
      user: '101',
      readonlyRoot: true,
      essential: true,
      stopTimeoutMs: 30_000,
      healthCheck: { intervalMs: 5000, timeoutMs: 5000, retries: 3 },
    });
    expect(envoy?.command.slice(0, 2)).toEqual(['-c', '/run/mesh/envoy.json']);
    expect(service('ui').task.containers.find(({ name }) => name === 'mesh-agent')).toMatchObject({
      command: ['run'],
      user: '101',
      readonlyRoot: true,
      essential: true,
      dropCapabilities: ['ALL'],
      restartPolicy: { attemptPeriodMs: 60_000 },
      mounts: [{ volume: 'mesh', path: '/run/mesh', readOnly: false }],
    });
    expect(service('ui').task.role).toMatch(/uiTaskRole/);
    expect(service('ui').task.containers.find(({ name }) => name === 'app')).toMatchObject({
      environment: { RETAIL_UI_ENDPOINTS_CATALOG: 'http://catalog.shop.internal:15080' },
      dependsOn: [{ container: 'envoy', condition: 'HEALTHY' }],
      healthCheck: { argv: ['/bin/sh', '-c', 'curl -sf http://localhost:8080/actuator/health'] },
    });
  });
});

test('Online Boutique is read too', () => {
  expect(readTemplate(boutique()).services).toHaveLength(12);
});

describe('a template that cannot run', () => {
  test.each([
    [
      'a dependency on a container that is not there',
      [container('app', '', { DependsOn: [{ ContainerName: 'gone', Condition: 'START' }] })],
      'depends on "gone", which the task does not have',
    ],
    [
      'a dependency on the health of a container without a check',
      [container('app', '', { DependsOn: [{ ContainerName: 'b', Condition: 'HEALTHY' }] }), container('b', '')],
      'has no health check',
    ],
    [
      'a dependency on the end of an essential container',
      [container('app', '', { DependsOn: [{ ContainerName: 'b', Condition: 'SUCCESS' }] }), container('b', '')],
      'an essential container that exits stops the task',
    ],
    [
      'a circle of dependencies',
      [
        container('a', '', { DependsOn: [{ ContainerName: 'b', Condition: 'START' }] }),
        container('b', '', { DependsOn: [{ ContainerName: 'a', Condition: 'START' }] }),
      ],
      'in a cycle: a -> b -> a',
    ],
    [
      'a volume that is not there',
      [container('app', '', { MountPoints: [{ SourceVolume: 'gone', ContainerPath: '/x' }] })],
      'mounts the volume "gone"',
    ],
  ])('fails if it has %s', (_, containers, message) => {
    expect(() => readTemplate(oneTask(containers))).toThrow(message);
  });
});

describe('a task definition', () => {
  const read = (definition: JsonObject) =>
    readTaskDefinition(Fields.of({ ContainerDefinitions: [container('app', '')], ...definition }, 'Task'));
  const efs = (configuration: JsonObject): JsonObject => ({
    Volumes: [{ Name: 'files', EFSVolumeConfiguration: { FilesystemId: 'fs-1', ...configuration } }, { Name: 'scratch' }],
  });

  test('says where tasks run, and which of their volumes are file systems', () => {
    const authorized = { TransitEncryption: 'ENABLED', AuthorizationConfig: { IAM: 'ENABLED', AccessPointId: 'fsap-1' } };
    expect(read({ RequiresCompatibilities: ['EC2'], NetworkMode: 'awsvpc', ...efs(authorized) })).toMatchObject({
      launchType: 'EC2',
      volumes: ['scratch'],
      fileSystems: [{ volume: 'files', fileSystem: 'fs-1', directory: '/', byRole: true, accessPoint: 'fsap-1' }],
    });
    expect(read(efs({ RootDirectory: '/a' }))).toMatchObject({ launchType: 'FARGATE', fileSystems: [{ directory: '/a', byRole: false }] });
  });

  test.each<[string, JsonObject, string]>([
    ['tasks of an instance share its network', { RequiresCompatibilities: ['EC2'] }, 'the runner has no networks that are bridge'],
    ['it is for other capacity', { RequiresCompatibilities: ['MANAGED_INSTANCES'] }, 'FARGATE or EC2, not MANAGED_INSTANCES'],
    [
      'a directory stands beside an access point',
      efs({ RootDirectory: '/a', AuthorizationConfig: { AccessPointId: 'fsap-1' } }),
      'with an access point it must be /, not /a',
    ],
    ['a role decides without TLS', efs({ AuthorizationConfig: { IAM: 'ENABLED' } }), 'it must be ENABLED for IAM'],
  ])('fails if %s', (_, definition, message) => {
    expect(() => read(definition)).toThrow(message);
  });
});
