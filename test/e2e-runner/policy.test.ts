import type { PolicyRequest, Statement } from '../e2e/runner/aws/policy';
import { allows } from '../e2e/runner/aws/policy';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:one-AbCdEf';
const READ: PolicyRequest = { action: 'secretsmanager:GetSecretValue', resource: ARN, context: {} };
const DISCOVER: PolicyRequest = {
  action: 'servicediscovery:DiscoverInstances',
  resource: '*',
  context: { 'servicediscovery:NamespaceName': 'tasks.internal', 'servicediscovery:ServiceName': 'one' },
};
const allow = (more: Statement): Statement => ({ Effect: 'Allow', Action: READ.action, Resource: ARN, ...more });
const discover = (condition: Statement): Statement => ({ Effect: 'Allow', Action: [DISCOVER.action], Resource: '*', Condition: condition });

describe('a policy allows', () => {
  test.each<[string, PolicyRequest, readonly Statement[]]>([
    ['an action on a resource', READ, [allow({})]],
    [
      'one of several, whatever the case of the action',
      READ,
      [allow({ Action: ['kms:Sign', 'secretsmanager:getsecretvalue'], Resource: ['arn:other', ARN] })],
    ],
    ['what a wildcard matches', READ, [allow({ Action: 'secretsmanager:Get*', Resource: 'arn:aws:secretsmanager:*:secret:one-??????' })]],
    ['what another statement allows', READ, [allow({ Action: 'kms:Sign' }), allow({ Sid: 'Second' })]],
    [
      'what fulfils every condition',
      DISCOVER,
      [discover({ StringEquals: { 'servicediscovery:NamespaceName': 'tasks.internal', 'servicediscovery:servicename': ['one', 'two'] } })],
    ],
    ['what is like a condition', DISCOVER, [discover({ StringLike: { 'servicediscovery:ServiceName': 'o*' } })]],
  ])('%s', (_, request, statements) => {
    expect(allows(statements, request)).toBe(true);
  });
});

describe('a policy denies', () => {
  test.each<[string, PolicyRequest, readonly Statement[]]>([
    ['what nobody allows', READ, []],
    ['another action', READ, [allow({ Action: 'secretsmanager:DescribeSecret' })]],
    ['another resource', READ, [allow({ Resource: `${ARN}2` })]],
    ['a resource that only looks like a pattern', READ, [allow({ Resource: ARN.replace('one', '[a-z]+') })]],
    [
      'an action without resources on one resource',
      DISCOVER,
      [{ ...discover({}), Resource: 'arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-1' }],
    ],
    ['what is denied elsewhere', READ, [allow({}), { Effect: 'Deny', Action: '*', Resource: '*' }]],
    ['another value of a condition', DISCOVER, [discover({ StringEquals: { 'servicediscovery:ServiceName': 'two' } })]],
    ['a condition on a key that the call does not have', READ, [allow({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })]],
    ['a condition that it does not know', DISCOVER, [discover({ StringNotEquals: { 'servicediscovery:ServiceName': 'two' } })]],
    [
      'where an unknown condition may deny',
      READ,
      [allow({}), { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    ],
    ['what is said the other way round', READ, [{ Effect: 'Allow', NotAction: 'kms:*', Resource: '*' }]],
  ])('%s', (_, request, statements) => {
    expect(allows(statements, request)).toBe(false);
  });
});
