import { App, Aws, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ILogGroupRef } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Authorizer, Edge, Microservices } from '../../../../lib';
import type { LogProps } from '../../../../lib';
import { service } from '../../../support/stack';

const options = { authorizer: Authorizer.none(), routes: { 'GET /': { service: 'ui' } } };
const http = (more: object = {}): Edge => Edge.httpApi({ ...options, ...more });

function system(scope: Construct, edges: Readonly<Record<string, Edge>>, logs?: LogProps, id = 'Shop'): Microservices {
  return new Microservices(scope, id, {
    services: { ui: service() },
    edges,
    domain: `${id
      .toLowerCase()
      .replaceAll(/[^a-z]/g, '')
      .slice(0, 20)}.internal`,
    ...(logs === undefined ? {} : { logs }),
  });
}

/** Names of the log groups that have one. */
function namesOf(stack: Stack): readonly unknown[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::Logs::LogGroup')).flatMap(
    (group) => (group as { readonly Properties: { readonly LogGroupName?: unknown } }).Properties.LogGroupName ?? [],
  );
}

const stackOf = (name = 'Stack'): Stack => new Stack(new App(), name);
const VENDED = '/aws/vendedlogs/ecs-microservices';

test('the log group of an HTTP API needs no place in the resource policy of the account', () => {
  const stack = stackOf();
  const shop = system(stack, { default: http() });
  const template = Template.fromStack(stack);
  const [api] = Object.keys(template.findResources('AWS::ApiGatewayV2::Api'));
  expect(namesOf(stack)).toEqual([{ 'Fn::Join': ['', [`${VENDED}/`, { Ref: 'AWS::StackName' }, '/', { Ref: api }]] }]);
  const [id = ''] = Object.keys(template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: Match.anyValue() } }));
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    AccessLogSettings: { DestinationArn: { 'Fn::Join': ['', Match.arrayWith([':log-group:', { Ref: id }])] } },
  });
  expect(stack.resolve(shop.edge().accessLogGroup?.logGroupName)).toEqual({ Ref: id });
});

test('every edge and every system has another name, and so has another stack', () => {
  const stack = stackOf();
  system(stack, { default: http(), partners: http() });
  system(stack, { default: http() }, undefined, 'Other shop');
  const names = namesOf(stack).map((name) => JSON.stringify(name));
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toContain('{"Ref":"AWS::StackName"}');
});

test('it is kept and encrypted as the other log groups are', () => {
  const stack = stackOf();
  system(stack, { default: http() }, { retention: RetentionDays.ONE_YEAR, encryptionKey: new Key(stack, 'Key') });
  Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', {
    LogGroupName: Match.anyValue(),
    RetentionInDays: 365,
    KmsKeyId: Match.anyValue(),
  });
});

test.each([
  ['logs nothing', { default: http({ accessLogs: false }) }],
  ['is a REST API, which logs by the role of the account', { default: Edge.restApi(options) }],
])('fails if an edge has such a log group that %s', (_, edges) => {
  const stack = stackOf();
  system(stack, edges);
  expect(namesOf(stack)).toEqual([]);
});

test('a second edge changes no log group of the first', () => {
  const groups = (edges: Readonly<Record<string, Edge>>): object => {
    const stack = stackOf();
    system(stack, edges);
    return Template.fromStack(stack).findResources('AWS::Logs::LogGroup');
  };
  expect(groups({ default: http(), partners: http() })).toMatchObject(groups({ default: http() }));
});

describe('a log group that the user brings', () => {
  function warningsOf(make: (stack: Stack) => ILogGroupRef, edge: Edge = http()): readonly unknown[] {
    const stack = stackOf();
    const logGroup = make(stack);
    system(stack, { default: edge }, { logGroup });
    expect(namesOf(stack).filter((name) => JSON.stringify(name).includes(VENDED))).toEqual([]);
    return Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('access-log-group'))
      .map(({ entry }) => entry.data);
  }

  test.each<[string, (stack: Stack) => ILogGroupRef, string]>([
    ['its name', (stack) => LogGroup.fromLogGroupName(stack, 'Own', 'shop'), '"shop"'],
    ['its ARN', (stack) => LogGroup.fromLogGroupArn(stack, 'Own', 'arn:aws:logs:eu-west-1:111111111111:log-group:shop'), '"shop"'],
    ['a construct with a name', (stack) => new LogGroup(stack, 'Own', { logGroupName: '/shop/logs' }), '"/shop/logs"'],
    ['a construct that CloudFormation names', (stack) => new LogGroup(stack, 'Own'), 'its name does not'],
    ['a resource', (stack) => new CfnLogGroup(stack, 'Own', { logGroupName: 'shop' }), '"shop"'],
  ])('fails if there is no warning of the resource policy, where it comes by %s', (_, make, name) => {
    const warnings = warningsOf(make);
    expect(warnings).toEqual([
      expect.stringMatching(/logs\.logGroup: API Gateway adds.*5,120 characters, since its name.*Insufficient permissions/),
    ]);
    expect(warnings[0]).toContain(name);
  });

  test.each<[string, (stack: Stack) => ILogGroupRef]>([
    ['is exempt by its name', (stack) => LogGroup.fromLogGroupName(stack, 'Own', '/aws/vendedlogs/shop')],
    ['is made with such a name', (stack) => new LogGroup(stack, 'Own', { logGroupName: '/aws/vendedlogs/shop' })],
    ['has a name that CloudFormation alone knows', (stack) => LogGroup.fromLogGroupName(stack, 'Own', Aws.STACK_NAME)],
  ])('is used without a word if it %s', (_, make) => {
    expect(warningsOf(make)).toEqual([]);
  });

  test('is used without a word by a REST API', () => {
    expect(warningsOf((stack) => LogGroup.fromLogGroupName(stack, 'Own', 'shop'), Edge.restApi(options))).toEqual([]);
  });
});
