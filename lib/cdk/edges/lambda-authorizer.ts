import { Stack, Token } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { LambdaAuthorizerOptions } from '../../props/edge/authorizer';
import { warn } from '../warn';

/** What API Gateway calls a function by. */
export function invocationUri(scope: Construct, options: LambdaAuthorizerOptions): string {
  const { partition, region } = Stack.of(scope);
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${options.handler.functionArn}/invocations`;
}

/** An authorizer as API Gateway knows it. */
export interface InvokingAuthorizer {
  /** As the plan names it. */
  readonly name: string;
  readonly apiId: string;
  readonly authorizerId: string;
}

/**
 * The permission stands in the stack of the API, so that a function of another stack need not know the API. Not by
 * `addPermission`, which does nothing for an imported function whose account it cannot compare.
 */
export function allowInvocation(scope: Construct, options: LambdaAuthorizerOptions, authorizer: InvokingAuthorizer): void {
  const { handler } = options;
  const owner = accountOf(handler);
  const { account } = Stack.of(scope);
  if (isKnown(owner) && isKnown(account) && owner !== account) {
    warnOfForeignFunction(scope, authorizer.name, handler, { owner, account });
    return;
  }
  new CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: handler.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: Stack.of(scope).formatArn({
      service: 'execute-api',
      resource: authorizer.apiId,
      resourceName: `authorizers/${authorizer.authorizerId}`,
    }),
  });
}

/** That of the ARN first: what was imported by attributes may have the account of the stack that imports it. */
function accountOf({ functionArn, env }: IFunction): string {
  const account = functionArn.split(':')[4];
  return account !== undefined && isKnown(account) ? account : env.account;
}

function isKnown(text: string): boolean {
  return !Token.isUnresolved(text);
}

/**
 * CloudFormation cannot make a permission in another account, and nobody but its owners can.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-cross-account-lambda-authorizer.html
 */
function warnOfForeignFunction(
  scope: Construct,
  name: string,
  { functionArn }: IFunction,
  { owner, account }: { readonly owner: string; readonly account: string },
): void {
  const { partition, region } = Stack.of(scope);
  const known = (text: string, otherwise: string): string => (isKnown(text) ? text : otherwise);
  const source = `arn:${known(partition, 'aws')}:execute-api:${known(region, '<region>')}:${account}:<api-id>/authorizers/*`;
  warn(scope, [
    {
      id: 'authorizer-of-another-account',
      path: `authorizer "${name}"`,
      message:
        `its function is in the account ${owner}, in which a deployment to ${account} can grant nothing. ` +
        `Whoever may change the function runs this there once, with the ID of the API; until then requests get 500: ` +
        `aws lambda add-permission --function-name ${known(functionArn, '<function-arn>')} --statement-id api-gateway-${account} ` +
        `--action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn '${source}'`,
    },
  ]);
}
