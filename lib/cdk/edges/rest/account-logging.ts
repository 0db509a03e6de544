import type { CfnResource } from 'aws-cdk-lib';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge';

/** Below the stack, so that all edges of all systems in it find the same one. */
const ID = 'EcsMicroservicesApiGatewayLogging';

/** cdk-nag distinguishes managed policies by name. */
const LOGGING_POLICY = 'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]';

/**
 * The role by which API Gateway writes the logs of REST APIs: a setting of account and Region, which whoever sets it last replaces for
 * all. So a stack sets it once, to a role that may do what any role for it may do, and leaves both behind when it is deleted: the
 * REST APIs of other stacks go on logging.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
export function allowLogging(api: apigateway.RestApi): void {
  const stack = Stack.of(api);
  const scope = stack.node.tryFindChild(ID) ?? new Construct(stack, ID);
  const account = (scope.node.tryFindChild('Account') as CfnResource | undefined) ?? renderAccount(scope);
  // "If an API Gateway resource has never been created in your AWS account, you must add a dependency on another API Gateway resource".
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html
  account.addResourceDependency(api.node.defaultChild as CfnResource);
  (api.deploymentStage.node.defaultChild as CfnResource).addResourceDependency(account);
}

function renderAccount(scope: Construct): CfnResource {
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  acknowledge(
    role,
    LOGGING_POLICY,
    'The managed policy is what API Gateway asks for in the settings of the account, and all APIs of the account use the role.',
  );
  const account = new apigateway.CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}
