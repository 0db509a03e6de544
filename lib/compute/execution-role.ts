import type { Construct } from 'constructs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';

/**
 * The role with which ECS starts tasks: it writes logs, and what images and secrets need is added by their
 * grants. The tasks themselves cannot use it.
 */
export function executionRole(scope: Construct, id: string, logGroup: logs.ILogGroup): iam.Role {
  return new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
    inlinePolicies: {
      Logs: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] })],
      }),
    },
  });
}
