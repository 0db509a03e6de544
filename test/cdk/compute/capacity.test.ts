import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceType, LaunchTemplate, SecurityGroup, UserData, Vpc } from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import flags from '../../../cdk.json';
import type { MicroservicesProps } from '../../../lib';
import { Authorizer, Capacity, Edge, Microservices } from '../../../lib';
import { containersOf, resourcesOf, service } from '../../support/stack';

interface Place {
  readonly stack: Stack;
  readonly vpc: Vpc;
}

function place(): Place {
  const stack = new Stack(new App({ context: flags.context }), 'Stack');
  return { stack, vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) };
}

function instances({ stack, vpc }: Place, type = 'm7g.large', id = 'Instances'): ecs.AsgCapacityProvider {
  const launchTemplate = new LaunchTemplate(stack, `${id}Template`, {
    instanceType: new InstanceType(type),
    machineImage: ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM),
    securityGroup: new SecurityGroup(stack, `${id}Group`, { vpc }),
    role: new Role(stack, `${id}Role`, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
    userData: UserData.forLinux(),
  });
  const autoScalingGroup = new AutoScalingGroup(stack, `${id}Scaling`, { vpc, launchTemplate, maxCapacity: 4 });
  return new ecs.AsgCapacityProvider(stack, id, { autoScalingGroup });
}

function managed({ stack, vpc }: Place, id = 'Managed'): ecs.ManagedInstancesCapacityProvider {
  const securityGroups = [new SecurityGroup(stack, `${id}Group`, { vpc })];
  return new ecs.ManagedInstancesCapacityProvider(stack, id, { subnets: vpc.privateSubnets, securityGroups });
}

function templateOf({ stack, vpc }: Place, props: Omit<MicroservicesProps, 'vpc'>): Template {
  const own = props.cluster === undefined ? { ...props, vpc } : props;
  new Microservices(stack, 'Shop', own);
  return Template.fromStack(stack);
}

const on = (capacityProvider: string): { readonly capacityProviderStrategies: ecs.CapacityProviderStrategy[] } => ({
  capacityProviderStrategies: [{ capacityProvider, weight: 1 }],
});
const idOf = (template: Template, type: string, start: string): string =>
  Object.entries(resourcesOf(template)).find(([id, { Type }]) => Type === type && id.startsWith(start))![0];

