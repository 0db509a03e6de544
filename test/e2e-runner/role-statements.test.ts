import { roleStatements } from '../e2e/runner/deployment/role-statements';
import type { Json, JsonObject, Template } from '../e2e/runner/intrinsics';
import { Resolver } from '../e2e/runner/intrinsics';

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
