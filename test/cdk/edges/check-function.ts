import type { Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** The function of a Lambda authorizer, in the stack itself. */
export function ownFunction(stack: Stack): IFunction {
  return new LambdaFunction(stack, 'Check', {
    functionName: 'check',
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });
}