describe('EC2', () => {
  const onEc2 = (): Template => {
    const where = place();
    return templateOf(where, {
      capacityProviders: { graviton: Capacity.ec2(instances(where)) },
      services: { ui: service({ calls: ['orders'] }), orders: service({ ...on('graviton'), cpu: 300, memoryLimitMiB: 700 }) },
    });
  };

  test('runs the tasks with network namespaces of their own, in the size that is asked for', () => {
    onEc2().hasResourceProperties('AWS::ECS::TaskDefinition', {
      RequiresCompatibilities: ['EC2'],
      NetworkMode: 'awsvpc',
      Cpu: '300',
      Memory: '700',
      RuntimePlatform: Match.absent(),
    });
  });

  test('is where the ECS service is placed, with nothing that is only of Fargate', () => {
    const template = onEc2();
    template.hasResourceProperties('AWS::ECS::Service', {
      CapacityProviderStrategy: [
        { CapacityProvider: { Ref: idOf(template, 'AWS::ECS::CapacityProvider', 'Instances') }, Base: 0, Weight: 1 },
      ],
      LaunchType: Match.absent(),
      PlatformVersion: Match.absent(),
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', SecurityGroups: Match.anyValue() } },
      ServiceRegistries: Match.anyValue(),
    });
  });

  test('has its provider associated by a resource for which services wait, and by no Aspect', () => {
    const template = onEc2();
    template.resourceCountIs('AWS::ECS::ClusterCapacityProviderAssociations', 1);
    template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      Cluster: { Ref: idOf(template, 'AWS::ECS::Cluster', 'Shop') },
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT', { Ref: idOf(template, 'AWS::ECS::CapacityProvider', 'Instances') }],
    });
    const services = resourcesOf(template);
    const associations = idOf(template, 'AWS::ECS::ClusterCapacityProviderAssociations', 'Shop');
    expect(services[idOf(template, 'AWS::ECS::Service', 'Shoporders')]?.DependsOn).toContain(associations);
    expect(services[idOf(template, 'AWS::ECS::Service', 'Shopui')]?.DependsOn ?? []).not.toContain(associations);
  });

  test('gets instances that join the cluster, and whose role containers cannot have', () => {
    const data = JSON.stringify(resourcesOf(onEc2())[idOf(onEc2(), 'AWS::EC2::LaunchTemplate', 'Instances')]);
    expect(data).toContain('ECS_CLUSTER=');
    expect(data).toContain('ECS_AWSVPC_BLOCK_IMDS=true');
  });

  test('changes nothing of another service, nor of containers', () => {
    const systemOn = (capacity: boolean): Template => {
      const where = place();
      const capacityProviders = { graviton: Capacity.ec2(instances(where)) };
      return templateOf(where, {
        capacityProviders,
        services: { ui: service({ calls: ['orders'] }), orders: service(capacity ? on('graviton') : {}) },
      });
    };
    const [before, after] = [systemOn(false), systemOn(true)];
    const others = (template: Template): unknown =>
      Object.fromEntries(
        Object.entries(resourcesOf(template)).filter(
          ([id]) => !id.startsWith('ShopordersTaskDefinition') && !id.startsWith('ShopordersService'),
        ),
      );
    expect(others(after)).toEqual(others(before));
    expect(Object.keys(resourcesOf(after))).toEqual(Object.keys(resourcesOf(before)));
    expect(containersOf(after, 'orders')).toEqual(containersOf(before, 'orders'));
  });

  test('is referred to by the name of its provider, too', () => {
    const where = place();
    const provider = instances(where);
    const template = templateOf(where, {
      capacityProviders: { graviton: Capacity.ec2(provider) },
      services: { orders: service(on(provider.capacityProviderName)) },
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { RequiresCompatibilities: ['EC2'] });
  });

  test('runs services of a cluster of one’s own, which wait for what the CDK makes in it at the end', () => {
    const where = place();
    const cluster = new ecs.Cluster(where.stack, 'Own', { vpc: where.vpc });
    const provider = instances(where);
    cluster.addAsgCapacityProvider(provider);
    const template = templateOf(where, {
      cluster,
      capacityProviders: { graviton: Capacity.ec2(provider) },
      services: { orders: service(on('graviton')) },
    });
    const associations = idOf(template, 'AWS::ECS::ClusterCapacityProviderAssociations', 'Own');
    expect(resourcesOf(template)[idOf(template, 'AWS::ECS::Service', 'Shop')]?.DependsOn).toContain(associations);
  });

  test('runs services of a cluster and a provider that are known by name', () => {
    const { stack, vpc } = place();
    const cluster = ecs.Cluster.fromClusterAttributes(stack, 'Own', { clusterName: 'own', vpc });
    const template = templateOf(
      { stack, vpc },
      { cluster, capacityProviders: { old: Capacity.ec2ByName('my-asg') }, services: { orders: service(on('my-asg')) } },
    );
    template.hasResourceProperties('AWS::ECS::Service', { CapacityProviderStrategy: [{ CapacityProvider: 'my-asg' }] });
  });

  test('takes versions, each where it says', () => {
    const where = place();
    const template = templateOf(where, {
      capacityProviders: { graviton: Capacity.ec2(instances(where)) },
      services: { orders: service({ versions: { v1: { weight: 1 }, v2: { weight: 0, ...on('graviton') } } }) },
    });
    const compatibilities = (version: string): unknown =>
      resourcesOf(template)[idOf(template, 'AWS::ECS::TaskDefinition', `Shoporders${version}`)]?.Properties?.['RequiresCompatibilities'];
    expect([compatibilities('v1'), compatibilities('v2')]).toEqual([['FARGATE'], ['EC2']]);
  });

  test('has GPUs for the container that asks for them', () => {
    const where = place();
    const template = templateOf(where, {
      capacityProviders: { gpu: Capacity.ec2(instances(where, 'g5g.xlarge')) },
      services: { model: service({ ...on('gpu'), gpuCount: 1, scaling: { maxCapacity: 3 } }) },
    });
    const requirements = [...containersOf(template, 'model')].map(([name, container]) => [name, container['ResourceRequirements']]);
    expect(requirements.filter(([, each]) => each !== undefined)).toEqual([['app', [{ Type: 'GPU', Value: '1' }]]]);
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 1);
  });

  test('runs a gateway behind a load balancer', () => {
    const where = place();
    const template = templateOf(where, {
      capacityProviders: { graviton: Capacity.ec2(instances(where)) },
      ...on('graviton'),
      services: { ui: service() },
      edge: Edge.restApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    });
    template.hasResourceProperties('AWS::ECS::Service', { CapacityProviderStrategy: Match.anyValue(), LoadBalancers: Match.anyValue() });
    template.allResourcesProperties('AWS::ECS::TaskDefinition', { RequiresCompatibilities: ['EC2'] });
  });
});

