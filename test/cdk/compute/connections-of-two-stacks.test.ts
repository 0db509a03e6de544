import { App, CfnResource, Lazy, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Authorizer, LoadBalancerTarget, Microservices } from '../../../lib';
import { resourcesOf, service } from '../../support/stack';
import flags from '../../../cdk.json';
import { TwoStacks, ofOtherStack } from '../../support/two-stacks';
import type { Place } from '../../support/two-stacks';

/** A number, or that of the database, which CloudFormation fills in. */
type PortOfRule = number | 'database';

function isPort(value: unknown, port: PortOfRule): boolean {
  return port === 'database' ? /Endpoint\.?Port/.test(JSON.stringify(value)) : value === port;
}

/** The rules of one port that stand in the templates, and where. */
function rulesOf(templates: Readonly<Record<Place, Template>>, port: PortOfRule): readonly string[] {
  return Object.entries(templates)
    .flatMap(([place, template]) => Object.values(resourcesOf(template) ?? {}).map((resource) => ({ place, resource })))
    .filter(({ resource: { Type, Properties } }) => Type.startsWith('AWS::EC2::SecurityGroup') && isPort(Properties?.['FromPort'], port))
    .map(({ place, resource }) => `${resource.Type.replace('AWS::EC2::SecurityGroup', '')} in ${place}`)
    .sort();
}

const both = (place: Place): readonly string[] => [`Egress in ${place}`, `Ingress in ${place}`];

