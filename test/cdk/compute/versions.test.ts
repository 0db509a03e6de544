import { Alarm, CfnAlarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Match } from 'aws-cdk-lib/assertions';
import { ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as ManagedSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Deployment, Edge, Protocol } from '../../../lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { weightsPattern } from '../../../lib/core/plan/workload/weights-pattern';
import { deploymentOrder } from '../../../programs/emulator/deployment/order';
import type { Template } from '../../../programs/emulator/template/intrinsics';
import type { Resource } from '../../support/stack';
import { build, containersOf, resourcesOf, service } from '../../support/stack';

const versions = (v1: number, v2: number): ServiceProps['versions'] => ({
  v1: { weight: v1, desiredCount: 3 },
  v2: { weight: v2, image: ContainerImage.fromRegistry('example/next') },
});
const props = (v1 = 90, v2 = 10): MicroservicesProps => ({
  services: {
    ui: service({ calls: ['catalog', 'cache'] }),
    catalog: service({ calls: ['cache'], environment: { A: '1' }, versions: versions(v1, v2) }),
    cache: service({ protocol: Protocol.TCP, port: 6379, versions: { only: { weight: 1 } } }),
    alone: service(),
  },
  edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'catalog' } } }),
});
const idsOf = (resources: Readonly<Record<string, Resource>>, type: string): readonly string[] =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === `AWS::${type}`)
    .map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
const rendered = build(props());
const resources = resourcesOf(rendered.template);

test('each version has an ECS service, a task definition and a name of its own; what they share is there once', () => {
  const own = (type: string): readonly string[] =>
    idsOf(resources, type)
      .filter((id) => id.startsWith('Shopcatalog'))
      .sort();
  expect(own('ECS::Service')).toEqual(['Shopcatalogv1Service', 'Shopcatalogv2Service']);
  expect(own('ECS::TaskDefinition')).toEqual(['Shopcatalogv1TaskDefinition', 'Shopcatalogv2TaskDefinition']);
  expect(own('ServiceDiscovery::Service')).toEqual(['ShopcatalogDiscoveryv1', 'ShopcatalogDiscoveryv2']);
  for (const type of ['IAM::Role', 'EC2::SecurityGroup']) expect(own(type)).toHaveLength(1);
  rendered.template.hasResourceProperties('AWS::ServiceDiscovery::Service', { Name: 'catalog-v1' });
  rendered.template.hasResourceProperties('AWS::ServiceDiscovery::Service', { Name: 'catalog-v2' });
});

test('a version has what it says, and else what the service says', () => {
  const app = (version: string) => containersOf(rendered.template, `catalog${version}`).get('app');
  expect(app('v1')).toMatchObject({ Image: 'example/app', Environment: [{ Name: 'A', Value: '1' }] });
  expect(app('v2')).toMatchObject({ Image: 'example/next', Environment: [{ Name: 'A', Value: '1' }] });
  expect(
    Object.entries(resources)
      .filter(([id]) => /^Shopcatalogv\dService/.test(id))
      .map(([, { Properties }]) => Properties?.['DesiredCount']),
  ).toEqual([3, 1]);
});

test('weights stand in a parameter, whose name the agents of callers know; no task definition names a weight', () => {
  const [[id, parameter] = ['', undefined]] = Object.entries(resources).filter(([each]) => each.startsWith('ShopWeightscatalog'));
  expect(parameter).toMatchObject({
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Value: '{"weights":{"v1":90,"v2":10}}', AllowedPattern: weightsPattern(['v1', 'v2'], []) },
  });
  for (const caller of ['ui', 'gateway']) {
    const environment = containersOf(rendered.template, caller).get('mesh-init')?.['Environment'] as readonly {
      readonly Name: string;
      readonly Value: unknown;
    }[];
    expect(JSON.stringify(environment.find(({ Name }) => Name === 'MESH_WEIGHTS_PARAMETERS')?.Value)).toContain(`{"Ref":"${id}"}`);
  }
  expect(containersOf(rendered.template, 'alone').get('mesh-init')?.['Environment']).not.toContainEqual(
    expect.objectContaining({ Name: 'MESH_WEIGHTS_PARAMETERS' }),
  );
});

