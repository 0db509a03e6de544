import type { Stack } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { ResponseTransferMode } from 'aws-cdk-lib/aws-apigateway';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { RestApiOptions, RestApiRouteProps } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import type { RenderedStack } from '../stack-with-gateway';
import { resourcesOf } from '../../../support/stack';
import { functionIn, stackWithEdge } from '../stack-with-gateway';

const catalog: RestApiRouteProps = { service: 'catalog' };
const iam = Authorizer.iam();
const { BUFFERED } = ResponseTransferMode;

function render(options: Partial<RestApiOptions> | ((stack: Stack) => Partial<RestApiOptions>), traced = true): RenderedStack {
  return stackWithEdge(
    (stack) =>
      Edge.restApi({ authorizer: iam, routes: { 'GET /': catalog }, ...(typeof options === 'function' ? options(stack) : options) }),
    { traced },
  );
}

test('the smallest edge is twelve resources beside the role for logs, and no output that the user did not ask for', () => {
  const template = render({ accessLogs: true }).template().toJSON() as {
    readonly Resources: Record<string, { readonly Type: string }>;
    readonly Outputs?: unknown;
  };
  expect(
    Object.entries(template.Resources)
      .filter(([id]) => id.startsWith('Edge'))
      .map(([, { Type }]) => Type)
      .sort(),
  ).toEqual([
    'AWS::ApiGateway::Deployment',
    'AWS::ApiGateway::Method',
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGateway::Stage',
    'AWS::ApiGatewayV2::VpcLink',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::ElasticLoadBalancingV2::Listener',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
  ]);
  expect(template.Outputs).toBeUndefined();
});

test('clients reach it by IPv4, and by IPv6 if the user says so; the load balancer inside the VPC stays IPv4', () => {
  const typeOf = (more: Partial<RestApiOptions>): unknown => {
    const template = render(more).template();
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { IpAddressType: Match.absent() });
    const [api] = Object.values(template.findResources('AWS::ApiGateway::RestApi')) as { Properties: Record<string, unknown> }[];
    return api?.Properties['EndpointConfiguration'];
  };
  expect(typeOf({})).toEqual({ Types: ['REGIONAL'] });
  expect(typeOf({ ipAddressType: apigateway.IpAddressType.DUAL_STACK })).toEqual({ IpAddressType: 'dualstack', Types: ['REGIONAL'] });
  expect(typeOf({ ipAddressType: apigateway.IpAddressType.IPV4 })).toEqual({ IpAddressType: 'ipv4', Types: ['REGIONAL'] });
});

