import type { CfnResource } from 'aws-cdk-lib';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge';

/** Below the stack, so that all edges of all systems in it find the same one. */
const ID = 'EcsMicroservicesApiGatewayLogging';

/**
 * The role by which API Gateway writes the logs of REST APIs: a setting of account and Region, which whoever sets it last replaces for
 * all. So a stack sets it once, to a role that may do what any role for it may do, and leaves both behind when it is deleted: the
 * REST APIs of other stacks go on logging.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
class AccountLogging extends Construct {
  static of(stack: Stack): AccountLogging {
    return (stack.node.tryFindChild(ID) as AccountLogging | undefined) ?? new AccountLogging(stack, ID);
  }

  readonly account: apigateway.CfnAccount;

  private constructor(scope: Stack, id: string) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acknowledge(role, ['loggingOfAccount']);
    this.account = new apigateway.CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    this.account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}

/** Lets the stage of a REST or WebSocket API log. */
export function allowLogging(api: CfnResource, stage: CfnResource): void {
  const { account } = AccountLogging.of(Stack.of(api));
  // "If an API Gateway resource has never been created in your AWS account, you must add a dependency on another API Gateway resource".
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html
  account.addResourceDependency(api);
  stage.addResourceDependency(account);
}
