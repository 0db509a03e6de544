import type { RequestContext } from '../../programs/emulator/aws/conditions';
import type { PolicyRequest, Statement } from '../../programs/emulator/aws/policy';
import { allows, denies } from '../../programs/emulator/aws/policy';
import type { JsonObject } from '../../programs/emulator/template/intrinsics';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:one-AbCdEf';
const READ: PolicyRequest = { action: 'lambda:InvokeFunction', resource: ARN, context: {} };
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
      [allow({ Action: ['kms:Sign', 'lambda:invokefunction'], Resource: ['arn:other', ARN] })],
    ],
    ['what a wildcard matches', READ, [allow({ Action: 'lambda:Invoke*', Resource: 'arn:aws:lambda:*:function:one-??????' })]],
    ['what another statement allows', READ, [allow({ Action: 'kms:Sign' }), allow({ Sid: 'Second' })]],
    [
      'what fulfils every condition',
      DISCOVER,
      [discover({ StringEquals: { 'servicediscovery:NamespaceName': 'tasks.internal', 'servicediscovery:servicename': ['one', 'two'] } })],
    ],
    ['what is like a condition', DISCOVER, [discover({ StringLike: { 'servicediscovery:ServiceName': 'o*' } })]],
    [
      'a resource whose name stands in a tag of the caller',
      { ...READ, context: { 'aws:PrincipalTag/team': 'one' } },
      [allow({ Resource: 'arn:aws:lambda:*:*:function:${aws:PrincipalTag/team}-*' })],
    ],
  ])('%s', (_, request, statements) => {
    expect(allows(statements, request)).toBe(true);
  });
});

