import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ArnPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RestApiOptions } from '../../../../lib';
import { Authorizer, Edge, Microservices, Placement } from '../../../../lib';
import type { RenderedStack } from '../stack-with-gateway';
import { stackWithEdge } from '../stack-with-gateway';

const routes = { 'GET /catalog/{id}': { service: 'catalog' } };
const rest = (options: (stack: Stack) => Partial<RestApiOptions> = () => ({})): RenderedStack =>
  stackWithEdge((stack) => Edge.restApi({ authorizer: Authorizer.none(), routes, privateApi: {}, ...options(stack) }));
const ANYBODY = { AWS: '*' };
const everything = { Principal: ANYBODY, Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
const given = (stack: Stack, id: string): ReturnType<typeof InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes> =>
  InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, { vpcEndpointId: `vpce-${id}`, port: 443 });

test('an endpoint in the VPC of the system is the only way to a private API', () => {
  const { template, edge, stack } = rest();
  const made = template();
  const [endpointId = ''] = Object.keys(made.findResources('AWS::EC2::VPCEndpoint'));
  made.hasResourceProperties('AWS::EC2::VPCEndpoint', {
    ServiceName: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('execute-api')])] },
    VpcEndpointType: 'Interface',
    PrivateDnsEnabled: false,
  });
  made.hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [{ Ref: endpointId }] },
    Policy: {
      Statement: [
        { Effect: 'Allow', ...everything },
        { Effect: 'Deny', ...everything, Condition: { StringNotEquals: { 'aws:SourceVpce': [{ Ref: endpointId }] } } },
      ],
    },
  });
  const url = JSON.stringify(stack.resolve(edge.url));
  expect(url).toMatch(/"https:\/\/",\{"Ref":"[^"]+"\},"-",\{"Ref":"[^"]+"\},"\.execute-api\./);
  expect(url).toContain(endpointId);
});

test('its endpoint lets nobody in but whom you name', () => {
  const closed = rest().template();
  closed.hasResourceProperties('AWS::EC2::SecurityGroup', {
    GroupDescription: Match.stringLikeRegexp('^Endpoint of the private API'),
    SecurityGroupIngress: Match.absent(),
  });
  const { template, edge, stack } = rest();
  edge.vpcEndpoint?.connections.allowDefaultPortFrom(SecurityGroup.fromSecurityGroupId(stack, 'Client', 'sg-client'));
  template().hasResourceProperties('AWS::EC2::SecurityGroupIngress', { SourceSecurityGroupId: 'sg-client', FromPort: 443, ToPort: 443 });
});

test('no service waits for it, so that a group with a private API and one with its services make no circle', () => {
  const stack = new Stack(new App(), 'Shop');
  const image = ContainerImage.fromRegistry('example/app');
  new Microservices(stack, 'Shop', {
    groups: { apis: Placement.nestedStack(), shop: Placement.nestedStack() },
    services: { orders: { image, port: 8080, group: 'shop' } },
    edge: Edge.restApi({ authorizer: Authorizer.iam(), group: 'apis', privateApi: {}, routes: { 'GET /orders': { service: 'orders' } } }),
  });
  const templates = Stack.of(stack)
    .node.findAll()
    .filter((child): child is Stack => Stack.isStack(child))
    .map((child) => Template.fromStack(child));
  const found = templates.flatMap((template) =>
    Object.entries(template.findResources('AWS::EC2::VPCEndpoint'))
      .filter(([, endpoint]) => JSON.stringify(endpoint).includes('execute-api'))
      .map(([id]) => id),
  );
  const services = templates.flatMap((template) => Object.values(template.findResources('AWS::ECS::Service')));
  expect(found).toHaveLength(1);
  expect(services).toHaveLength(2);
  expect(JSON.stringify(services)).not.toContain(found[0]);
});

test('endpoints that you give are all ways in, and the first one is in the URL', () => {
  const { template, edge } = rest((stack) => ({ privateApi: { vpcEndpoints: [given(stack, 'a'), given(stack, 'b')] } }));
  const made = template();
  made.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  made.hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-a', 'vpce-b'] },
    Policy: {
      Statement: Match.arrayWith([
        { Effect: 'Deny', ...everything, Condition: { StringNotEquals: { 'aws:SourceVpce': ['vpce-a', 'vpce-b'] } } },
      ]),
    },
  });
  expect(edge.url).toContain('-vpce-a.execute-api.');
  expect(edge.vpcEndpoint?.vpcEndpointId).toBe('vpce-a');
});

test('addresses of its clients are those in VPCs', () => {
  rest(() => ({ allowedIpRanges: ['10.0.0.0/8'] }))
    .template()
    .hasResourceProperties('AWS::ApiGateway::RestApi', {
      Policy: {
        Statement: Match.arrayWith([{ Effect: 'Deny', ...everything, Condition: { NotIpAddress: { 'aws:VpcSourceIp': ['10.0.0.0/8'] } } }]),
      },
    });
});

test('statements of your own stand beside what the edge refuses, and open none of it', () => {
  const partner = 'arn:aws:iam::111122223333:role/partner';
  const statements = [
    new PolicyStatement({ principals: [new ArnPrincipal(partner)], actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new ArnPrincipal(partner)],
      actions: ['execute-api:Invoke'],
      resources: ['execute-api:/*/DELETE/*'],
    }),
  ];
  rest((stack) => ({
    authorizer: Authorizer.iam(),
    privateApi: { vpcEndpoints: [given(stack, 'a')] },
    resourcePolicyStatements: statements,
  }))
    .template()
    .hasResourceProperties('AWS::ApiGateway::RestApi', {
      Policy: {
        Statement: [
          { Effect: 'Deny', ...everything, Condition: { StringNotEquals: { 'aws:SourceVpce': ['vpce-a'] } } },
          { Effect: 'Allow', Principal: { AWS: partner }, Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
          { Effect: 'Deny', Principal: { AWS: partner }, Action: 'execute-api:Invoke', Resource: 'execute-api:/*/DELETE/*' },
        ],
      },
    });
});

test('an API that is not private may have statements, too, beside the permission that its public routes need', () => {
  const { template } = stackWithEdge(() =>
    Edge.restApi({
      authorizer: Authorizer.none(),
      routes,
      resourcePolicyStatements: [
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new ArnPrincipal('arn:aws:iam::111122223333:role/left')],
          actions: ['execute-api:Invoke'],
          resources: ['execute-api:/*'],
        }),
      ],
    }),
  );
  template().hasResourceProperties('AWS::ApiGateway::RestApi', {
    EndpointConfiguration: { Types: ['REGIONAL'] },
    Policy: { Statement: [{ Effect: 'Allow', ...everything }, Match.objectLike({ Effect: 'Deny' })] },
  });
});
