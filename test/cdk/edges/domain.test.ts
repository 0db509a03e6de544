import type { Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Authorizer, Edge } from '../../../lib';
import type { HttpApiOptions, RestApiOptions, WebSocketApiOptions } from '../../../lib';
import { stackWithEdge } from './stack-with-gateway';

const zoneIn = (stack: Stack) => HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
const certificateIn = (stack: Stack, id = 'Given') =>
  acm.Certificate.fromCertificateArn(stack, id, `arn:aws:acm:eu-west-1:111122223333:certificate/${id}`);
const bucketIn = (stack: Stack) => Bucket.fromBucketName(stack, 'Stores', 'trust-stores');
const routes = { 'GET /orders': { service: 'catalog' } };
const authorizer = Authorizer.none();

const http = (options: (stack: Stack) => Partial<HttpApiOptions>) =>
  stackWithEdge((stack) => Edge.httpApi({ authorizer, routes, ...options(stack) }));
const rest = (options: (stack: Stack) => Partial<RestApiOptions>) =>
  stackWithEdge((stack) => Edge.restApi({ authorizer, routes, ...options(stack) }));
const webSocket = (options: (stack: Stack) => Partial<WebSocketApiOptions>) =>
  stackWithEdge((stack) => Edge.webSocketApi({ authorizer, routes: { $connect: { service: 'catalog' } }, ...options(stack) }));
const inZone = (stack: Stack) => ({ domain: { domainName: 'api.example.com', hostedZone: zoneIn(stack) } });

describe.each([
  ['an HTTP API', http, 'AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::Api', 'https'],
  ['a REST API', rest, 'AWS::ApiGateway::DomainName', 'AWS::ApiGateway::RestApi', 'https'],
  ['a WebSocket API', webSocket, 'AWS::ApiGatewayV2::DomainName', 'AWS::ApiGatewayV2::Api', 'wss'],
] as const)('the domain of %s', (_, render, type, apiType, scheme) => {
  test('has a certificate that the hosted zone shows to be yours, and a record', () => {
    const { template, edge } = render(inZone);
    const made = template();
    made.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'api.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'api.example.com', HostedZoneId: 'Z1' }],
    });
    made.hasResourceProperties(type, { DomainName: 'api.example.com' });
    made.resourceCountIs('AWS::Route53::RecordSet', 1);
    made.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'api.example.com.',
      Type: 'A',
      HostedZoneId: 'Z1',
      AliasTarget: { DNSName: { 'Fn::GetAtt': Match.arrayWith(['RegionalDomainName']) } },
    });
    expect(edge.url).toBe(`${scheme}://api.example.com`);
  });

  test('leads to the stage, before the record leads to it', () => {
    const made = render(inZone).template();
    const [mapping] = Object.entries(made.findResources('AWS::ApiGatewayV2::ApiMapping'));
    expect(mapping?.[1].Properties).toMatchObject({ ApiId: { Ref: expect.any(String) as string } });
    expect(mapping?.[1].Properties).not.toHaveProperty('ApiMappingKey');
    made.hasResource('AWS::Route53::RecordSet', { DependsOn: Match.arrayWith([mapping?.[0] ?? '']) });
  });

  test('is the only way in, unless the other one is asked for', () => {
    render(inZone).template().hasResourceProperties(apiType, { DisableExecuteApiEndpoint: true });
    const open = render((stack) => ({ ...inZone(stack), executeApiEndpoint: true })).template();
    expect(JSON.stringify(open.findResources(apiType))).not.toContain('"DisableExecuteApiEndpoint":true');
  });

  test('has the certificate that you give, and no record without a zone', () => {
    const made = render((stack) => ({ domain: { domainName: 'api.example.com', certificate: certificateIn(stack) } })).template();
    made.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    made.resourceCountIs('AWS::Route53::RecordSet', 0);
    expect(JSON.stringify(made.findResources(type))).toContain('certificate/Given');
  });

  test('may have the API at a path of any length', () => {
    const { template, edge } = render((stack) => ({ domain: { ...inZone(stack).domain, basePath: '/shop/v1' } }));
    template().hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { ApiMappingKey: 'shop/v1' });
    expect(edge.url).toBe(`${scheme}://api.example.com/shop/v1`);
  });

  test('moves its mapping where the path changes, and makes no other one', () => {
    const ids = ['/v1', '/v2'].map((basePath) =>
      Object.keys(
        render((stack) => ({ domain: { ...inZone(stack).domain, basePath } }))
          .template()
          .findResources('AWS::ApiGatewayV2::ApiMapping'),
      ),
    );
    expect(ids[0]).toEqual(ids[1]);
  });
});

