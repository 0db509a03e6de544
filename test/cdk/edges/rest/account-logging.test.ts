import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Authorizer, Edge, Microservices } from '../../../../lib';
import type { RestApiOptions } from '../../../../lib';
import { service } from '../../../support/stack';

const rest = (options: Partial<RestApiOptions> = {}): Edge =>
  Edge.restApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'ui' } }, ...options });
const services = { ui: service() };

function synthesize(...systems: readonly Readonly<Record<string, Edge>>[]): Template {
  const stack = new Stack(new App(), 'Stack');
  systems.forEach((edges, index) => new Microservices(stack, `Shop${index}`, { services, edges, domain: `shop${index}.internal` }));
  return Template.fromStack(stack);
}

const ROLE = { AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'apigateway.amazonaws.com' } })] } };
const counts = (template: Template): readonly number[] => [
  Object.keys(template.findResources('AWS::ApiGateway::Account')).length,
  Object.keys(template.findResources('AWS::IAM::Role', { Properties: ROLE })).length,
];

test.each<[string, readonly Readonly<Record<string, Edge>>[]]>([
  ['one edge', [{ default: rest() }]],
  ['two edges', [{ default: rest(), partners: rest() }]],
  ['two systems', [{ default: rest() }, { default: rest() }]],
  ['edges of which one leaves it to others', [{ default: rest({ cloudWatchRole: false }), partners: rest() }]],
])('a stack with %s sets the role for logs of the account once', (_, systems) => {
  expect(counts(synthesize(...systems))).toEqual([1, 1]);
});

test('the stages that log wait for the role, and the role for an API, without which no account has settings', () => {
  const template = synthesize({ default: rest(), partners: rest() });
  const [id, account] = Object.entries(template.findResources('AWS::ApiGateway::Account'))[0] ?? [];
  const apis = Object.keys(template.findResources('AWS::ApiGateway::RestApi'));
  expect((account as { readonly DependsOn: readonly string[] }).DependsOn).toEqual(expect.arrayContaining(apis));
  const stages = Object.values(template.findResources('AWS::ApiGateway::Stage'));
  expect(stages).toHaveLength(2);
  for (const stage of stages) expect((stage as { readonly DependsOn: readonly string[] }).DependsOn).toContain(id);
});

test('the role and the setting stay when the stack goes, for the APIs of other stacks', () => {
  const template = synthesize({ default: rest() });
  const stays = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  template.hasResource('AWS::ApiGateway::Account', stays);
  template.hasResource('AWS::IAM::Role', { ...stays, Properties: ROLE });
});

test('a second edge changes nothing of the role', () => {
  const resources = (template: Template): unknown => ({
    ...Object.fromEntries(Object.entries(template.findResources('AWS::IAM::Role', { Properties: ROLE }))),
    ids: Object.keys(template.findResources('AWS::ApiGateway::Account')),
  });
  expect(resources(synthesize({ default: rest(), partners: rest() }))).toEqual(resources(synthesize({ default: rest() })));
});

test('fails if cloudWatchRole is asked of an HTTP API, which logs without a role', () => {
  const options = { authorizer: Authorizer.none(), routes: { 'GET /': { service: 'ui' } }, cloudWatchRole: false };
  expect(() => synthesize({ default: Edge.httpApi(options) })).toThrow(
    'edges.default.cloudWatchRole: only Edge.restApi() has it: an HTTP API needs no role to write access logs [UNSUPPORTED_BY_EDGE]',
  );
});
