import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { RestApiOptions } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import type { RenderedStack } from '../stack-with-gateway';
import { stackWithEdge } from '../stack-with-gateway';

const catalog = { service: 'catalog' };

function render(options: Partial<RestApiOptions>): RenderedStack {
  return stackWithEdge(() => Edge.restApi({ authorizer: Authorizer.iam(), routes: { 'GET /': catalog }, ...options }));
}

describe('a cache', () => {
  const cached = (): RenderedStack =>
    render({
      authorizer: Authorizer.apiKey(),
      cache: { clusterSize: '1.6', ttl: Duration.minutes(1) },
      throttle: { rateLimit: 500, burstLimit: 1000 },
      routes: { 'GET /catalog/{id}': { ...catalog, cache: { query: ['page'] } }, 'POST /catalog': catalog },
    });

  test('is one of the stage, in which only what says so is kept, encrypted, with the limits that it had', () => {
    cached()
      .template()
      .hasResourceProperties('AWS::ApiGateway::Stage', {
        CacheClusterEnabled: true,
        CacheClusterSize: '1.6',
        MethodSettings: [
          {
            HttpMethod: '*',
            ResourcePath: '/*',
            CachingEnabled: false,
            ThrottlingRateLimit: 500,
            ThrottlingBurstLimit: 1000,
            MetricsEnabled: true,
          },
          {
            HttpMethod: 'GET',
            ResourcePath: '/~1catalog~1{id}',
            CachingEnabled: true,
            CacheTtlInSeconds: 60,
            CacheDataEncrypted: true,
            ThrottlingRateLimit: 500,
            ThrottlingBurstLimit: 1000,
            MetricsEnabled: true,
          },
        ],
      });
  });

  test('has a key of declared parameters, and requests without what tells clients apart are refused', () => {
    const template = cached().template();
    template.resourceCountIs('AWS::ApiGateway::RequestValidator', 1);
    template.hasResourceProperties('AWS::ApiGateway::RequestValidator', { ValidateRequestParameters: true });
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'GET',
      RequestValidatorId: { Ref: Match.stringLikeRegexp('Validator') },
      RequestParameters: {
        'method.request.path.id': true,
        'method.request.querystring.page': false,
        'method.request.header.x-api-key': true,
      },
      Integration: {
        CacheKeyParameters: ['method.request.path.id', 'method.request.querystring.page', 'method.request.header.x-api-key'],
      },
    });
    template.hasResourceProperties('AWS::ApiGateway::Method', { HttpMethod: 'POST', RequestValidatorId: Match.absent() });
  });

  test('of no edge is there by default', () => {
    const template = render({}).template();
    template.resourceCountIs('AWS::ApiGateway::RequestValidator', 0);
    template.hasResourceProperties('AWS::ApiGateway::Stage', { CacheClusterEnabled: Match.absent(), MethodSettings: Match.absent() });
  });
});

test('errors of API Gateway have one body with the ID of the request, beside the headers of CORS', () => {
  const template = render({ detailedErrors: true, cors: { allowOrigins: ['https://shop.example'] } }).template();
  template.resourceCountIs('AWS::ApiGateway::GatewayResponse', 2);
  for (const ResponseType of ['DEFAULT_4XX', 'DEFAULT_5XX'])
    template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType,
      StatusCode: Match.absent(),
      ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'https://shop.example'" },
      ResponseTemplates: {
        'application/json':
          '{"message":$context.error.messageString,"type":"$context.error.responseType","requestId":"$context.requestId"}',
      },
    });
  const errors = (options: Partial<RestApiOptions>): readonly string[] =>
    Object.keys(render(options).template().findResources('AWS::ApiGateway::GatewayResponse'));
  // API Gateway takes one response of a type: another logical ID would be a second one while the first is there.
  expect(errors({ detailedErrors: true })).toEqual(errors({ cors: { allowOrigins: ['*'] } }));
});
