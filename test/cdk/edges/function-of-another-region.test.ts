import { Annotations as Acknowledgements, App, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { service } from '../../support/stack';
import { ownFunction } from './check-function';

const ACCOUNT = '111111111111';
const env = { account: ACCOUNT, region: 'eu-west-1' };
const arn = (region: string, partition = 'aws'): string => `arn:${partition}:lambda:${region}:${ACCOUNT}:function:check`;
const imported = (functionArn: string) => (stack: Stack) => LambdaFunction.fromFunctionArn(stack, 'Check', functionArn);

interface Result {
  readonly uri: string;
  readonly permissions: number;
  readonly warnings: readonly string[];
}

const TYPES = { httpApi: 'AWS::ApiGatewayV2::Authorizer', restApi: 'AWS::ApiGateway::Authorizer' } as const;

function deploy(kind: keyof typeof TYPES, handlerOf: (stack: Stack) => IFunction, where: object = env, ack = false): Result {
  const stack = new Stack(new App(), 'Stack', { env: where });
  const shop = new Microservices(stack, 'Shop', {
    services: { ui: service() },
    edge: Edge[kind]({
      authorizer: Authorizer.lambda({ handler: handlerOf(stack), identityHeader: 'x-session', resultsCacheTtl: Duration.minutes(1) }),
      routes: { 'ANY /{proxy+}': { service: 'ui' } },
    }),
  });
  if (ack) Acknowledgements.of(shop).acknowledgeWarning('cdk-ecs-microservices:authorizer-of-another-region', 'done');
  const template = Template.fromStack(stack);
  const [authorizer] = Object.values(template.findResources(TYPES[kind]));
  const { AuthorizerUri: uri } = (authorizer as { readonly Properties: { readonly AuthorizerUri: unknown } }).Properties;
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('authorizer-of-another'));
  return {
    uri: typeof uri === 'string' ? uri : JSON.stringify(uri),
    permissions: Object.keys(template.findResources('AWS::Lambda::Permission', { Properties: { Principal: 'apigateway.amazonaws.com' } }))
      .length,
    warnings: warnings.map(({ entry }) => entry.data as string),
  };
}

describe.each(['httpApi', 'restApi'] as const)('Edge.%s()', (kind) => {
  test.each([
    ['by its ARN', imported(arn('us-east-1'))],
    ['by an ARN whose partition CloudFormation knows', imported(arn('us-east-1', Aws.PARTITION))],
    [
      'by attributes',
      (stack: Stack) => LambdaFunction.fromFunctionAttributes(stack, 'Check', { functionArn: arn('us-east-1'), sameEnvironment: true }),
    ],
    [
      'in a stack of the app',
      (stack: Stack) => ownFunction(new Stack(App.of(stack) as App, 'Other', { env: { ...env, region: 'us-east-1' } })),
    ],
  ])('calls a function of another Region there, given %s, and says who must run what', (_, handlerOf) => {
    const { uri, permissions, warnings } = deploy(kind, handlerOf);
    expect(uri).toContain(':apigateway:us-east-1:lambda:path/2015-03-31/functions/');
    // CloudFormation would ask for the function in the Region of the stack.
    expect(permissions).toBe(0);
    expect(warnings).toEqual([
      expect.stringMatching(
        /authorizer "lambda": its function is in the Region us-east-1, .*add-permission .* --region us-east-1 .*'arn:aws:execute-api:eu-west-1:111111111111:<api-id>\/authorizers\/\*'/,
      ),
    ]);
    expect(warnings[0]).not.toContain('${Token');
  });

  test('calls a function by the partition of its ARN', () => {
    expect(deploy(kind, imported(arn('cn-north-1', 'aws-cn')), { account: ACCOUNT, region: 'cn-northwest-1' }).uri).toContain(
      'arn:aws-cn:apigateway:cn-north-1:lambda:',
    );
  });

  test('makes a warning that the system can acknowledge', () => {
    expect(deploy(kind, imported(arn('us-east-1')), env, true).warnings).toEqual([]);
  });

  test.each([
    ['the Region of the API', imported(arn('eu-west-1')), env, ':apigateway:eu-west-1:lambda:'],
    ['the stack of the API', ownFunction, env, ':apigateway:eu-west-1:lambda:'],
    ['a Region, while nobody knows that of the API', imported(arn('us-east-1')), {}, ':apigateway:us-east-1:lambda:'],
    ['the stack of the API, where nobody knows a Region', ownFunction, {}, '{"Ref":"AWS::Region"}'],
  ])('makes a permission for a function of %s', (_, handlerOf, where, uri) => {
    const result = deploy(kind, handlerOf, where);
    expect(result).toMatchObject({ permissions: 1, warnings: [] });
    expect(result.uri).toContain(uri);
  });

  test('fails if the function is in another partition, from which no permission would help', () => {
    expect(() => deploy(kind, imported(arn('cn-north-1', 'aws-cn')))).toThrow(
      /authorizer "lambda": its function is in the partition "aws-cn", and the API in "aws", .*\[UNSUPPORTED_AUTHORIZER\]/,
    );
  });
});