test('new weights change one parameter, and nothing else', () => {
  const after = resourcesOf(build(props(0, 100)).template);
  expect(Object.keys(after)).toEqual(Object.keys(resources));
  const changed = Object.keys(resources).filter((id) => JSON.stringify(resources[id]) !== JSON.stringify(after[id]));
  expect(changed).toEqual([expect.stringMatching(/^ShopWeightscatalog/)]);
});

test('another version changes of the others what they share, and of callers whom they call', () => {
  const base = props();
  const after = resourcesOf(
    build({
      ...base,
      services: {
        ...base.services,
        catalog: service({ calls: ['cache'], environment: { A: '1' }, versions: { ...versions(90, 10), v3: { weight: 0 } } }),
      },
    }).template,
  );
  const changed = Object.keys(resources)
    .filter((id) => JSON.stringify(resources[id]) !== JSON.stringify(after[id]))
    .map((id) => id.replace(/[0-9A-F]{8}$/, ''));
  expect(changed.filter((id) => /^Shopcatalogv/.test(id))).toEqual([]);
  // Of the callers' ECS services only what they wait for.
  expect(changed.sort()).toEqual([
    'ShopWeightscatalog',
    'ShopcatalogTaskRole',
    'ShopgatewayService',
    'ShopgatewayTaskDefinition',
    'ShopuiService',
    'ShopuiTaskDefinition',
  ]);
  expect(
    Object.keys(after)
      .filter((id) => !(id in resources))
      .map((id) => id.replace(/[0-9A-F]{8}$/, ''))
      .sort(),
  ).toEqual(['ShopcatalogDiscoveryv3', 'Shopcatalogv3Service', 'Shopcatalogv3TaskDefinition']);
});

test('a task reads the weights of those that its service calls, and leaves Cloud Map as any of its versions', () => {
  rendered.template.hasResourceProperties('AWS::IAM::Role', {
    Policies: [
      {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: 'servicediscovery:UpdateInstanceCustomHealthStatus',
              Condition: {
                StringEquals: {
                  'servicediscovery:ServiceArn': [
                    { 'Fn::GetAtt': [Match.stringLikeRegexp('^ShopcatalogDiscoveryv1'), 'Arn'] },
                    { 'Fn::GetAtt': [Match.stringLikeRegexp('^ShopcatalogDiscoveryv2'), 'Arn'] },
                  ],
                },
              },
            }),
            Match.objectLike({
              Action: 'ssm:GetParameters',
              Resource: { 'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('^ShopWeightscache') }])] },
            }),
          ]),
        },
      },
    ],
  });
  expect(JSON.stringify(resources[Object.keys(resources).find((id) => id.startsWith('ShopaloneTaskRole'))!])).not.toContain('ssm:');
});

test('a version waits for the virtual names of those it calls, and for the role of its service', () => {
  const service = Object.entries(resources).find(([id]) => id.startsWith('Shopcatalogv1Service'))?.[1];
  expect(service?.DependsOn).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ShopcacheVirtualName/), expect.stringMatching(/^ShopcatalogTaskRole/)]),
  );
});

