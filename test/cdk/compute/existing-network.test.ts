import { App, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { HostedZone, PrivateHostedZone, PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Certificates, Microservices, Placement } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import { build, resourcesOf, service, sharedVariablesOf } from '../../support/stack';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const services = { ui: service({ calls: ['orders'] }), orders: service() };
const shared = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Shared', {
    vpcId: 'vpc-0123',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
const importedZone = (stack: Stack, zoneName = 'corp.internal'): IHostedZone =>
  PrivateHostedZone.fromPrivateHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z123', zoneName });

const recordsOf = (template: Template): readonly (readonly [unknown, unknown])[] =>
  Object.values(resourcesOf(template))
    .filter(({ Type }) => Type === 'AWS::Route53::RecordSet')
    .map(({ Properties }) => [Properties?.['Name'], Properties?.['HostedZoneId']]);

function refused(make: (stack: Stack) => MicroservicesProps): string {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  try {
    new Microservices(stack, 'Shop', make(stack));
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('a zone of the user', () => {
  test('holds the virtual names, and none is made', () => {
    const { template, system } = build((stack) => ({
      vpc: shared(stack),
      zone: importedZone(stack),
      domain: 'shop.corp.internal',
      services,
    }));
    template.resourceCountIs('AWS::Route53::HostedZone', 0);
    expect(recordsOf(template)).toEqual([['orders.shop.corp.internal', 'Z123']]);
    expect(system.zone.hostedZoneId).toBe('Z123');
    expect(system.domain).toBe('shop.corp.internal');
  });

  test('is what the mesh is known by, with its domain', () => {
    const { template } = build((stack) => ({ vpc: shared(stack), zone: importedZone(stack), domain: 'shop.corp.internal', services }));
    expect(sharedVariablesOf(template, 'ui').MESH_SCOPE).toBe('shop.corp.internal/Z123');
  });

  test('gets the names of a nested stack, and of a stack of the user', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const own = new Stack(app, 'Orders');
    const vpc = new Vpc(stack, 'Vpc');
    const zone = new PrivateHostedZone(stack, 'Zone', { zoneName: 'shop.internal', vpc });
    new Microservices(stack, 'Shop', {
      vpc,
      zone,
      groups: { nested: Placement.nestedStack(), own: Placement.stack(own) },
      services: { ui: service({ calls: ['orders'], group: 'nested' }), orders: service({ group: 'own', calls: ['ui'] }) },
    });
    const all = app.synth().stacks.map(({ stackName }) => stackName);
    expect(all).toContain('Orders');
    const names = stack.node.root.node
      .findAll()
      .filter((child): child is Stack => Stack.isStack(child))
      .flatMap((each) => recordsOf(Template.fromStack(each)).map(([name]) => name));
    expect(names.sort()).toEqual(['orders.shop.internal', 'ui.shop.internal']);
  });

  test('may stand in a stack of its own', () => {
    const app = new App();
    const network = new Stack(app, 'Network', { env: ENV });
    const vpc = new Vpc(network, 'Vpc');
    const zone = new PrivateHostedZone(network, 'Zone', { zoneName: 'shop.internal', vpc });
    const stack = new Stack(app, 'Stack', { env: ENV });
    new Microservices(stack, 'Shop', { vpc, zone, services });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Route53::HostedZone', 0);
    expect(recordsOf(template).map(([name]) => name)).toEqual(['orders.shop.internal']);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('zone-of-another-vpc'));
  });

  test('is not needed for what is not said: without one, the zone has the logical ID that it always had', () => {
    const ids = Object.entries(resourcesOf(build({ services }).template)).filter(([, { Type }]) => Type === 'AWS::Route53::HostedZone');
    expect(ids.map(([id]) => id)).toEqual([expect.stringMatching(/^ShopZone/)]);
  });

  const warnings = (associate: (zone: PrivateHostedZone, shop: Microservices) => void): number => {
    const stack = new Stack(new App(), 'Stack');
    const zone = new PrivateHostedZone(stack, 'Zone', { zoneName: 'shop.internal', vpc: new Vpc(stack, 'Other') });
    associate(zone, new Microservices(stack, 'Shop', { zone, services }));
    Template.fromStack(stack);
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('zone-of-another-vpc')).length;
  };
  test('that is not associated with the VPC of the tasks is a warning, unless it is added later', () => {
    expect(warnings(() => undefined)).toBe(1);
    expect(
      warnings((zone, shop) => {
        zone.addVpc(shop.vpc);
      }),
    ).toBe(0);
  });

  test('fails if it is in another account, where no record of this stack can be written', () => {
    const other = (stack: Stack): IHostedZone =>
      new HostedZone(new Stack(stack, 'Central', { env: { ...ENV, account: '222222222222' } }), 'Zone', {
        zoneName: 'shop.internal',
      });
    expect(refused((stack) => ({ zone: other(stack), services }))).toMatch(
      /zone: the zone is in the account 222222222222[^]*fix: +make a private zone of the domain in the account 111111111111/,
    );
  });

  test('fails if it is public, or does not know its name', () => {
    expect(refused((stack) => ({ zone: new PublicHostedZone(stack, 'Zone', { zoneName: 'shop.example.com' }), services }))).toMatch(
      /zone: is a public hosted zone/,
    );
    expect(refused((stack) => ({ zone: HostedZone.fromHostedZoneId(stack, 'Zone', 'Z1'), services }))).toMatch(
      /zone\.zoneName: must be a string[^]*fromHostedZoneAttributes/,
    );
  });

  test('fails if two meshes have one domain in it, in whatever VPCs', () => {
    const stack = new Stack(new App(), 'Stack');
    const zone = importedZone(stack, 'shop.internal');
    new Microservices(stack, 'One', { zone, services: { a: service() } });
    expect(() => new Microservices(stack, 'Two', { zone, services: { b: service() } })).toThrow(
      /domain: "shop\.internal" is the domain of Stack\/One too, whose names are written in the same zone/,
    );
    expect(() => new Microservices(stack, 'Three', { zone, domain: 'three.shop.internal', services: { c: service() } })).not.toThrow();
  });
});

