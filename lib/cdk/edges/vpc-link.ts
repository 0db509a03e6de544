import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { oneWaySecurityGroup } from './security-group';
import { API_GATEWAY } from '../../core/limits/api-gateway';
import type { LimitUse } from '../../core/limits/use';
import { limitWarnings } from '../../core/limits/use';
import { warn } from '../warn';
import { waitFor } from './wait-for';

export interface VpcLinkOptions {
  readonly name: string;
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection | undefined;
  /** What the link leads to. */
  readonly to: ISecurityGroup;
  readonly port: number;
}

/** How API Gateway comes into the VPC. Both kinds of API use links of version 2; version 1 is legacy. */
export function renderVpcLink(scope: Construct, options: VpcLinkOptions): apigwv2.CfnVpcLink {
  const { name, vpc, vpcSubnets, to, port } = options;
  const { group, opening } = oneWaySecurityGroup(scope, 'VpcLinkSecurityGroup', {
    vpc,
    to,
    port,
    description: `API Gateway, by the VPC link of ${name}`,
  });
  const { subnetIds } = vpc.selectSubnets(vpcSubnets);
  warn(scope, limitWarnings([subnetsUsed(subnetIds.length)]));
  const link = new apigwv2.CfnVpcLink(scope, 'VpcLink', {
    name,
    subnetIds,
    securityGroupIds: [group.securityGroupId],
  });
  waitFor(link, [opening]);
  return link;
}

function subnetsUsed(used: number): LimitUse {
  return {
    limit: API_GATEWAY.vpcLinkSubnets,
    used,
    path: 'vpcSubnets',
    subject: `the VPC link of the edge stands in ${used} subnets`,
    advice: 'name fewer in vpcSubnets, such as one in each Availability Zone: { onePerAz: true }',
  };
}