describe('new tasks of callers start when those of the versions run that they know', () => {
  const waitsFor = (built: Readonly<Record<string, Resource>>, name: string): readonly string[] => {
    const [, { DependsOn = [] } = { DependsOn: [] }] = Object.entries(built).find(([id]) => id.startsWith(`Shop${name}Service`)) ?? [];
    return (typeof DependsOn === 'string' ? [DependsOn] : DependsOn)
      .filter((id) => built[id].Type === 'AWS::ECS::Service')
      .map((id) => id.replace(/[0-9A-F]{8}$/, ''))
      .sort();
  };

  test.each([
    ['a service', 'ui', ['ShopcacheonlyService', 'Shopcatalogv1Service', 'Shopcatalogv2Service']],
    ['a version', 'catalogv1', ['ShopcacheonlyService']],
    ['the gateway', 'gateway', ['Shopcatalogv1Service', 'Shopcatalogv2Service']],
  ])('where the caller is %s', (_, caller, expected) => {
    expect(waitsFor(resources, caller)).toEqual(expected);
  });

  test('but not for more than the tasks', () => {
    const { template } = build({
      services: { ui: service({ calls: ['catalog'] }), catalog: service({ versions: { v1: { weight: 1, scaling: { maxCapacity: 3 } } } }) },
    });
    const [, ui] = Object.entries(resourcesOf(template)).find(([id]) => id.startsWith('ShopuiService'))!;
    expect((ui.DependsOn as string[]).filter((id) => id.startsWith('Shopcatalogv1'))).toEqual([
      expect.stringMatching(/^Shopcatalogv1Service[0-9A-F]{8}$/),
    ]);
  });

  test('unless they call each other: the stack deploys all the same', () => {
    const circle = {
      ui: service({ calls: ['catalog'], versions: { v1: { weight: 1 } } }),
      catalog: service({ calls: ['cache'], versions: { v1: { weight: 1 } } }),
      cache: service({ calls: ['ui'] }),
      web: service({ calls: ['ui'] }),
    };
    const { template } = build({ services: circle });
    const built = resourcesOf(template);
    expect(['uiv1', 'catalogv1', 'cache', 'web'].map((name) => waitsFor(built, name))).toEqual([[], [], [], ['Shopuiv1Service']]);
    expect(deploymentOrder(template.toJSON() as Template)).toHaveLength(Object.keys(built).length);
  });

  test('so a service that gets versions is not missed: it goes when all others have been replaced', () => {
    const before = resourcesOf(build({ services: { ui: service({ calls: ['catalog'] }), catalog: service() } }).template);
    const after = resourcesOf(
      build({ services: { ui: service({ calls: ['catalog'] }), catalog: service({ versions: { v1: { weight: 1 } } }) } }).template,
    );
    const ecs = (built: Readonly<Record<string, Resource>>) => idsOf(built, 'ECS::Service');
    // CloudFormation deletes what is gone from the template after everything else.
    expect([ecs(before), ecs(after), waitsFor(after, 'ui')]).toEqual([
      ['ShopcatalogService', 'ShopuiService'],
      ['Shopcatalogv1Service', 'ShopuiService'],
      ['Shopcatalogv1Service'],
    ]);
  });
});

describe('the handle of a service with versions', () => {
  const { system, stack } = build(props());
  const catalog = system.service('catalog');

  test('is the role, the security group and the URL that all versions share', () => {
    expect(catalog.url).toBe('http://catalog.shop.internal:15080');
    expect(catalog.workloads.map(({ taskDefinition }) => taskDefinition.taskRole)).toEqual([catalog.taskRole, catalog.taskRole]);
    expect(catalog.connections.securityGroups).toEqual([catalog.securityGroup]);
    new ManagedSecret(stack, 'Secret').grantRead(catalog);
  });

  test('has a workload for each version, in the order of their names', () => {
    const { system: other } = build({
      services: { ui: service({ versions: { green: { weight: 1 }, blue: { weight: 1 } } }) },
    });
    const { workloads } = other.service('ui');
    expect(workloads.map(({ version, serviceName, node }) => [version, serviceName, node.path])).toEqual([
      ['blue', 'ui', 'Stack/Shop/ui/blue'],
      ['green', 'ui', 'Stack/Shop/ui/green'],
    ]);
    expect(other.service('ui').workload('green')).toBe(workloads[1]);
  });

  test('gives of each version its ECS service, its task definition and its containers', () => {
    const [v1, v2] = [catalog.workload('v1'), catalog.workload('v2')];
    expect([v2.container.containerName, v2.proxyContainer.containerName]).toEqual(['app', 'envoy']);
    expect(v2.ecsService).not.toBe(v1.ecsService);
    expect(v2.taskDefinition.node.path).toBe('Stack/Shop/catalog/v2/TaskDefinition');
  });

  test('needs no name where there is one version', () => {
    const { system: other } = build({ services: { ui: service({ versions: { v1: { weight: 1 } } }) } });
    expect(other.service('ui').workload().version).toBe('v1');
  });

  test('fails if a workload is asked for and none of the versions named', () => {
    expect(() => catalog.workload()).toThrow(
      expect.objectContaining({
        name: 'MicroservicesValidationError',
        issues: [expect.objectContaining({ code: 'MISSING', path: 'workload()', allowed: "workload('v1'), workload('v2')" })],
      }) as Error,
    );
  });

  test('fails if there is no such version', () => {
    expect(() => catalog.workload('v11')).toThrow(/there is no version "v11" of "catalog"[^]*did you mean "v1"/);
    expect(() => system.service('alone').workload('v1')).toThrow(/"alone" has no versions[^]*call workload\(\) without an argument/);
  });
});

