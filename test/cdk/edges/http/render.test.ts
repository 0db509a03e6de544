import type { Stack } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { HttpApiOptions, HttpApiRouteProps } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import type { RenderedStack } from '../stack-with-gateway';
import { resourcesOf } from '../../../support/stack';
import { functionIn, stackWithEdge } from '../stack-with-gateway';

const catalog: HttpApiRouteProps = { service: 'catalog' };
const iam = Authorizer.iam();

function render(options: Partial<HttpApiOptions> | ((stack: Stack) => Partial<HttpApiOptions>)): RenderedStack {
  return stackWithEdge((stack) =>
    Edge.httpApi({ authorizer: iam, routes: { 'GET /catalog': catalog }, ...(typeof options === 'function' ? options(stack) : options) }),
  );
}

test('the smallest edge is eight resources, with no load balancer', () => {
  const resources = Object.entries(render({}).template().toJSON().Resources as Record<string, { readonly Type: string }>);
  expect(
    resources
      .filter(([id]) => id.startsWith('Edge'))
      .map(([, { Type }]) => Type)
      .sort(),
  ).toEqual([
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Integration',
    'AWS::ApiGatewayV2::Route',
    'AWS::ApiGatewayV2::Stage',
    'AWS::ApiGatewayV2::VpcLink',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::Logs::LogGroup',
  ]);
});

describe('the way to the gateway service', () => {
  test('is one integration for all routes, straight to Cloud Map', () => {
    const template = render({ routes: { 'GET /a': catalog, 'GET /b': catalog, 'ANY /{proxy+}': { service: 'checkout' } } }).template();
    template.resourceCountIs('AWS::ApiGatewayV2::Route', 3);
    template.resourceCountIs('AWS::ApiGatewayV2::Integration', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      ConnectionType: 'VPC_LINK',
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Discovery'), 'Arn'] },
      RequestParameters: {
        'overwrite:header.x-edge-client-ip': '$context.identity.sourceIp',
        'overwrite:header.x-edge-host': '$context.domainName',
      },
    });
  });

  test('is there before the integration is: explicitly, since CloudFormation does not wait long enough for what is only referenced', () => {
    const resources = resourcesOf(render({}).template());
    const [integration] = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Integration');
    expect([integration?.DependsOn ?? []].flat().map((id) => resources[id]?.Type)).toEqual(
      expect.arrayContaining(['AWS::ApiGatewayV2::VpcLink', 'AWS::ServiceDiscovery::Service']),
    );
  });

  test('reaches one port of the gateway and nothing else', () => {
    const template = render({}).template();
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'API Gateway, by the VPC link of shop',
      SecurityGroupEgress: [
        Match.objectLike({
          FromPort: 8080,
          ToPort: 8080,
          IpProtocol: 'tcp',
          DestinationSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^GatewaySecurityGroup'), 'GroupId'] },
        }),
      ],
      SecurityGroupIngress: Match.absent(),
    });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 8080,
      ToPort: 8080,
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^GatewaySecurityGroup'), 'GroupId'] },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::VpcLink', {
      SubnetIds: [{ Ref: Match.stringLikeRegexp('Private') }, { Ref: Match.stringLikeRegexp('Private') }],
    });
  });
});

test('clients reach it by IPv4, and by IPv6 if the user says so', () => {
  const typeOf = (more: Partial<HttpApiOptions>): unknown => {
    const [api] = Object.values(render(more).template().findResources('AWS::ApiGatewayV2::Api')) as {
      Properties: Record<string, unknown>;
    }[];
    return api?.Properties['IpAddressType'];
  };
  expect(typeOf({})).toBeUndefined();
  expect(typeOf({ ipAddressType: IpAddressType.DUAL_STACK })).toBe('dualstack');
  expect(typeOf({ ipAddressType: IpAddressType.IPV4 })).toBe('ipv4');
});