describe('the way to the gateway service', () => {
  test('is a VPC link of version 2 to a load balancer, with the path of the client', () => {
    const template = render({ routes: { 'GET /catalog/{id}': catalog, 'ANY /{proxy+}': { service: 'checkout' } } }).template();
    template.resourceCountIs('AWS::ApiGateway::VpcLink', 0);
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'GET',
      RequestParameters: { 'method.request.path.id': true },
      Integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'GET',
        ConnectionType: 'VPC_LINK',
        ConnectionId: { Ref: Match.stringLikeRegexp('^EdgeVpcLink') },
        IntegrationTarget: { Ref: Match.stringLikeRegexp('^EdgeLoadBalancer') },
        Uri: { 'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [Match.stringLikeRegexp('^EdgeLoadBalancer'), 'DNSName'] }, '/catalog/{id}']] },
        RequestParameters: {
          'integration.request.path.id': 'method.request.path.id',
          'integration.request.header.x-edge-client-ip': 'context.identity.sourceIp',
          'integration.request.header.x-edge-host': 'context.domainName',
        },
      },
    });
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'ANY',
      Integration: { IntegrationHttpMethod: 'ANY', Uri: { 'Fn::Join': ['', Match.arrayWith(['/{proxy}'])] } },
    });
  });

  test('opens one port from the VPC link to the load balancer, and one from there to the gateway', () => {
    const template = render({}).template();
    const group = (name: string): object => ({ 'Fn::GetAtt': [Match.stringLikeRegexp(name), 'GroupId'] });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 2);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 80,
      ToPort: 80,
      GroupId: group('^EdgeLoadBalancerSecurityGroup'),
      SourceSecurityGroupId: group('^EdgeVpcLinkSecurityGroup'),
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 8080,
      ToPort: 8080,
      GroupId: group('^GatewaySecurityGroup'),
      SourceSecurityGroupId: group('^EdgeLoadBalancerSecurityGroup'),
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('VPC link'),
      SecurityGroupEgress: [Match.objectLike({ FromPort: 80, DestinationSecurityGroupId: group('^EdgeLoadBalancer') })],
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('Load balancer'),
      SecurityGroupEgress: [Match.objectLike({ FromPort: 8080, DestinationSecurityGroupId: group('^Gateway') })],
    });
  });

  test('is an internal load balancer across zones that ECS fills with the gateway’s tasks', () => {
    const template = render({}).template();
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internal',
      Type: 'network',
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }]),
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Port: 8080,
      Protocol: 'TCP',
      TargetType: 'ip',
      TargetGroupAttributes: Match.arrayWith([
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        { Key: 'preserve_client_ip.enabled', Value: 'false' },
      ]),
    });
    template.hasResource('AWS::ECS::Service', {
      Properties: {
        LoadBalancers: [{ ContainerName: 'envoy', ContainerPort: 8080, TargetGroupArn: { Ref: Match.stringLikeRegexp('^EdgeTargets') } }],
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^EdgeLoadBalancerListener')]),
    });
  });

  test('is there before any method is: explicitly, since CloudFormation does not wait long enough for what is only referenced', () => {
    const resources = resourcesOf(
      render({ cors: { allowOrigins: ['*'] }, routes: { 'GET /': catalog, 'ANY /a': catalog, 'POST /a/{id}': catalog } }).template(),
    );
    const methods = Object.values(resources).filter(
      ({ Type, Properties }) => Type === 'AWS::ApiGateway::Method' && Properties?.['HttpMethod'] !== 'OPTIONS',
    );
    expect(methods).toHaveLength(3);
    for (const { DependsOn = [] } of methods) {
      expect([DependsOn].flat().map((id) => resources[id]?.Type)).toEqual(
        expect.arrayContaining([
          'AWS::ElasticLoadBalancingV2::LoadBalancer',
          'AWS::ElasticLoadBalancingV2::Listener',
          'AWS::ApiGatewayV2::VpcLink',
        ]),
      );
    }
  });

  test('leaves bodies of every type as they are', () => {
    render({})
      .template()
      .hasResourceProperties('AWS::ApiGateway::RestApi', { BinaryMediaTypes: ['*/*'], EndpointConfiguration: { Types: ['REGIONAL'] } });
  });
});

describe('the stage', () => {
  test('has its name in the URL', () => {
    const { stack, edge } = render({ stageName: 'live' });
    expect(JSON.stringify(stack.resolve(edge.url))).toMatch(/EdgeRestApi.*execute-api.*\/live/);
    expect(JSON.stringify(stack.resolve(edge.url))).not.toMatch(/\/"\]\]}$/);
    expect(edge.restApi).toBeDefined();
  });

  test.each([[true], [false]])('traces if the mesh does: %s', (traced) => {
    render({}, traced).template().hasResourceProperties('AWS::ApiGateway::Stage', { StageName: 'prod', TracingEnabled: traced });
  });

  test('throttles all methods and single ones', () => {
    render({
      throttle: { rateLimit: 500, burstLimit: 1000 },
      routes: {
        'GET /': { ...catalog, throttle: { rateLimit: 1, burstLimit: 2 } },
        'ANY /a/{proxy+}': { ...catalog, throttle: { rateLimit: 3, burstLimit: 4 } },
        'POST /a/{proxy+}': catalog,
        'GET /b': catalog,
      },
    })
      .template()
      .hasResourceProperties('AWS::ApiGateway::Stage', {
        MethodSettings: [
          Match.objectLike({ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 }),
          ...['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT'].map((method) =>
            Match.objectLike({ ResourcePath: '/~1a~1{proxy+}', HttpMethod: method, ThrottlingRateLimit: 3, ThrottlingBurstLimit: 4 }),
          ),
          Match.objectLike({ ResourcePath: '/', HttpMethod: 'GET', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 }),
        ],
      });
  });

  test('logs every request as JSON, with a role that stays for the other APIs of the account', () => {
    const template = render({}).template();
    template.hasResource('AWS::ApiGateway::Stage', {
      Properties: {
        AccessLogSetting: {
          DestinationArn: { 'Fn::Join': ['', Match.arrayWith([':log-group:', { Ref: Match.stringLikeRegexp('^Logs') }])] },
          Format: Match.serializedJson(Match.objectLike({ requestId: '$context.requestId', xrayTraceId: '$context.xrayTraceId' })),
        },
      },
      DependsOn: [Match.stringLikeRegexp('Account')],
    });
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResource('AWS::IAM::Role', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        AssumeRolePolicyDocument: Match.objectLike({
          Statement: [Match.objectLike({ Principal: { Service: 'apigateway.amazonaws.com' } })],
        }),
      }),
    });
  });

  test.each<[string, Partial<RestApiOptions>]>([
    ['no logs', { accessLogs: false }],
    ['a role that somebody else sets', { cloudWatchRole: false }],
  ])('with %s leaves the settings of the account alone', (_, options) => {
    const template = render(options).template();
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
    const roles = JSON.stringify(template.findResources('AWS::IAM::Role'));
    expect(roles).not.toContain('apigateway.amazonaws.com');
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      AccessLogSetting: options.accessLogs === false ? Match.absent() : Match.anyValue(),
    });
  });
});

