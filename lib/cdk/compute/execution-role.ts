import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Foundation } from './network';

/**
 * The role with which ECS starts tasks: it writes logs, and what images and secrets need is added by their
 * grants. The tasks themselves cannot use it.
 */
export function executionRole(
  scope: Construct,
  id: string,
  { logGroup, vpc, vpcSubnets }: Pick<Foundation, 'logGroup' | 'vpc' | 'vpcSubnets'>,
): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    inlinePolicies: {
      Logs: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
        ],
      }),
    },
  });
  // Images in ECR, such as the agent's, add it.
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'ecr:GetAuthorizationToken supports no resource but *: a token is for the whole registry.',
  });
  // Every service waits for its role, and so for the way to the images; the other way round when the stack goes.
  role.node.addDependency(vpc.selectSubnets(vpcSubnets).internetConnectivityEstablished);
  return role;
}