describe('connections between a service and a database of another stack make both rules, and no two stacks that need each other', () => {
  test.each<readonly [string, (stacks: TwoStacks) => void, PortOfRule, readonly string[]]>([
    [
      'allowDefaultPortFrom() of a database, whose VPC the tasks use',
      (stacks) => {
        const vpc = stacks.vpc();
        stacks.database(vpc).connections.allowDefaultPortFrom(stacks.mesh({ vpc }).service('orders'));
      },
      'database',
      both('shop'),
    ],
    [
      'allowToDefaultPort() of the service, whose VPC and password are those of the database',
      (stacks) => {
        const vpc = stacks.vpc();
        const database = stacks.database(vpc);
        const secrets = { PASSWORD: ecs.Secret.fromSecretsManager(database.secret!, 'password') };
        stacks.mesh({ vpc }, { secrets }).service('orders').connections.allowToDefaultPort(database);
      },
      'database',
      both('shop'),
    ],
    [
      'allowDefaultPortFrom() of a database in the VPC that the mesh has created',
      (stacks) => {
        const mesh = stacks.mesh();
        stacks.database(mesh.vpc).connections.allowDefaultPortFrom(mesh.service('orders'));
      },
      'database',
      both('data'),
    ],
    [
      'allowToDefaultPort() of the service to a database in the VPC that the mesh has created',
      (stacks) => {
        const mesh = stacks.mesh();
        mesh.service('orders').connections.allowToDefaultPort(stacks.database(mesh.vpc));
      },
      'database',
      both('data'),
    ],
    [
      'a VPC of a third stack, on which both depend',
      (stacks) => {
        const vpc = new ec2.Vpc(new Stack(stacks.app, 'Network'), 'Vpc');
        stacks.database(vpc).connections.allowDefaultPortFrom(stacks.mesh({ vpc }).service('orders'));
      },
      'database',
      both('shop'),
    ],
    [
      'a VPC of a third stack, where the user says that the database comes later',
      (stacks) => {
        const vpc = new ec2.Vpc(new Stack(stacks.app, 'Network'), 'Vpc');
        const database = stacks.database(vpc);
        const mesh = stacks.mesh({ vpc });
        stacks.data.addStackDependency(stacks.shop);
        database.connections.allowDefaultPortFrom(mesh.service('orders'));
      },
      'database',
      both('data'),
    ],
    [
      'a database that refers to the mesh by way of a third stack',
      (stacks) => {
        const mesh = stacks.mesh();
        const between = new Stack(stacks.app, 'Between');
        const parameter = new ssm.StringParameter(between, 'Subnet', { stringValue: mesh.vpc.privateSubnets[0].subnetId });
        const group = new ec2.SecurityGroup(stacks.data, 'Group', {
          vpc: ec2.Vpc.fromVpcAttributes(stacks.data, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'] }),
          allowAllOutbound: false,
          description: parameter.parameterName,
        });
        mesh.service('orders').connections.allowTo(group, ec2.Port.tcp(5432));
      },
      5432,
      both('data'),
    ],
    [
      'a function in the VPC that the mesh has created, by allowFrom() of the service',
      (stacks) => {
        const mesh = stacks.mesh();
        const { vpc } = mesh;
        const group = new ec2.SecurityGroup(stacks.data, 'Group', { vpc, allowAllOutbound: false });
        mesh.service('orders').connections.allowFrom(stacks.function({ vpc, securityGroups: [group] }), ec2.Port.tcp(9100));
      },
      9100,
      both('data'),
    ],
    [
      'a scraper in the VPC that the tasks use, by allowTo() of the scraper',
      (stacks) => {
        const vpc = stacks.vpc();
        const scraper = new ec2.SecurityGroup(stacks.data, 'Scraper', { vpc, allowAllOutbound: false });
        scraper.connections.allowTo(stacks.mesh({ vpc }).service('orders'), ec2.Port.tcp(9100));
      },
      9100,
      both('shop'),
    ],
    [
      'the security group of the service',
      (stacks) => {
        const vpc = stacks.vpc();
        stacks.database(vpc).connections.allowDefaultPortFrom(stacks.mesh({ vpc }).service('orders').securityGroup);
      },
      'database',
      both('shop'),
    ],
    [
      'the ECS service of a workload',
      (stacks) => {
        const vpc = stacks.vpc();
        stacks.database(vpc).connections.allowDefaultPortFrom(stacks.mesh({ vpc }).service('orders').workload().ecsService);
      },
      'database',
      both('shop'),
    ],
    [
      'a service with versions',
      (stacks) => {
        const vpc = stacks.vpc();
        const versions = { v1: { weight: 1 }, v2: { weight: 0 } };
        stacks.database(vpc).connections.allowDefaultPortFrom(stacks.mesh({ vpc }, { versions }).service('orders'));
      },
      'database',
      both('shop'),
    ],
    [
      'the gateway service of an edge',
      (stacks) => {
        const vpc = stacks.vpc();
        stacks.database(vpc).connections.allowDefaultPortFrom(stacks.http(Authorizer.none(), { vpc }).edge().gateway);
      },
      'database',
      both('shop'),
    ],
    [
      'a file system',
      (stacks) => {
        const vpc = stacks.vpc();
        new efs.FileSystem(stacks.data, 'Files', { vpc }).connections.allowDefaultPortFrom(stacks.mesh({ vpc }).service('orders'));
      },
      2049,
      both('shop'),
    ],
    [
      'an interface endpoint',
      (stacks) => {
        const vpc = stacks.vpc();
        const endpoint = vpc.addInterfaceEndpoint('Kms', { service: ec2.InterfaceVpcEndpointAwsService.KMS, open: false });
        endpoint.connections.allowFrom(stacks.mesh({ vpc }).service('orders'), ec2.Port.tcp(444));
      },
      444,
      both('shop'),
    ],
  ])('%s', (_, form, port, expected) => {
    const stacks = new TwoStacks();
    form(stacks);
    expect(rulesOf(stacks.templates(), port)).toEqual(expected);
  });

  test('the rule names the groups of both sides, and goes from the tasks to the database', () => {
    const stacks = new TwoStacks();
    const vpc = stacks.vpc();
    const database = stacks.database(vpc);
    const mesh = stacks.mesh({ vpc });
    database.connections.allowDefaultPortFrom(mesh.service('orders'), 'orders reads');
    const rules = Object.values(resourcesOf(stacks.templates().shop)).filter(({ Properties }) =>
      isPort(Properties?.['FromPort'], 'database'),
    );
    const tasks = { 'Fn::GetAtt': [expect.stringContaining('orders'), 'GroupId'] };
    const other = ofOtherStack('DatabaseSecurityGroup');
    expect(rules.map(({ Properties }) => Properties)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ GroupId: tasks, DestinationSecurityGroupId: other, Description: 'orders reads' }),
        expect.objectContaining({ GroupId: other, SourceSecurityGroupId: tasks, Description: 'orders reads' }),
      ]),
    );
  });

  test('where a resource of the other stack cannot be read before the app is complete', () => {
    const stacks = new TwoStacks();
    const vpc = stacks.vpc();
    const key = Lazy.string({ produce: () => 'Later' });
    new CfnResource(stacks.data, 'Odd', { type: 'Custom::Odd', properties: { Map: { [key]: 'x' } } });
    const group = new ec2.SecurityGroup(stacks.data, 'Group', { vpc });
    group.connections.allowFrom(stacks.mesh({ vpc }).service('orders'), ec2.Port.tcp(5432));
    expect(rulesOf(stacks.templates(), 5432)).toEqual(both('shop'));
  });

  test('two nested stacks of one do not need each other either', () => {
    const root = new Stack(new App({ context: flags.context }), 'Root');
    const data = new NestedStack(root, 'Data');
    const shop = new NestedStack(root, 'Shop');
    const vpc = new ec2.Vpc(data, 'Vpc');
    const group = new ec2.SecurityGroup(data, 'Database', { vpc });
    const mesh = new Microservices(shop, 'Shop', { vpc, services: { orders: service() } });
    group.connections.allowFrom(mesh.service('orders'), ec2.Port.tcp(5432));
    expect(rulesOf({ data: Template.fromStack(data), shop: Template.fromStack(shop) }, 5432)).toEqual(both('shop'));
  });
});