describe('how long the API waits', () => {
  test.each<[string, Partial<RestApiOptions>, object]>([
    ['is left to API Gateway by default', {}, { TimeoutInMillis: Match.absent(), ResponseTransferMode: Match.absent() }],
    ['is that of the edge', { timeout: Duration.seconds(20) }, { TimeoutInMillis: 20_000 }],
    [
      'is that of the route before that of the edge',
      { timeout: Duration.seconds(20), routes: { 'GET /': { ...catalog, timeout: Duration.millis(1500) } } },
      { TimeoutInMillis: 1500 },
    ],
    [
      'is 15 minutes for responses that are streamed',
      { responseTransferMode: ResponseTransferMode.STREAM },
      { TimeoutInMillis: 900_000, ResponseTransferMode: 'STREAM' },
    ],
    [
      'is less for responses that are streamed, if the user says so',
      { responseTransferMode: ResponseTransferMode.STREAM, timeout: Duration.minutes(2) },
      { TimeoutInMillis: 120_000, ResponseTransferMode: 'STREAM' },
    ],
    [
      'is its own for a route that is not streamed',
      { responseTransferMode: ResponseTransferMode.STREAM, routes: { 'GET /': { ...catalog, responseTransferMode: BUFFERED } } },
      { TimeoutInMillis: Match.absent(), ResponseTransferMode: Match.absent() },
    ],
  ])('%s', (_, options, integration) => {
    render(options)
      .template()
      .hasResourceProperties('AWS::ApiGateway::Method', { Integration: Match.objectLike(integration) });
  });

  test.each<[string, Partial<RestApiOptions>, string]>([
    ['by default', {}, '30'],
    ['for as long as a quota can be', { timeout: Duration.minutes(5) }, '301'],
    // Nothing may be sent on it for five minutes, and it is made to be opened again.
    ['for a stream', { responseTransferMode: ResponseTransferMode.STREAM }, '30'],
  ])('%s, the load balancer ends no request earlier', (_, options, delay) => {
    const template = render(options).template();
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      TargetGroupAttributes: Match.arrayWith([{ Key: 'deregistration_delay.timeout_seconds', Value: delay }]),
    });
    // Its own 350 seconds.
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { ListenerAttributes: Match.absent() });
  });
});