test('a version has secrets and an execution role of its own', () => {
  const { template } = build((stack) => ({
    services: {
      ui: service({
        versions: { v1: { weight: 1, secrets: { KEY: Secret.fromSecretsManager(new ManagedSecret(stack, 'Key')) } }, v2: { weight: 1 } },
      }),
    },
  }));
  expect(containersOf(template, 'uiv1').get('app')).toMatchObject({ Secrets: [expect.objectContaining({ Name: 'KEY' })] });
  expect(containersOf(template, 'uiv2').get('app')).not.toHaveProperty('Secrets');
  expect(
    idsOf(resourcesOf(template), 'IAM::Role')
      .filter((id) => id.includes('ExecutionRole'))
      .sort(),
  ).toEqual(['ShopExecutionRole', 'Shopuiv1ExecutionRole']);
});

test('a version that scales has no count in the template, which every deployment would set again', () => {
  const { template } = build({
    services: {
      ui: service({ desiredCount: 3, versions: { v1: { weight: 1, scaling: { minCapacity: 2, maxCapacity: 20 } }, v2: { weight: 1 } } }),
    },
  });
  const built = Object.entries(resourcesOf(template));
  expect(
    built
      .filter(([, { Type }]) => Type === 'AWS::ECS::Service')
      .map(([id, { Properties }]) => [id.slice(0, 8), Properties?.['DesiredCount']]),
  ).toEqual([
    ['Shopuiv1', undefined],
    ['Shopuiv2', 3],
  ]);
  expect(built.filter(([, { Type }]) => Type === 'AWS::ApplicationAutoScaling::ScalableTarget').map(([id]) => id.slice(0, 8))).toEqual([
    'Shopuiv1',
  ]);
});

test('tasks are replaced as the service, one of its versions, or the gateway says', () => {
  const { template } = build((stack) => {
    const alarm = new Alarm(stack, 'Errors', {
      alarmName: 'errors',
      metric: new Metric({ namespace: 'Shop', metricName: 'Errors' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    const raw = new CfnAlarm(stack, 'Raw', { comparisonOperator: 'GreaterThanThreshold', evaluationPeriods: 1 });
    return {
      services: {
        ui: service({
          desiredCount: 4,
          deployment: Deployment.rolling({ maxHealthyPercent: 125 }),
          versions: { v1: { weight: 1 }, v2: { weight: 0, deployment: Deployment.rolling({ rollback: false, alarms: [alarm] }) } },
        }),
      },
      edge: Edge.httpApi({
        authorizer: Authorizer.none(),
        routes: { $default: { service: 'ui' } },
        gateway: { deployment: Deployment.rolling({ minHealthyPercent: 50, alarms: [raw] }) },
      }),
    };
  });
  const of = (id: RegExp): unknown =>
    Object.entries(resourcesOf(template)).find(([each]) => id.test(each))?.[1].Properties?.['DeploymentConfiguration'];
  expect(of(/^Shopuiv1Service/)).toEqual({
    DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    MinimumHealthyPercent: 100,
    MaximumPercent: 125,
  });
  expect(of(/^Shopuiv2Service/)).toMatchObject({
    DeploymentCircuitBreaker: { Enable: true, Rollback: false },
    MaximumPercent: 200,
    Alarms: { Enable: true, Rollback: false, AlarmNames: [{ Ref: expect.stringMatching(/^Errors/) }] },
  });
  expect(of(/^ShopgatewayService/)).toMatchObject({
    MinimumHealthyPercent: 50,
    Alarms: { Enable: true, Rollback: true, AlarmNames: [{ Ref: 'Raw' }] },
  });
});