describe('a policy denies', () => {
  test.each<[string, PolicyRequest, readonly Statement[]]>([
    ['what nobody allows', READ, []],
    ['another action', READ, [allow({ Action: 'lambda:GetFunction' })]],
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
    ['a condition that it does not know', DISCOVER, [discover({ NumericLessThan: { 'servicediscovery:ServiceName': '2' } })]],
    ['a resource with a variable that has no value', READ, [allow({ Resource: 'arn:aws:lambda:*:*:function:${aws:PrincipalTag/team}*' })]],
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

/** What a task says of itself, and of what it encrypts. */
const PROOF: RequestContext = {
  'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/Orders',
  'aws:PrincipalTag/Service': 'orders',
  'kms:EncryptionContext:identity': 'orders',
  'kms:EncryptionContextKeys': ['identity', 'mesh'],
};
const NOBODY: RequestContext = {};

describe('a condition', () => {
  const statement = (effect: 'Allow' | 'Deny', condition: JsonObject): Statement => ({
    Effect: effect,
    Action: '*',
    Resource: '*',
    Condition: condition,
  });
  /** What an Allow and a Deny make of it. */
  const effects = (condition: JsonObject, context: RequestContext): string => {
    const request = { ...READ, context };
    return [
      allows([statement('Allow', condition)], request) ? 'allows' : 'does not allow',
      denies([statement('Deny', condition)], request) ? 'denies' : 'does not deny',
    ].join(', ');
  };
  type Case = readonly [what: string, condition: JsonObject, context: RequestContext];

  test.each<Case>([
    ['one value is equal', { StringEquals: { 'aws:PrincipalTag/Service': ['ui', 'orders'] } }, PROOF],
    ['it is equal but for its case', { StringEqualsIgnoreCase: { 'aws:PrincipalTag/Service': 'ORDERS' } }, PROOF],
    ['the name of its key differs in its case', { StringEquals: { 'AWS:principaltag/SERVICE': 'orders' } }, PROOF],
    [
      'the name of a field of an encryption context differs in its case',
      { StringEquals: { 'kms:EncryptionContext:Identity': 'orders' } },
      PROOF,
    ],
    [
      'one of two fields is right whose names differ in nothing but their case',
      { StringEquals: { 'kms:EncryptionContext:identity': 'orders' } },
      { ...PROOF, 'kms:EncryptionContext:IDENTITY': 'ui' },
    ],
    ['no value is equal', { StringNotEquals: { 'aws:PrincipalTag/Service': ['ui', 'Orders'] } }, PROOF],
    ['no value is equal in any case', { StringNotEqualsIgnoreCase: { 'aws:PrincipalTag/Service': 'ui' } }, PROOF],
    ['no value is like it', { StringNotLike: { 'aws:PrincipalTag/Service': ['u*', 'order'] } }, PROOF],
    ['the key is not there that must not be equal', { StringNotEquals: { 'aws:PrincipalTag/Service': 'ui' } }, NOBODY],
    ['the key is not there that must not be alike', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }, NOBODY],
    ['an ARN is equal, with wildcards as well', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Ord*' } }, PROOF],
    ['an ARN is not equal', { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/Issuer' } }, PROOF],
    [
      'an ARN is alike in text, but not in its parts',
      { ArnNotLike: { 'aws:SourceArn': 'arn:aws:sns:*:111122223333:topic' } },
      { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:999999999999:x:111122223333:topic' },
    ],
    ['every value is one of those', { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['mesh', 'identity', 'x'] } }, PROOF],
    ['every value of none is one of those', { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['identity'] } }, NOBODY],
    [
      'every value is one of those, and the only one is empty',
      { 'ForAllValues:StringEquals': { 'aws:PrincipalTag/Service': 'orders' } },
      { 'aws:PrincipalTag/Service': '' },
    ],
    ['no value is one of those', { 'ForAllValues:StringNotEquals': { 'kms:EncryptionContextKeys': ['Mesh', 'x'] } }, PROOF],
    ['any value is one of those', { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['x', 'mesh'] } }, PROOF],
    ['any value is like one of those', { 'ForAnyValue:StringLike': { 'kms:EncryptionContextKeys': 'm*' } }, PROOF],
    ['any value is none of those', { 'ForAnyValue:StringNotEquals': { 'kms:EncryptionContextKeys': 'mesh' } }, PROOF],
    [
      'any value is like a variable',
      { 'ForAnyValue:StringLike': { 'aws:TagKeys': '${aws:PrincipalTag/Service}*' } },
      { ...PROOF, 'aws:TagKeys': ['orders-1'] },
    ],
    ['a key has a value', { Null: { 'kms:EncryptionContextKeys': false } }, PROOF],
    ['a key is not there', { Null: { 'kms:EncryptionContextKeys': 'true' } }, NOBODY],
    ['the value of a key is empty', { Null: { 'aws:PrincipalTag/Service': 'true' } }, { 'aws:PrincipalTag/Service': '' }],
    ['the key is not there, if it need not be', { StringEqualsIfExists: { 'aws:PrincipalTag/Service': 'ui' } }, NOBODY],
    ['it is what a variable stands for', { StringEquals: { 'kms:EncryptionContext:identity': '${aws:PrincipalTag/service}' } }, PROOF],
    [
      'it is not what a variable without value stands for',
      { StringNotEquals: { 'kms:EncryptionContext:identity': '${aws:PrincipalTag/Other}' } },
      PROOF,
    ],
    [
      'it is what a variable stands for by default',
      { StringEquals: { 'kms:EncryptionContext:identity': "${aws:PrincipalTag/Other, 'orders'}" } },
      PROOF,
    ],
    [
      'a wildcard is meant as a character',
      { StringLike: { 'aws:PrincipalTag/Service': '${*}${?}${$}*' } },
      { 'aws:PrincipalTag/Service': '*?$1' },
    ],
    ['it is a number', { StringEquals: { 'aws:PrincipalTag/Service': 7 } }, { 'aws:PrincipalTag/Service': '7' }],
    [
      'every operator and every key agrees',
      {
        StringEquals: { 'kms:EncryptionContext:identity': 'orders', 'aws:PrincipalTag/Service': 'orders' },
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['identity', 'mesh'] },
      },
      PROOF,
    ],
  ])('holds if %s', (_, condition, context) => {
    expect(effects(condition, context)).toBe('allows, denies');
  });

  test.each<Case>([
    ['no value is equal', { StringEquals: { 'aws:PrincipalTag/Service': ['ui', 'Orders'] } }, PROOF],
    ['the key is not there', { StringLike: { 'aws:PrincipalTag/Service': '*' } }, NOBODY],
    ['a wildcard stands where none counts', { StringEquals: { 'aws:PrincipalTag/Service': 'ord*' } }, PROOF],
    ['one of the values is equal that must not be', { StringNotEquals: { 'aws:PrincipalTag/Service': ['ui', 'orders'] } }, PROOF],
    [
      'one of two fields is what it must not be, whose names differ in nothing but their case',
      { StringNotEquals: { 'kms:EncryptionContext:identity': 'orders' } },
      { ...PROOF, 'kms:EncryptionContext:IDENTITY': 'ui' },
    ],
    ['an ARN is alike that must not be', { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/Orders' } }, PROOF],
    [
      'a wildcard would have to reach beyond its part of an ARN',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:111122223333:topic' } },
      { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:999999999999:x:111122223333:topic' },
    ],
    ['one value is none of those', { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['identity', 'Mesh'] } }, PROOF],
    ['one value is one of those that none may be', { 'ForAllValues:StringNotEquals': { 'kms:EncryptionContextKeys': 'mesh' } }, PROOF],
    ['no value is one of those', { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': 'Mesh' } }, PROOF],
    ['there is no value', { 'ForAnyValue:StringLike': { 'kms:EncryptionContextKeys': '*' } }, NOBODY],
    ['there is no value, though it need not exist', { 'ForAnyValue:StringLikeIfExists': { 'kms:EncryptionContextKeys': '*' } }, NOBODY],
    ['there is no value that could be none of those', { 'ForAnyValue:StringNotEquals': { 'kms:EncryptionContextKeys': 'x' } }, NOBODY],
    ['a key is not there that must have a value', { Null: { 'kms:EncryptionContextKeys': 'false' } }, NOBODY],
    ['a key has a value that must have none', { Null: { 'kms:EncryptionContextKeys': true } }, PROOF],
    ['the key is there, and not equal', { StringEqualsIfExists: { 'aws:PrincipalTag/Service': 'ui' } }, PROOF],
    [
      'a variable stands for something else',
      { StringEquals: { 'kms:EncryptionContext:identity': '${aws:PrincipalTag/Service}' } },
      { ...PROOF, 'kms:EncryptionContext:identity': 'ui' },
    ],
    [
      'a variable has no value',
      { StringLike: { 'kms:EncryptionContext:identity': '${aws:PrincipalTag/Service}*' } },
      { 'kms:EncryptionContext:identity': 'orders' },
    ],
    [
      'a variable has an empty value, and so has the key',
      { StringEquals: { 'kms:EncryptionContext:identity': '${aws:PrincipalTag/Service}' } },
      { 'kms:EncryptionContext:identity': '', 'aws:PrincipalTag/Service': '' },
    ],
    [
      'the value of a variable has a wildcard, which counts for nothing',
      { StringLike: { 'kms:EncryptionContext:identity': '${aws:PrincipalTag/Service}' } },
      { 'kms:EncryptionContext:identity': 'orders', 'aws:PrincipalTag/Service': '*' },
    ],
    [
      'one key of several does not agree',
      { StringEquals: { 'kms:EncryptionContext:identity': 'orders', 'aws:PrincipalTag/Service': 'ui' } },
      PROOF,
    ],
    [
      'one operator of several does not agree, whatever is not understood',
      { StringEquals: { 'aws:PrincipalTag/Service': 'ui' }, Bool: { 'aws:SecureTransport': 'true' } },
      PROOF,
    ],
  ])('fails if %s', (_, condition, context) => {
    expect(effects(condition, context)).toBe('does not allow, does not deny');
  });

  test.each<Case>([
    ['its operator', { Bool: { 'aws:SecureTransport': 'true' } }, PROOF],
    ['an operator for sets of it', { 'ForAllValues:Null': { 'kms:EncryptionContextKeys': 'false' } }, PROOF],
    ['several values without an operator for sets', { StringEquals: { 'kms:EncryptionContextKeys': 'identity' } }, PROOF],
    [
      'a variable among several values that are to be equal',
      { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['${aws:PrincipalTag/Service}'] } },
      PROOF,
    ],
    ['a variable of a key with several values', { StringEquals: { 'aws:PrincipalTag/Service': '${kms:EncryptionContextKeys}' } }, PROOF],
    ['a pattern of an ARN that is none', { ArnLike: { 'aws:PrincipalArn': '*' } }, PROOF],
    ['whether a key is there', { Null: { 'kms:EncryptionContextKeys': 'maybe' } }, PROOF],
    ['a value that is an object', { StringEquals: { 'aws:PrincipalTag/Service': {} } }, PROOF],
    ['what is no condition', { StringEquals: 'orders' }, PROOF],
  ])('counts as the worst if it is not understood: %s', (_, condition, context) => {
    expect(effects(condition, context)).toBe('does not allow, denies');
  });
});
