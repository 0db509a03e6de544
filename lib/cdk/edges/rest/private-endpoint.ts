import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { defined } from '../../../core/defined';
import type { PrivateApiPlan } from '../../../core/edges/rest/plan';
import type { EdgeContext } from '../model';

/** Those by which clients reach a private API: the user's, or one in the VPC of the system. */
export function renderPrivateEndpoints(
  scope: Construct,
  plan: PrivateApiPlan | undefined,
  name: string,
  { target, vpcEndpoints }: EdgeContext,
): readonly ec2.IInterfaceVpcEndpoint[] {
  if (plan === undefined) return [];
  if (!plan.makesEndpoint) {
    if (vpcEndpoints === undefined) throw new Error('bug: there are no endpoints for a private API');
    return vpcEndpoints;
  }
  const { vpc, vpcSubnets } = target;
  const securityGroup = new ec2.SecurityGroup(scope, 'EndpointSecurityGroup', {
    vpc,
    description: `Endpoint of the private API of ${name}`,
    allowAllOutbound: false,
  });
  return [
    new ec2.InterfaceVpcEndpoint(scope, 'Endpoint', {
      vpc,
      service: ec2.InterfaceVpcEndpointAwsService.APIGATEWAY,
      securityGroups: [securityGroup],
      // Nobody is let in that is not named.
      open: false,
      // With it, the VPC could call no public API by the name that AWS gives it, and a second endpoint of the VPC could not have it.
      privateDnsEnabled: false,
      ...defined({ subnets: vpcSubnets }),
    }),
  ];
}