test.each([
  ['an HTTP API', http, 'AWS::ApiGatewayV2::DomainName'],
  ['a REST API', rest, 'AWS::ApiGateway::DomainName'],
] as const)('the domain of %s asks clients for certificates of the trust store', (_, render, type) => {
  const made = render((stack) => ({
    domain: {
      domainName: 'api.example.com',
      certificate: certificateIn(stack),
      mutualTls: { bucket: bucketIn(stack), key: 'partners.pem', version: '7', ownershipCertificate: certificateIn(stack, 'Owner') },
    },
  })).template();
  made.hasResourceProperties(type, {
    MutualTlsAuthentication: { TruststoreUri: 's3://trust-stores/partners.pem', TruststoreVersion: '7' },
  });
  expect(JSON.stringify(made.findResources(type))).toMatch(/"OwnershipVerificationCertificateArn":"[^"]*Owner"/);
});

test('clients with IPv6 addresses find the domain, too', () => {
  const made = [
    http((stack) => ({ ...inZone(stack), ipAddressType: apigwv2.IpAddressType.DUAL_STACK })).template(),
    rest((stack) => ({ ...inZone(stack), ipAddressType: apigateway.IpAddressType.DUAL_STACK })).template(),
    webSocket((stack) => ({ ...inZone(stack), ipAddressType: apigwv2.IpAddressType.DUAL_STACK })).template(),
  ];
  for (const template of made) template.hasResourceProperties('AWS::Route53::RecordSet', { Type: 'AAAA', Name: 'api.example.com.' });
  made[0]?.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
    DomainNameConfigurations: [Match.objectLike({ IpAddressType: 'dualstack' })],
  });
  made[1]?.hasResourceProperties('AWS::ApiGateway::DomainName', {
    EndpointConfiguration: { IpAddressType: 'dualstack', Types: ['REGIONAL'] },
  });
});

test('TLS is 1.2 or later, or 1.3 alone, of domain and REST API alike', () => {
  http(inZone)
    .template()
    .hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainNameConfigurations: [Match.objectLike({ SecurityPolicy: 'TLS_1_2', EndpointType: 'REGIONAL' })],
    });
  const usual = rest(inZone).template();
  usual.hasResourceProperties('AWS::ApiGateway::DomainName', { SecurityPolicy: 'TLS_1_2', EndpointAccessMode: Match.absent() });
  usual.hasResourceProperties('AWS::ApiGateway::RestApi', { SecurityPolicy: Match.absent() });
  const newest = rest((stack) => ({
    domain: { ...inZone(stack).domain, securityPolicy: apigateway.SecurityPolicy.TLS13_1_3_2025_09 },
  })).template();
  const policy = { SecurityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09', EndpointAccessMode: 'STRICT' };
  newest.hasResourceProperties('AWS::ApiGateway::DomainName', policy);
  newest.hasResourceProperties('AWS::ApiGateway::RestApi', policy);
});

test('a REST API whose own name is switched off is deployed anew, so that it holds', () => {
  const deployment = (open: boolean) =>
    Object.keys(
      rest((stack) => ({ ...inZone(stack), executeApiEndpoint: open }))
        .template()
        .findResources('AWS::ApiGateway::Deployment'),
    );
  expect(deployment(false)).not.toEqual(deployment(true));
});

test('the handle has the domain, for records of your own', () => {
  expect(http(inZone).edge.httpApiDomain).toBeInstanceOf(apigwv2.DomainName);
  expect(rest(inZone).edge.restApiDomain).toBeInstanceOf(apigateway.DomainName);
  expect(webSocket(inZone).edge.webSocketApiDomain).toBeInstanceOf(apigwv2.DomainName);
  expect(http(() => ({})).edge.httpApiDomain).toBeUndefined();
});

test('services of a WebSocket API get the URL for messages to connections in a header of each request, as the handle has it', () => {
  const urls = (executeApiEndpoint: boolean): readonly string[] => {
    const { template, edge, stack } = webSocket((scope) => ({
      domain: { ...inZone(scope).domain, basePath: '/chat' },
      executeApiEndpoint,
    }));
    const told = Object.values(template().findResources('AWS::ApiGatewayV2::Integration')).map(({ Properties }) =>
      JSON.stringify(
        (Properties as { RequestParameters: Readonly<Record<string, unknown>> }).RequestParameters[
          'integration.request.header.x-edge-identity-callback-55rl'
        ],
      ),
    );
    expect(told).toEqual([JSON.stringify(stack.resolve(`'${edge.callbackUrl ?? ''}'`))]);
    return told;
  };
  expect(urls(false)).toEqual([`"'https://api.example.com/chat'"`]);
  expect(urls(true).join()).toMatch(/execute-api.*\/prod'/);
});
