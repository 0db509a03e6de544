import { JsonSchemaType } from 'aws-cdk-lib/aws-apigateway';
import { Match } from 'aws-cdk-lib/assertions';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import { BodySchema } from '../../../../lib/props/edge/body-schema';
import type { RestApiOptions } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import type { RenderedStack } from '../stack-with-gateway';
import { stackWithEdge } from '../stack-with-gateway';

const catalog = { service: 'catalog' };
const body = BodySchema.of({
  type: JsonSchemaType.OBJECT,
  required: ['sku'],
  properties: { sku: { ref: '#/definitions/sku' }, ref: { type: JsonSchemaType.INTEGER } },
  definitions: { sku: { type: JsonSchemaType.STRING } },
});

function render(options: Partial<RestApiOptions>): RenderedStack {
  return stackWithEdge(() => Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'GET /': catalog }, ...options }));
}

test('a body of every type must match the schema of its route, which is a model', () => {
  const template = render({ routes: { 'POST /orders': { ...catalog, validation: { body } }, 'PUT /orders': catalog } }).template();
  template.resourceCountIs('AWS::ApiGateway::Model', 1);
  template.hasResourceProperties('AWS::ApiGateway::Model', {
    ContentType: 'application/json',
    Name: Match.absent(),
    Schema: {
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      required: ['sku'],
      properties: { sku: { $ref: '#/definitions/sku' }, ref: { type: 'integer' } },
      definitions: { sku: { type: 'string' } },
    },
  });
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
    ValidateRequestBody: true,
    ValidateRequestParameters: Match.absent(),
  });
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'POST',
    RequestModels: { $default: { Ref: Match.stringLikeRegexp('POSTBody') } },
    RequestValidatorId: { Ref: Match.stringLikeRegexp('Validatorbody') },
  });
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'PUT',
    RequestModels: Match.absent(),
    RequestValidatorId: Match.absent(),
  });
});

test('bodies and parameters are looked at together, and routes with parameters alone keep their validator', () => {
  const query = ['currency'];
  const template = render({
    routes: { 'POST /a': { ...catalog, validation: { body, query } }, 'POST /b': { ...catalog, validation: { query } } },
  }).template();
  template.resourceCountIs('AWS::ApiGateway::RequestValidator', 2);
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestBody: true, ValidateRequestParameters: true });
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', {
    Name: 'parameters',
    ValidateRequestBody: Match.absent(),
    ValidateRequestParameters: true,
  });
});

test('the model of a route in a nested stack stands beside its method', () => {
  const { stack } = render({
    nestedStackPaths: ['/orders'],
    routes: { 'POST /orders': { ...catalog, validation: { body } }, 'GET /': catalog },
  });
  const models = stack.node.findAll().filter(({ node }) => node.id === '~POSTBody');
  expect(models.map(({ node }) => node.path)).toEqual([expect.stringMatching(/NestedPath|Nested|orders/)]);
});