describe('authorizers', () => {
  test('Cognito: the user pool, with scopes by method', () => {
    const template = render((stack) => ({
      authorizer: Authorizer.cognito({ userPool: new cognito.UserPool(stack, 'Users') }),
      routes: { 'GET /a': catalog, 'GET /b': { ...catalog, scopes: ['shop/read'] } },
    })).template();
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 1);
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'COGNITO_USER_POOLS',
      Name: 'cognito',
      IdentitySource: 'method.request.header.Authorization',
      ProviderARNs: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Users'), 'Arn'] }],
    });
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'COGNITO_USER_POOLS',
      AuthorizationScopes: ['shop/read'],
      AuthorizerId: { Ref: Match.stringLikeRegexp('Authorizercognito') },
    });
  });

  test('Lambda: a request authorizer, and only it may call the function', () => {
    const template = render((stack) => ({
      authorizer: Authorizer.lambda({
        handler: functionIn(stack),
        identityHeader: 'X-Session',
        resultsCacheTtl: Duration.minutes(1),
        name: 'sessions',
      }),
    })).template();
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      Name: 'sessions',
      IdentitySource: 'method.request.header.X-Session,context.httpMethod,context.resourcePath',
      AuthorizerResultTtlInSeconds: 60,
    });
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: Match.stringLikeRegexp('Authorizersessions') },
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Join': [
          '',
          Match.arrayWith([
            { Ref: Match.stringLikeRegexp('^EdgeRestApi') },
            '/authorizers/',
            { Ref: Match.stringLikeRegexp('Authorizersessions') },
          ]),
        ],
      },
    });
  });

  test('API keys: one is made, and the usage plan has the limit of the edge for each', () => {
    const { edge, template } = render({ authorizer: Authorizer.apiKey(), throttle: { rateLimit: 5, burstLimit: 10 } });
    expect(edge.usagePlan).toBeDefined();
    template().resourceCountIs('AWS::ApiGateway::ApiKey', 1);
    template().resourceCountIs('AWS::ApiGateway::UsagePlanKey', 1);
    template().hasResourceProperties('AWS::ApiGateway::UsagePlan', {
      Throttle: { RateLimit: 5, BurstLimit: 10 },
      ApiStages: [{ ApiId: { Ref: Match.stringLikeRegexp('^EdgeRestApi') }, Stage: Match.anyValue() }],
    });
    template().hasResourceProperties('AWS::ApiGateway::Method', { ApiKeyRequired: true, AuthorizationType: 'NONE' });
  });

  test("API keys: the user's own, once each", () => {
    const template = render((stack) => {
      const keys = ['Web', 'App'].map((name) => new apigateway.ApiKey(stack, name));
      return { routes: { 'GET /': { ...catalog, authorizer: Authorizer.apiKey({ keys: [...keys, ...keys] }) } } };
    }).template();
    template.resourceCountIs('AWS::ApiGateway::ApiKey', 2);
    template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 2);
    template.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Throttle: Match.absent() });
  });

  test('IAM and none need no authorizer', () => {
    const template = render({ routes: { 'GET /a': catalog, 'GET /b': { ...catalog, authorizer: Authorizer.none() } } }).template();
    template.resourceCountIs('AWS::ApiGateway::Authorizer', 0);
    template.resourceCountIs('AWS::ApiGateway::UsagePlan', 0);
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'AWS_IAM' }, 1);
    template.resourcePropertiesCountIs('AWS::ApiGateway::Method', { AuthorizationType: 'NONE' }, 1);
  });
});

describe('CORS', () => {
  test('preflight requests are answered without credentials, and although all types are binary', () => {
    const template = render({
      cors: { allowOrigins: ['https://a.example', 'https://b.example'] },
      routes: { 'ANY /{proxy+}': catalog },
    }).template();
    template.hasResourceProperties('AWS::ApiGateway::Method', {
      HttpMethod: 'OPTIONS',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'MOCK',
        ContentHandling: 'CONVERT_TO_TEXT',
        IntegrationResponses: [
          Match.objectLike({
            StatusCode: '204',
            ResponseParameters: Match.objectLike({ 'method.response.header.Access-Control-Allow-Origin': "'https://a.example'" }),
            ResponseTemplates: { 'application/json': Match.stringLikeRegexp('https://b.example') },
          }),
        ],
      },
      MethodResponses: [
        Match.objectLike({
          StatusCode: '204',
          ResponseParameters: Match.objectLike({ 'method.response.header.Access-Control-Allow-Origin': true }),
        }),
      ],
    });
  });

  test.each([['DEFAULT_4XX'], ['DEFAULT_5XX']])('a page can read %s', (responseType) => {
    render({ cors: { allowOrigins: ['https://a.example'] } })
      .template()
      .hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
        ResponseType: responseType,
        ResponseParameters: Match.objectLike({ 'gatewayresponse.header.Access-Control-Allow-Origin': "'https://a.example'" }),
      });
  });

  test('costs nothing unless the user asks for it', () => {
    const template = render({}).template();
    template.resourceCountIs('AWS::ApiGateway::GatewayResponse', 0);
    template.resourceCountIs('AWS::ApiGateway::Method', 1);
  });
});
