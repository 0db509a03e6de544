import { CfnResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { targetsOf } from './stack-order';

/** What the app shows of a subnet; of one that is imported by its ID, nothing is known. */
export function subnetResource(subnet: ec2.ISubnet): ec2.CfnSubnet | undefined {
  const own = subnet.node.defaultChild;
  if (own !== undefined && isSubnet(own)) return own;
  return targetsOf(subnet, subnet.subnetId).find(isSubnet);
}

/** In the subnet itself, as the CDK's VPC has it, or as a resource beside it. */
export function hasIpv6Block(subnet: ec2.CfnSubnet): boolean {
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
