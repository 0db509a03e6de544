import { Match } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { join } from 'node:path';
import { readProps } from '../../../lib/props/read-props';
import type { IHttpApiAuthorizer } from '../../../lib/props/edge/authorizer';
import { Authorizer } from '../../../lib/props/edge/authorizer';
import { Edge } from '../../../lib/props/edge/edge';
import { OpenApiDocument } from '../../../lib/props/edge/open-api-document';
import { stackWithEdge } from './stack-with-gateway';

const FILE = join(__dirname, '../../cases/openapi-as-input/minimal.yaml');

test('a REST API from a document has its methods with their authorizers, validators and models', () => {
  const template = stackWithEdge((stack) =>
    Edge.restApi({
      openApi: OpenApiDocument.fromFile(FILE),
      securitySchemes: {
        login: Authorizer.cognito({ userPool: new UserPool(stack, 'Users') }),
        partner: Authorizer.lambda({
          handler: new Function(stack, 'Partners', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline('x') }),
        }),
      },
    }),
  ).template();
  template.resourceCountIs('AWS::ApiGateway::Method', 4);
  template.resourceCountIs('AWS::ApiGateway::Authorizer', 2);
  template.resourceCountIs('AWS::ApiGateway::Model', 1);
  template.hasResourceProperties('AWS::ApiGateway::Model', {
    Schema: {
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      required: ['sku'],
      properties: { sku: { type: 'string' }, to: { $ref: '#/definitions/Address' } },
      definitions: { Address: { type: 'object' } },
    },
  });
  template.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestBody: true, ValidateRequestParameters: true });
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'POST',
    AuthorizationType: 'COGNITO_USER_POOLS',
    AuthorizationScopes: ['write'],
    AuthorizerId: { Ref: Match.stringLikeRegexp('cognito') },
    RequestModels: { $default: { Ref: Match.stringLikeRegexp('Body') } },
    RequestParameters: Match.objectLike({ 'method.request.querystring.currency': true }),
  });
  template.hasResourceProperties('AWS::ApiGateway::Method', { HttpMethod: 'DELETE', AuthorizationType: 'CUSTOM' });
  template.hasResourceProperties('AWS::ApiGateway::Method', { HttpMethod: 'ANY', AuthorizationType: 'NONE' });
});

test('an HTTP API from a document has its routes with their authorizers and scopes', () => {
  const jwt = (name: string): IHttpApiAuthorizer => Authorizer.jwt({ name, issuer: 'https://login.example.com', audience: [name] });
  const template = stackWithEdge(() =>
    Edge.httpApi({
      openApi: OpenApiDocument.fromFile(FILE, { requestValidation: false }),
      securitySchemes: { login: jwt('login'), partner: jwt('partner') },
    }),
  ).template();
  template.resourceCountIs('AWS::ApiGatewayV2::Route', 4);
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: 'POST /orders',
    AuthorizationType: 'JWT',
    AuthorizationScopes: ['write'],
    AuthorizerId: { Ref: Match.stringLikeRegexp('login') },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: 'DELETE /orders/{id}',
    AuthorizerId: { Ref: Match.stringLikeRegexp('partner') },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'ANY /assets/{proxy+}', AuthorizationType: 'NONE' });
});

describe('what a document is read as', () => {
  const read = (document: OpenApiDocument): unknown => readProps(document);

  test('a document in code is its JSON', () => {
    expect(read(OpenApiDocument.of({ openapi: '3.1.0' }))).toEqual({ kind: 'inline', text: '{"openapi":"3.1.0"}' });
  });

  test('fails if there is no such file, if it is a folder, or if the path is none', () => {
    expect(read(OpenApiDocument.fromFile('not-there.yaml'))).toEqual({
      kind: 'file',
      path: 'not-there.yaml',
      error: 'there is no such file',
    });
    expect(read(OpenApiDocument.fromFile(__dirname))).toEqual({ kind: 'file', path: __dirname, error: 'it is a folder' });
    expect(read(OpenApiDocument.fromFile(1 as unknown as string))).toEqual({ kind: 'file', path: 1 });
  });

  test('fails if a document in code holds itself', () => {
    const document: Record<string, unknown> = {};
    document['self'] = document;
    expect(read(OpenApiDocument.of(document))).toEqual({ kind: 'inline', error: expect.stringContaining('circular') as unknown });
  });
});
