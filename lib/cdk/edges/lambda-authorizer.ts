import { Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { LambdaAuthorizerOptions } from '../../props/edge/authorizer';

/** What API Gateway calls a function by. */
export function invocationUri(scope: Construct, options: LambdaAuthorizerOptions): string {
  const { partition, region } = Stack.of(scope);
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${options.handler.functionArn}/invocations`;
}

/**
 * The permission stands in the stack of the API, so that a function of another stack need not know the API. Not by
 * `addPermission`, which does nothing for an imported function whose account it cannot compare.
 */
export function allowInvocation(scope: Construct, options: LambdaAuthorizerOptions, apiId: string, authorizerId: string): void {
  new CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: options.handler.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: Stack.of(scope).formatArn({ service: 'execute-api', resource: apiId, resourceName: `authorizers/${authorizerId}` }),
  });
}
