import { CfnResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import type { SubnetAddresses } from '../../core/plan/addresses';
import type { MicroservicesProps } from '../../props/microservices-props';
import { targetsOf } from '../stack-order';
import { vpcOf } from './network';

/** What the app shows of the addresses that tasks get; of subnets that are imported by their IDs, nothing is known. */
export function subnetAddresses({ vpc, cluster, vpcSubnets }: MicroservicesProps): SubnetAddresses {
  const path = cluster === undefined || vpc !== undefined ? 'vpc' : 'cluster.vpc';
  const given = vpcOf({ cluster, vpc });
  const subnets = given === undefined ? [] : given.selectSubnets(vpcSubnets).subnets.map(resourceOf);
  const known = subnets.flatMap((subnet) => subnet ?? []);
  return {
    path: vpcSubnets === undefined ? path : 'vpcSubnets',
    ipv6Only: known.filter(({ ipv6Native }) => ipv6Native === true).map(({ node }) => node.path),
    dualStack: known.some((subnet) => subnet.ipv6Native !== true && hasIpv6Block(subnet)),
  };
}

function resourceOf(subnet: ec2.ISubnet): ec2.CfnSubnet | undefined {
  const own = subnet.node.defaultChild;
  if (own !== undefined && isSubnet(own)) return own;
  return targetsOf(subnet, subnet.subnetId).find(isSubnet);
}

/** In the subnet itself, as the CDK's VPC has it, or as a resource beside it. */
function hasIpv6Block(subnet: ec2.CfnSubnet): boolean {
  if (subnet.ipv6CidrBlock !== undefined || subnet.ipv6IpamPoolId !== undefined) return true;
  return subnet.node.root.node.findAll().some((child) => isSubnetBlock(child) && targetsOf(child, child.subnetId).includes(subnet));
}

/** By its type: `instanceof` would fail across two copies of aws-cdk-lib. */
function isSubnet(construct: IConstruct): construct is ec2.CfnSubnet {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::EC2::Subnet';
}

function isSubnetBlock(construct: IConstruct): construct is ec2.CfnSubnetCidrBlock {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::EC2::SubnetCidrBlock';
}
