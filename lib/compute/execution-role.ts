import type { Construct } from 'constructs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Foundation } from './network';

/**
 * The role with which ECS starts tasks: it writes logs, and what images and secrets need is added by their
 * grants. The tasks themselves cannot use it.
 */
export function executionRole(scope: Construct, id: string, { logGroup, vpc, vpcSubnets }: Pick<Foundation, 'logGroup' | 'vpc' | 'vpcSubnets'>): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    inlinePolicies: {
      Logs: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] })],
      }),
    },
  });
  // Every service waits for its role, and so for the way to the images; the other way round when the stack goes.
  role.node.addDependency(vpc.selectSubnets(vpcSubnets).internetConnectivityEstablished);
  return role;
}
