import { App, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import flags from '../../../cdk.json';
import { Egress, Microservices } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import { resourcesOf, service } from '../../support/stack';

const newStack = (): Stack => new Stack(new App({ context: flags.context }), 'Stack');
const dualStack = (stack: Stack): ec2.Vpc => new ec2.Vpc(stack, 'Own', { maxAzs: 2, ipProtocol: ec2.IpProtocol.DUAL_STACK });

function make(stack: Stack, props: Partial<MicroservicesProps>): void {
  new Microservices(stack, 'Shop', { services: { ui: service() }, ...props });
}

/** What tasks of `ui` may connect to. */
function egressOf(stack: Stack): unknown {
  const groups = Object.entries(resourcesOf(Template.fromStack(stack))).filter(([id]) => id.startsWith('ShopuiSecurityGroup'));
  return groups[0]?.[1].Properties?.['SecurityGroupEgress'];
}

function warningsOf(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('dual-stack-vpc'))
    .map(({ entry }) => entry.data as string);
}

/** A subnet with IPv6 and no IPv4, which the CDK's VPC does not make. */
function ipv6Only(stack: Stack, vpc: ec2.Vpc): ec2.CfnSubnet {
  return new ec2.CfnSubnet(stack, 'Ipv6Only', { vpcId: vpc.vpcId, ipv6Native: true, ipv6CidrBlock: '2001:db8:0:1::/64' });
}

describe('a dual-stack VPC', () => {
  test('fails if no warning says that the mesh itself uses IPv4 only', () => {
    const stack = newStack();
    make(stack, { vpc: dualStack(stack) });
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/^vpc: the subnets have IPv6.*by IPv4.*IpAddressType\.DUAL_STACK/)]);
  });

  test.each<readonly [string, (stack: Stack, vpc: ec2.Vpc) => Partial<MicroservicesProps>, RegExp]>([
    ['of a cluster', (stack, vpc) => ({ cluster: new ecs.Cluster(stack, 'Cluster', { vpc }) }), /^cluster\.vpc: /],
    ['by its subnets', (_, vpc) => ({ vpc, vpcSubnets: { subnets: vpc.privateSubnets } }), /^vpcSubnets: /],
    [
      'by subnets that are imported in the same app',
      (stack, vpc) => ({
        vpc,
        vpcSubnets: { subnets: vpc.privateSubnets.map((subnet, index) => imported(stack, `Copy${index}`, subnet)) },
      }),
      /^vpcSubnets: /,
    ],
  ])('is known %s', (_, props, expected) => {
    const stack = newStack();
    make(stack, props(stack, dualStack(stack)));
    expect(warningsOf(stack)).toEqual([expect.stringMatching(expected)]);
  });

  test('is known by IPv6 blocks that stand beside the subnets', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', { maxAzs: 2 });
    const [subnet] = vpc.privateSubnets;
    new ec2.CfnSubnetCidrBlock(stack, 'Block', { subnetId: subnet?.subnetId ?? '', ipv6CidrBlock: Fn.ref('AWS::NoValue') });
    make(stack, { vpc });
    expect(warningsOf(stack)).toHaveLength(1);
  });

  test('opens the ports of egress to both kinds of addresses, or an application that tries IPv6 first would wait', () => {
    const stack = newStack();
    make(stack, { vpc: dualStack(stack) });
    expect(egressOf(stack)).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
      expect.objectContaining({ CidrIpv6: '::/0', FromPort: 443, ToPort: 443 }),
    ]);
  });

  test('opens everything to both kinds of addresses with Egress.open()', () => {
    const stack = newStack();
    make(stack, { vpc: dualStack(stack), egress: Egress.open() });
    expect(egressOf(stack)).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }),
      expect.objectContaining({ CidrIpv6: '::/0', IpProtocol: '-1' }),
    ]);
  });

  test('has a way out for images only where IPv4 has one', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', {
      maxAzs: 2,
      ipProtocol: ec2.IpProtocol.DUAL_STACK,
      natGateways: 0,
      subnetConfiguration: [{ name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    for (const { node, routeTable } of vpc.isolatedSubnets)
      new ec2.CfnRoute(stack, `Out-${node.id}`, {
        routeTableId: routeTable.routeTableId,
        destinationIpv6CidrBlock: '::/0',
        egressOnlyInternetGatewayId: 'eigw-1',
      });
    make(stack, { vpc });
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('vpc-endpoints-missing'))).toHaveLength(1);
  });
});

test.each<readonly [string, (stack: Stack) => Partial<MicroservicesProps>]>([
  ['of IPv4', (stack) => ({ vpc: new ec2.Vpc(stack, 'Own', { maxAzs: 2 }) })],
  ['that the mesh creates', () => ({})],
  ['that is imported, whose subnets are not known', (stack) => ({ vpc: importedVpc(stack) })],
])('a VPC %s: nothing is said, and egress is IPv4', (_, props) => {
  const stack = newStack();
  make(stack, props(stack));
  expect(warningsOf(stack)).toEqual([]);
  expect(egressOf(stack)).toEqual([expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443 })]);
});

describe('subnets without IPv4', () => {
  test.each<readonly [string, (stack: Stack, vpc: ec2.Vpc) => ec2.ISubnet]>([
    ['of the app', (stack, vpc) => ec2.Subnet.fromSubnetId(stack, 'Given', ipv6Only(stack, vpc).ref)],
    ['of the VPC, by its L1 construct', (_, vpc) => nativeOf(vpc)],
  ])('fails if tasks are to run in a subnet %s', (_, subnet) => {
    const stack = newStack();
    const vpc = dualStack(stack);
    const subnets = [subnet(stack, vpc)];
    expect(() => {
      make(stack, { vpc, vpcSubnets: { subnets } });
    }).toThrow(/vpcSubnets: tasks need IPv4 addresses[\s\S]*Stack\/[\s\S]*\[UNUSABLE_VPC\][\s\S]*fix: +use subnets with IPv4 addresses/);
  });
});

function imported(stack: Stack, id: string, { subnetId, availabilityZone }: ec2.ISubnet): ec2.ISubnet {
  return ec2.Subnet.fromSubnetAttributes(stack, id, { subnetId, availabilityZone });
}

function importedVpc(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Own', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a'],
    privateSubnetIds: ['subnet-1'],
    privateSubnetRouteTableIds: ['rtb-1'],
  });
}

function nativeOf(vpc: ec2.Vpc): ec2.ISubnet {
  const [subnet] = vpc.privateSubnets;
  if (subnet === undefined) throw new Error('no private subnet');
  (subnet.node.defaultChild as ec2.CfnSubnet).ipv6Native = true;
  return subnet;
}