describe('in one stack connections are those of the CDK', () => {
  const stacks = new TwoStacks();
  const mesh = stacks.mesh();
  const orders = mesh.service('orders');
  const { connections } = orders;
  connections.allowTo(mesh.service('ui'), ec2.Port.tcp(1));
  connections.allowTo(ec2.Peer.ipv4('10.1.0.0/16'), ec2.Port.tcp(2));
  connections.allowFromAnyIpv4(ec2.Port.tcp(3));
  ec2.Peer.ipv4('10.2.0.0/16').connections.allowFrom(orders, ec2.Port.tcp(4));
  connections.allowInternally(ec2.Port.tcp(5));
  connections.allowTo(ec2.SecurityGroup.fromSecurityGroupId(stacks.shop, 'Imported', 'sg-1'), ec2.Port.tcp(6));
  const { shop, data } = stacks.templates();
  const group = Object.entries(resourcesOf(shop)).find(([id]) => id.includes('ordersSecurityGroup'))?.[1].Properties;

  test.each([
    [1, both('shop')],
    [5, both('shop')],
    // What an imported group lets out is not known, and so not added.
    [6, both('shop')],
  ])('between groups: port %s', (port, expected) => {
    expect(rulesOf({ shop, data }, port)).toEqual(expected);
  });

  test('to and from addresses: in the group itself', () => {
    expect(group).toMatchObject({
      SecurityGroupEgress: expect.arrayContaining([
        expect.objectContaining({ CidrIp: '10.1.0.0/16', FromPort: 2 }),
        expect.objectContaining({ CidrIp: '10.2.0.0/16', FromPort: 4 }),
      ]) as unknown,
      SecurityGroupIngress: [expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 3 })],
    });
  });
});

describe('a load balancer of another stack', () => {
  const ui = { loadBalancerTarget: LoadBalancerTarget.application() };

  function lead(stacks: TwoStacks, vpc: ec2.IVpc, mesh: Microservices): () => void {
    const listener = new elbv2.ApplicationLoadBalancer(stacks.data, 'Balancer', { vpc }).addListener('Http', { port: 80 });
    return () => {
      listener.addTargets('Orders', { port: 80, targets: [mesh.service('orders').workload().loadBalancerTarget()] });
    };
  }

  test('whose VPC the tasks use: both rules stand where the tasks are, and the ECS service waits for the listener', () => {
    const stacks = new TwoStacks();
    const vpc = stacks.vpc();
    lead(stacks, vpc, stacks.mesh({ vpc }, ui))();
    const templates = stacks.templates();
    expect(rulesOf(templates, 15007)).toEqual(both('shop'));
    expect(stacks.shop.dependencies).toContain(stacks.data);
    const service = Object.values(resourcesOf(templates.shop)).find(({ Properties }) => Properties?.['LoadBalancers'] !== undefined);
    expect(service?.DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/SecurityGroup.*15007/)]));
  });

  test('in a VPC of a third stack', () => {
    const stacks = new TwoStacks();
    const vpc = new ec2.Vpc(new Stack(stacks.app, 'Network'), 'Vpc');
    lead(stacks, vpc, stacks.mesh({ vpc }, ui))();
    expect(rulesOf(stacks.templates(), 15007)).toEqual(both('shop'));
  });

  test('of the network kind, by the default port of the target', () => {
    const stacks = new TwoStacks();
    const vpc = stacks.vpc();
    const mesh = stacks.mesh({ vpc }, { loadBalancerTarget: LoadBalancerTarget.network() });
    const securityGroups = [new ec2.SecurityGroup(stacks.data, 'Clients', { vpc })];
    const balancer = new elbv2.NetworkLoadBalancer(stacks.data, 'Balancer', { vpc, securityGroups });
    const target = mesh.service('orders').workload().loadBalancerTarget();
    balancer.addListener('Tcp', { port: 80 }).addTargets('Orders', { port: 80, targets: [target] });
    balancer.connections.allowToDefaultPort(target);
    expect(rulesOf(stacks.templates(), 15007)).toEqual(both('shop').slice(1));
  });

  test('fails if it stands in the VPC that the mesh has created, since each stack would need the other', () => {
    const stacks = new TwoStacks();
    const mesh = stacks.mesh({}, ui);
    expect(lead(stacks, mesh.vpc, mesh)).toThrow(
      /can only be deployed after that of "orders"[\s\S]*fix: +put the load balancer into the stack of the mesh, or give both a VPC/,
    );
  });
});
