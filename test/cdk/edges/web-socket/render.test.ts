import { Match } from 'aws-cdk-lib/assertions';
import type { WebSocketApiOptions } from '../../../../lib';
import { Authorizer, Edge } from '../../../../lib';
import type { RenderedStack } from '../stack-with-gateway';
import { functionIn, stackWithEdge } from '../stack-with-gateway';

const catalog = { service: 'catalog' };
const routes = { $connect: catalog, $default: { ...catalog, routeResponse: true }, join: catalog };
const chat = (options: Partial<WebSocketApiOptions> = {}): RenderedStack =>
  stackWithEdge((stack) =>
    Edge.webSocketApi({
      authorizer: Authorizer.lambda({
        handler: functionIn(stack),
        identityQueryParameter: 'token',
        contextToHeaders: { 'x-user-id': 'principalId' },
      }),
      routes,
      ...options,
    }),
  );

test('API Gateway finds the route of a message in its body, and sends it by a VPC link of version 1 to a load balancer', () => {
  const template = chat().template();
  template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
    ProtocolType: 'WEBSOCKET',
    RouteSelectionExpression: '$request.body.action',
  });
  const [linkId] = Object.keys(template.findResources('AWS::ApiGateway::VpcLink'));
  const [balancerId] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
  template.hasResourceProperties('AWS::ApiGateway::VpcLink', { TargetArns: [{ Ref: balancerId }] });
  template.resourceCountIs('AWS::ApiGatewayV2::VpcLink', 0);
  template.resourceCountIs('AWS::ApiGatewayV2::Integration', 3);
  template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'POST',
    ConnectionType: 'VPC_LINK',
    ConnectionId: { Ref: linkId },
    IntegrationUri: { 'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [balancerId, 'DNSName'] }, ':80/websocket/message/join']] },
    RequestParameters: Match.objectLike({ 'integration.request.header.x-edge-route': 'context.routeKey' }),
  });
});

test('the load balancer lets in what comes by the link, and nothing of the VPC', () => {
  const template = chat().template();
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    Scheme: 'internal',
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
  });
  const groups = template.findResources('AWS::EC2::SecurityGroup', {
    Properties: { GroupDescription: Match.stringLikeRegexp('^Load balancer') },
  });
  expect(Object.values(groups)).toHaveLength(1);
  for (const group of Object.values(groups))
    expect((group as { Properties: Readonly<Record<string, unknown>> }).Properties).not.toHaveProperty('SecurityGroupIngress');
});

test('the function is asked where a client connects, by a parameter of the query string, and may be invoked', () => {
  const template = chat().template();
  template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
    AuthorizerType: 'REQUEST',
    IdentitySource: ['route.request.querystring.token'],
    AuthorizerResultTtlInSeconds: Match.absent(),
  });
  const [authorizerId] = Object.keys(template.findResources('AWS::ApiGatewayV2::Authorizer'));
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
    RouteKey: '$connect',
    AuthorizationType: 'CUSTOM',
    AuthorizerId: { Ref: authorizerId },
  });
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'join', AuthorizationType: 'NONE', AuthorizerId: Match.absent() });
  template.hasResourceProperties('AWS::Lambda::Permission', { Principal: 'apigateway.amazonaws.com' });
});

test('a route with a response sends it to the client', () => {
  const template = chat().template();
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: '$default', RouteResponseSelectionExpression: '$default' });
  template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 1);
});

test('the stage goes live by itself, with limits and a log for which the account has a role', () => {
  const template = chat({
    throttle: { rateLimit: 50, burstLimit: 100 },
    routes: { ...routes, join: { ...catalog, throttle: { rateLimit: 5, burstLimit: 10 } } },
  }).template();
  template.hasResource('AWS::ApiGatewayV2::Stage', {
    DependsOn: Match.arrayWith(Object.keys(template.findResources('AWS::ApiGateway::Account'))),
    Properties: {
      StageName: 'prod',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      RouteSettings: { join: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 } },
      AccessLogSettings: { Format: Match.stringLikeRegexp('connectionId') },
    },
  });
});

test('without access logs, or with cloudWatchRole: false, the account is left alone', () => {
  chat({ accessLogs: false }).template().resourceCountIs('AWS::ApiGateway::Account', 0);
  chat({ cloudWatchRole: false }).template().resourceCountIs('AWS::ApiGateway::Account', 0);
});

test('the handle has the API, its stage, and both URLs', () => {
  const { stack, edge } = chat();
  expect(edge.webSocketStage?.stageName).toBe('prod');
  const [url, callbackUrl] = [edge.url, edge.callbackUrl].map((each) => JSON.stringify(stack.resolve(each)));
  expect(url).toContain('wss://');
  expect(url).toContain('/prod');
  expect(callbackUrl).toContain('https://');
  expect(callbackUrl).toContain('/prod');
  expect(edge.metricCount().metricName).toBe('MessageCount');
});

test('fails if the OpenAPI document of a WebSocket API is read, or the latency of its requests', () => {
  const { edge } = chat();
  expect(() => edge.openApiDocument).toThrow('UNSUPPORTED_BY_EDGE');
  expect(() => edge.metricLatency()).toThrow('UNSUPPORTED_BY_EDGE');
});
