import { Annotations as Acknowledgements, App, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Authorizer, Edge, Microservices } from '../../../lib';
import type { ApiOptions } from '../../support/stack';
import { service } from '../../support/stack';
import { ownFunction } from './check-function';

const HERE = '111111111111';
const THERE = '222222222222';
const ID = 'cdk-ecs-microservices:authorizer-of-another-account';
const arn = (account: string, partition = 'aws'): string => `arn:${partition}:lambda:eu-west-1:${account}:function:check`;
const imported = (stack: Stack, functionArn: string): IFunction => LambdaFunction.fromFunctionArn(stack, 'Check', functionArn);

interface Result {
  readonly permissions: number;
  readonly warnings: readonly string[];
}

function deploy(
  kind: 'httpApi' | 'restApi',
  handlerOf: (stack: Stack) => IFunction,
  env: object | undefined,
  acknowledged = false,
): Result {
  const stack = new Stack(new App(), 'Stack', env === undefined ? {} : { env });
  const options: ApiOptions = {
    authorizer: Authorizer.lambda({ handler: handlerOf(stack), identityHeader: 'x-session', resultsCacheTtl: Duration.minutes(1) }),
    routes: { 'ANY /{proxy+}': { service: 'ui' } },
  };
  const shop = new Microservices(stack, 'Shop', { services: { ui: service() }, edge: Edge[kind](options) });
  if (acknowledged) Acknowledgements.of(shop).acknowledgeWarning(ID, 'done');
  const permissions = Object.values(
    Template.fromStack(stack).findResources('AWS::Lambda::Permission', { Properties: { Principal: 'apigateway.amazonaws.com' } }),
  );
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp(ID));
  return { permissions: permissions.length, warnings: warnings.map(({ entry }) => entry.data as string) };
}

const env = { account: HERE, region: 'eu-west-1' };

describe.each(['httpApi', 'restApi'] as const)('Edge.%s()', (kind) => {
  test.each([
    ['by its ARN', (stack: Stack) => imported(stack, arn(THERE))],
    ['by an ARN whose partition CloudFormation knows', (stack: Stack) => imported(stack, arn(THERE, Aws.PARTITION))],
    [
      'by attributes',
      (stack: Stack) => LambdaFunction.fromFunctionAttributes(stack, 'Check', { functionArn: arn(THERE), sameEnvironment: true }),
    ],
    ['in a stack of the app', (stack: Stack) => ownFunction(new Stack(App.of(stack) as App, 'Other', { env: { ...env, account: THERE } }))],
  ])('makes no permission for a function of another account, given %s, and says who must run what', (_, handlerOf) => {
    const { permissions, warnings } = deploy(kind, handlerOf, env);
    expect(permissions).toBe(0);
    expect(warnings).toEqual([
      expect.stringMatching(
        /authorizer "lambda": its function is in the account 222222222222, .*aws lambda add-permission .* --source-arn 'arn:aws:execute-api:eu-west-1:111111111111:<api-id>\/authorizers\/\*'/,
      ),
    ]);
    expect(warnings[0]).not.toContain('${Token');
  });

  test('makes a warning that the system can acknowledge', () => {
    expect(deploy(kind, (stack) => imported(stack, arn(THERE)), env, true)).toEqual({ permissions: 0, warnings: [] });
  });

  test.each([
    ['the account of the API', (stack: Stack) => imported(stack, arn(HERE)), env],
    ['the stack of the API', ownFunction, env],
    ['an account, while nobody knows that of the API', (stack: Stack) => imported(stack, arn(THERE)), undefined],
    ['an account that nobody knows', (stack: Stack) => imported(stack, arn(Aws.ACCOUNT_ID)), env],
    ['the stack of the API, where nobody knows an account', ownFunction, undefined],
  ])('makes a permission for a function of %s', (_, handlerOf, where) => {
    expect(deploy(kind, handlerOf, where)).toEqual({ permissions: 1, warnings: [] });
  });
});
