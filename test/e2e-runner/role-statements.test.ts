import { roleStatements, roleTags, statementsIn } from '../../programs/emulator/deployment/role-statements';
import type { Json, JsonObject, Template } from '../../programs/emulator/template/intrinsics';
import { Resolver } from '../../programs/emulator/template/intrinsics';

const allow = (action: string): JsonObject => ({ Effect: 'Allow', Action: action, Resource: { Ref: 'Secret' } });
const document = (action: string): JsonObject => ({ Version: '2012-10-17', Statement: [allow(action)] });
const resource = (type: string, properties: JsonObject): { readonly Type: string; readonly Properties: JsonObject } => ({
  Type: `AWS::${type}`,
  Properties: properties,
});

describe('what a role may do', () => {
  const template: Template = {
    Resources: {
      Secret: resource('SecretsManager::Secret', {}),
      Role: resource('IAM::Role', {
        Policies: [{ PolicyName: 'Own', PolicyDocument: document('own') }],
        ManagedPolicyArns: [
          { Ref: 'Managed' },
          { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AdministratorAccess']] },
        ],
      }),
      Bare: resource('IAM::Role', {}),
      Attached: resource('IAM::Policy', { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: allow('attached') } }),
      Managed: resource('IAM::ManagedPolicy', { PolicyDocument: document('managed') }),
      ManagedFromOutside: resource('IAM::ManagedPolicy', { Roles: [{ Ref: 'Role' }], PolicyDocument: document('managed-from-outside') }),
      Strange: resource('IAM::Policy', { Roles: [{ Ref: 'Other' }], PolicyDocument: document('strange') }),
    },
  };
  const actionsOf = (role: string): readonly (readonly (Json | undefined)[])[] =>
    roleStatements(template, new Resolver(template, { Secret: 'arn:secret' }), role).map(({ Action, Resource }) => [Action, Resource]);

  test('is what its own policies say, and those of the template that are attached to it, but none of AWS', () => {
    expect(actionsOf('Role')).toEqual(['own', 'attached', 'managed', 'managed-from-outside'].map((action) => [action, 'arn:secret']));
  });

  test('is nothing without a policy', () => {
    expect(actionsOf('Bare')).toEqual([]);
  });

  test('fails if it is no role', () => {
    expect(() => actionsOf('Secret')).toThrow('"Secret" is no role of the template');
  });
});

describe('the tags of a role', () => {
  const tagsOf = (...tags: readonly (readonly [key: Json, value: Json])[]): Readonly<Record<string, string>> => {
    const template: Template = {
      Resources: {
        Role: resource('IAM::Role', { Tags: tags.map(([Key, Value]) => ({ Key, Value })) }),
        Bare: resource('IAM::Role', {}),
        Name: resource('SecretsManager::Secret', {}),
      },
    };
    return roleTags(template, new Resolver(template, { Name: 'orders' }), tags.length === 0 ? 'Bare' : 'Role');
  };

  test('are what stands in the template, with what it refers to', () => {
    expect(tagsOf(['service', { 'Fn::Join': ['', ['spiffe://shop.internal/', { Ref: 'Name' }]] }], ['empty', ''])).toEqual({
      service: 'spiffe://shop.internal/orders',
      empty: '',
    });
    expect(tagsOf()).toEqual({});
  });

  test.each<[string, readonly (readonly [string, string])[]]>([
    ['a value that IAM does not take', [['service', 'ord*']]],
    ['a value that is too long', [['service', 'x'.repeat(257)]]],
    ['a key that is too long', [['x'.repeat(129), '']]],
    ["a key of AWS's own", [['aws:service', 'orders']]],
    [
      'two keys that differ in their case alone',
      [
        ['service', 'orders'],
        ['Service', 'ui'],
      ],
    ],
  ])('fail for %s', (_, tags) => {
    expect(() => tagsOf(...tags)).toThrow('Role');
  });
});

describe('the document of a policy', () => {
  const variable = {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { StringEquals: { 'aws:PrincipalTag/a': '${aws:PrincipalTag/b}' } },
  };
  const read = (document: Json): readonly unknown[] => statementsIn(document, new Resolver({}));

  test('has variables in the version that knows them', () => {
    expect(read({ Version: '2012-10-17', Statement: variable })).toEqual([variable]);
  });

  test('fails if it has them in another version', () => {
    expect(() => read({ Version: '2008-10-17', Statement: [variable] })).toThrow('variables');
    expect(() => read({ Statement: variable })).toThrow('variables');
  });
});