describe('Amazon ECS Managed Instances', () => {
  test('run tasks of the processor that they are built for', () => {
    const where = place();
    const template = templateOf(where, {
      capacityProviders: { managed: Capacity.managedInstances(managed(where)) },
      services: { orders: service({ ...on('managed'), cpu: 300, memoryLimitMiB: 700 }) },
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      RequiresCompatibilities: ['MANAGED_INSTANCES'],
      NetworkMode: 'awsvpc',
      Cpu: '300',
      Memory: '700',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
    const provider = { Ref: idOf(template, 'AWS::ECS::CapacityProvider', 'Managed') };
    template.hasResourceProperties('AWS::ECS::Service', {
      CapacityProviderStrategy: [{ CapacityProvider: provider }],
      LaunchType: Match.absent(),
      PlatformVersion: Match.absent(),
    });
    template.hasResourceProperties('AWS::ECS::CapacityProvider', { ClusterName: { Ref: idOf(template, 'AWS::ECS::Cluster', 'Shop') } });
    template.resourceCountIs('AWS::ECS::ClusterCapacityProviderAssociations', 0);
  });

  test('run services of a cluster of one’s own', () => {
    const where = place();
    const cluster = new ecs.Cluster(where.stack, 'Own', { vpc: where.vpc });
    const provider = managed(where);
    cluster.addManagedInstancesCapacityProvider(provider);
    const template = templateOf(where, {
      cluster,
      capacityProviders: { managed: Capacity.managedInstances(provider) },
      services: { orders: service(on('managed')) },
    });
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { RequiresCompatibilities: ['MANAGED_INSTANCES'] });
  });
});

describe('a gateway service', () => {
  const edge = (gateway?: { readonly capacityProviderStrategies: ecs.CapacityProviderStrategy[] }): Edge =>
    Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } }, ...(gateway && { gateway }) });
  const strategyOf = (template: Template): unknown =>
    resourcesOf(template)[idOf(template, 'AWS::ECS::Service', 'Shopgateway')]?.Properties?.['CapacityProviderStrategy'];

  test('does not inherit Spot', () => {
    const template = templateOf(place(), { services: { ui: service() }, ...on('FARGATE_SPOT'), edge: edge() });
    expect(strategyOf(template)).toEqual([{ CapacityProvider: 'FARGATE', Base: 0, Weight: 1 }]);
  });

  test('runs on Spot if its own props say so', () => {
    const template = templateOf(place(), { services: { ui: service() }, edge: edge(on('FARGATE_SPOT')) });
    expect(strategyOf(template)).toEqual([{ CapacityProvider: 'FARGATE_SPOT', Base: 0, Weight: 1 }]);
  });

  test('inherits the instances that are not Spot', () => {
    const where = place();
    const capacityProviders = {
      steady: Capacity.ec2(instances(where, 'm7g.large', 'Steady')),
      cheap: Capacity.ec2(instances(where, 'm7g.large', 'Cheap'), { spot: true }),
    };
    const capacityProviderStrategies = ['steady', 'cheap'].map((capacityProvider) => ({ capacityProvider, weight: 1 }));
    const template = templateOf(where, { capacityProviders, capacityProviderStrategies, services: { ui: service() }, edge: edge() });
    expect(strategyOf(template)).toEqual([
      { CapacityProvider: { Ref: idOf(template, 'AWS::ECS::CapacityProvider', 'Steady') }, Base: 0, Weight: 1 },
    ]);
  });
});

describe('fails if', () => {
  const failing = (props: (where: Place) => Omit<MicroservicesProps, 'vpc'>) => (): void => {
    const where = place();
    templateOf(where, props(where));
  };

  test('the provider of a cluster of one’s own has not been added to it', () => {
    const cluster = ({ stack, vpc }: Place): ecs.Cluster => new ecs.Cluster(stack, 'Own', { vpc });
    expect(
      failing((where) => ({
        cluster: cluster(where),
        capacityProviders: { a: Capacity.ec2(instances(where)) },
        services: { ui: service(on('a')) },
      })),
    ).toThrow(/capacityProviders\.a[^]*cluster\.addAsgCapacityProvider\(provider\)/);
    expect(
      failing((where) => ({
        cluster: cluster(where),
        capacityProviders: { a: Capacity.managedInstances(managed(where)) },
        services: { ui: service(on('a')) },
      })),
    ).toThrow(/capacityProviders\.a[^]*cluster\.addManagedInstancesCapacityProvider\(provider\)/);
  });

  test('the provider stands in another stack than the cluster that is made', () => {
    expect(
      failing(({ stack }) => {
        const other = new Stack(App.of(stack), 'Other');
        const provider = instances({ stack: other, vpc: new Vpc(other, 'Vpc') });
        return { capacityProviders: { a: Capacity.ec2(provider) }, services: { ui: service(on('a')) } };
      }),
    ).toThrow(/stands in another stack/);
  });

  test('the cluster is said to have no instances', () => {
    expect(
      failing(({ stack, vpc }) => ({
        cluster: ecs.Cluster.fromClusterAttributes(stack, 'Own', { clusterName: 'own', vpc, hasEc2Capacity: false }),
        capacityProviders: { a: Capacity.ec2ByName('my-asg') },
        services: { ui: service(on('a')) },
      })),
    ).toThrow(/hasEc2Capacity: true/);
  });

  test('the instances have another processor than the tasks', () => {
    expect(
      failing((where) => ({
        capacityProviders: { a: Capacity.ec2(instances(where, 'm7i.large')) },
        services: { ui: service(on('a')) },
      })),
    ).toThrow(/services\.ui\.cpuArchitecture[^]*built for ARM64, but the instances of "a" are X86_64/);
  });
});