describe('a cluster by its ARN', () => {
  const arn = 'arn:aws:ecs:eu-west-1:111111111111:cluster/company';
  const cluster = (stack: Stack) => Cluster.fromClusterArn(stack, 'Company', arn);

  test('takes the VPC of the props', () => {
    const { template, system } = build((stack) => ({ cluster: cluster(stack), vpc: shared(stack), services }));
    template.resourceCountIs('AWS::ECS::Cluster', 0);
    template.resourceCountIs('AWS::EC2::VPC', 0);
    template.allResourcesProperties('AWS::ECS::Service', {
      Cluster: 'company',
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1', 'subnet-2'] } },
    });
    expect(system.cluster.clusterArn).toBe(arn);
    expect(system.vpc.vpcId).toBe('vpc-0123');
  });

  test('takes groups in stacks of the user, and another mesh beside it in the VPC', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const props = {
      cluster: cluster(stack),
      vpc: shared(stack),
      groups: { own: Placement.stack(new Stack(app, 'Own', { env: ENV })) },
      services: { ui: service({ group: 'own' }) },
    };
    new Microservices(stack, 'Shop', props);
    expect(() => new Microservices(stack, 'Two', { ...props, groups: {}, domain: 'shop.internal', services })).toThrow('DOMAIN_CLASH');
    expect(() => app.synth()).not.toThrow();
  });

  test('fails if nothing says the VPC', () => {
    expect(refused((stack) => ({ cluster: cluster(stack), services }))).toMatch(
      /cluster: the cluster does not know its VPC[^]*give the VPC of its tasks in vpc/,
    );
  });
});

describe('a VPC that another account shares', () => {
  const namespace = (stack: Stack) =>
    PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(stack, 'Namespace', {
      namespaceName: 'tasks.corp.internal',
      namespaceId: 'ns-1',
      namespaceArn: 'arn:aws:servicediscovery:eu-west-1:111111111111:namespace/ns-1',
    });

  test('needs nothing but the ID, since zone and namespace are brought: nothing here is associated with it', () => {
    const { template } = build((stack) => ({
      vpc: shared(stack),
      namespace: namespace(stack),
      zone: importedZone(stack),
      cluster: undefined,
      services,
      certificates: Certificates.none(),
    }));
    for (const type of ['AWS::Route53::HostedZone', 'AWS::ServiceDiscovery::PrivateDnsNamespace', 'AWS::EC2::VPC'])
      template.resourceCountIs(type, 0);
    template.allResourcesProperties('AWS::ServiceDiscovery::Service', { NamespaceId: 'ns-1' });
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { VpcId: 'vpc-0123' });
  });

  test('may be looked up', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const vpc = Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-0123', ownerAccountId: '222222222222' });
    expect(() => new Microservices(stack, 'Shop', { vpc, services })).not.toThrow();
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPC', 0);
  });

  test('may be named by exports', () => {
    const { template } = build((stack) => ({
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: Fn.importValue('VpcId'),
        availabilityZones: ['eu-west-1a', 'eu-west-1b'],
        privateSubnetIds: [Fn.importValue('SubnetA'), Fn.importValue('SubnetB')],
        privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
      }),
      services,
    }));
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { VpcId: { 'Fn::ImportValue': 'VpcId' } });
  });
});