describe('the stage', () => {
  test('is the default one, and no part of the URL', () => {
    const { stack, edge, template } = render({});
    expect(stack.resolve(edge.url)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^EdgeHttpApi/), 'ApiEndpoint'] });
    expect(edge.httpApi?.defaultStage).toBeDefined();
    template().hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: Match.absent(),
      RouteSettings: Match.absent(),
    });
  });

  test('has its name in the URL, but not in the path that a service gets', () => {
    const { stack, edge, template } = render({ stageName: 'live' });
    expect(stack.resolve(edge.url)).toEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^EdgeHttpApi/), 'ApiEndpoint'] }, '/live']],
    });
    template().resourceCountIs('AWS::ApiGatewayV2::Stage', 1);
    template().hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: 'live', AutoDeploy: true });
    template().hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      RequestParameters: Match.objectLike({ 'overwrite:path': '$request.path' }),
    });
  });

  test('throttles all routes, and single ones after they exist', () => {
    const template = render({
      throttle: { rateLimit: 500, burstLimit: 1000 },
      routes: { 'GET /a': catalog, 'POST /b': { ...catalog, throttle: { rateLimit: 20, burstLimit: 40 } } },
    }).template();
    template.hasResource('AWS::ApiGatewayV2::Stage', {
      Properties: {
        DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000, DetailedMetricsEnabled: true },
        RouteSettings: { 'POST /b': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40, DetailedMetricsEnabled: true } },
      },
      DependsOn: [Match.stringLikeRegexp('POSTb')],
    });
  });

  test('logs every request as JSON into a log group of its own', () => {
    render({})
      .template()
      .hasResourceProperties('AWS::ApiGatewayV2::Stage', {
        AccessLogSettings: {
          DestinationArn: { 'Fn::Join': ['', Match.arrayWith([':log-group:', { Ref: Match.stringLikeRegexp('^EdgeAccessLogs') }])] },
          Format: Match.serializedJson(Match.objectLike({ requestId: '$context.requestId', authorizerError: '$context.authorizer.error' })),
        },
      });
  });

  test('logs nothing if the user says so', () => {
    render({ accessLogs: false }).template().hasResourceProperties('AWS::ApiGatewayV2::Stage', { AccessLogSettings: Match.absent() });
  });
});

describe('authorizers', () => {
  test('JWT: issuer, audience and where the token stands', () => {
    const authorizer = Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'], name: 'staff' });
    const template = render({ authorizer, routes: { 'GET /a': catalog, 'GET /b': { ...catalog, scopes: ['read', 'write'] } } }).template();
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      Name: 'staff',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example', Audience: ['shop'] },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /b',
      AuthorizationType: 'JWT',
      AuthorizerId: { Ref: Match.stringLikeRegexp('Authorizerstaff') },
      AuthorizationScopes: ['read', 'write'],
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: 'GET /a',
      AuthorizationType: 'JWT',
      AuthorizationScopes: Match.absent(),
    });
  });

  test('Cognito: the tokens of the named clients of the user pool', () => {
    const template = render((stack) => {
      const userPool = new cognito.UserPool(stack, 'Users');
      return { authorizer: Authorizer.cognito({ userPool, userPoolClients: [userPool.addClient('Web')] }) };
    }).template();
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      JwtConfiguration: {
        Issuer: { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [Match.stringLikeRegexp('^Users'), 'ProviderName'] }]] },
        Audience: [{ Ref: Match.stringLikeRegexp('^UsersWeb') }],
      },
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'JWT' });
  });

  test('Lambda: a simple answer, cached by the header of the caller, and only this authorizer may call it', () => {
    const template = render((stack) => ({
      authorizer: Authorizer.lambda({ handler: functionIn(stack), identityHeader: 'X-Session', resultsCacheTtl: Duration.seconds(0) }),
    })).template();
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      EnableSimpleResponses: true,
      AuthorizerPayloadFormatVersion: '2.0',
      IdentitySource: ['$request.header.X-Session'],
      AuthorizerResultTtlInSeconds: 0,
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { AuthorizationType: 'CUSTOM' });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Join': [
          '',
          Match.arrayWith([
            { Ref: Match.stringLikeRegexp('^EdgeHttpApi') },
            '/authorizers/',
            { Ref: Match.stringLikeRegexp('Authorizerlambda') },
          ]),
        ],
      },
    });
  });

  test('Lambda: answers are cached for five minutes by the header Authorization and the route unless the user says otherwise', () => {
    render((stack) => ({ authorizer: Authorizer.lambda({ handler: functionIn(stack) }) }))
      .template()
      .hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
        IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
        AuthorizerResultTtlInSeconds: 300,
      });
  });

  test('IAM and none need no authorizer', () => {
    const template = render({ routes: { 'GET /a': catalog, 'GET /b': { ...catalog, authorizer: Authorizer.none() } } }).template();
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 0);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /a', AuthorizationType: 'AWS_IAM' });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'GET /b', AuthorizationType: 'NONE' });
  });
});

test('CORS is answered by API Gateway, as the user says', () => {
  render({
    cors: {
      allowOrigins: ['https://shop.example'],
      allowMethods: ['GET', 'PUT'],
      exposeHeaders: ['x-total'],
      maxAge: Duration.hours(1),
      allowCredentials: true,
    },
  })
    .template()
    .hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['https://shop.example'],
        AllowMethods: ['GET', 'PUT'],
        AllowHeaders: ['authorization', 'content-type', 'x-api-key'],
        ExposeHeaders: ['x-total'],
        MaxAge: 3600,
        AllowCredentials: true,
      },
    });
});

test('a route for every method lets preflight requests pass its authorizer', () => {
  const template = render({ cors: { allowOrigins: ['*'] }, routes: { 'ANY /{proxy+}': catalog } }).template();
  template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: 'OPTIONS /{proxy+}', AuthorizationType: 'NONE' });
  template.resourceCountIs('AWS::ApiGatewayV2::Integration', 1);
});
