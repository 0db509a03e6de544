import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import flags from '../../../cdk.json';
import type { IEdge, MicroservicesProps } from '../../../lib';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { build, service } from '../../support/stack';

const services = { web: service(), orders: service() };
const signed = { service: 'orders', authorizer: Authorizer.iam() };
const open = { service: 'web', authorizer: Authorizer.none() };
const routes = { 'GET /orders/{id}': signed, 'ANY /admin/{rest+}': signed, 'GET /': open };
const http = (): Edge => Edge.httpApi({ routes });
const rest = (): Edge => Edge.restApi({ routes });

function withRole(edge: Edge, use: (edge: IEdge, role: Role) => void): Template {
  const stack = new Stack(new App({ context: flags.context }), 'Stack');
  const shop = new Microservices(stack, 'Shop', { services, edge });
  use(shop.edge(), new Role(stack, 'Client', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  return Template.fromStack(stack);
}

/** The resources of the one statement that the client has, from the stage on. */
function granted(edge: Edge, route?: string): readonly string[] {
  const template = withRole(edge, (handle, role) => {
    expect(handle.grantInvoke(role, route).success).toBe(true);
  });
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Client'));
  const [statement] = policies.flatMap(
    ([, policy]) =>
      (policy as { Properties: { PolicyDocument: { Statement: { Action: string; Resource: unknown }[] } } }).Properties.PolicyDocument
        .Statement,
  );
  expect(statement?.Action).toBe('execute-api:Invoke');
  const resources = Array.isArray(statement?.Resource) ? statement.Resource : [statement?.Resource];
  return resources.map((resource) => {
    const parts = (resource as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })['Fn::Join'][1];
    return String(parts.at(-1));
  });
}

describe('whoever is granted to call', () => {
  test('one route of an HTTP API may call that one, whatever its parameters', () => {
    expect(granted(http(), 'GET /orders/{id}')).toEqual(['/$default/GET/orders/*']);
    expect(granted(http(), 'ANY /admin/{rest+}')).toEqual(['/$default/*/admin/*']);
  });

  test('one route of a REST API may call that one on its stage', () => {
    expect(granted(rest(), 'GET /orders/{id}')).toEqual(['/prod/GET/orders/*']);
  });

  test('an edge may call all of its signed routes, and no other', () => {
    expect([...granted(http())].sort()).toEqual(['/$default/*/admin/*', '/$default/GET/orders/*']);
  });

  test('the default route may call everything', () => {
    expect(granted(Edge.httpApi({ routes: { $default: { service: 'web', authorizer: Authorizer.iam() } } }), '$default')).toEqual([
      '/$default/*/*',
    ]);
  });

  const grant = (edge: Edge, route?: string) => (): unknown =>
    withRole(edge, (handle, role) => {
      handle.grantInvoke(role, route);
    });

  test('fails if there is no such route, with the one that was meant', () => {
    expect(grant(http(), 'GET /order/{id}')).toThrow(/there is no route "GET \/order\/\{id\}"[\s\S]*did you mean "GET \/orders\/\{id\}"/);
  });

  test('fails if the route asks for no permission, and says what to do', () => {
    expect(grant(http(), 'GET /')).toThrow(/"GET \/" has Authorizer\.none\(\)[\s\S]*give the route Authorizer\.iam\(\)/);
    expect(grant(Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'web' } } }))).toThrow(
      /no route of this edge has Authorizer\.iam\(\)/,
    );
  });
});

test.each([
  ['an HTTP API', http, { ApiId: expect.anything() as unknown }, '5xx'],
  ['a REST API', rest, { ApiName: expect.stringMatching(/^\$\{Token\[AWS\.StackName\.\d+\]\}-shop$/) as unknown }, '5XXError'],
])('the metrics of %s are those that API Gateway measures', (_, edge, dimensions, errors) => {
  withRole(edge(), (handle) => {
    expect(handle.metricServerError()).toMatchObject({ namespace: 'AWS/ApiGateway', metricName: errors, statistic: 'Sum', dimensions });
    expect(handle.metricCount()).toMatchObject({ metricName: 'Count', statistic: 'SampleCount' });
    expect(handle.metric('DataProcessed', { statistic: 'Sum' })).toMatchObject({
      metricName: 'DataProcessed',
      statistic: 'Sum',
      dimensions,
    });
    expect(handle.metricClientError().metricName).toMatch(/^4/);
    expect(handle.metricLatency({ statistic: 'p99' })).toMatchObject({ metricName: 'Latency', statistic: 'p99' });
    expect(handle.metricIntegrationLatency().metricName).toBe('IntegrationLatency');
  });
});

describe('a system with several edges', () => {
  const edges = (): MicroservicesProps => ({ services, edges: { default: http(), partners: rest() } });

  test('has an API and a gateway service for each, with names of their own', () => {
    const { template, system } = build(edges());
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { Name: 'shop' });
    // Its name is what CloudWatch measures it by: that of the stack makes it this environment's own.
    template.hasResourceProperties('AWS::ApiGateway::RestApi', {
      Name: { 'Fn::Join': ['', [{ Ref: 'AWS::StackName' }, '-shop-partners']] },
    });
    expect(system.edge('default').gateway.serviceName).toBe('gateway');
    expect(system.edge('partners').gateway.serviceName).toBe('gateway-partners');
    expect(system.edge('partners').restApi).toBeDefined();
    expect(system.edge('partners').httpApi).toBeUndefined();
    expect(system.edge()).toBe(system.edge('default'));
    template.hasResourceProperties('AWS::ServiceDiscovery::Service', { Name: 'gateway-partners' });
  });

  test('opens each service to the gateways of the edges that lead to it, and to no other', () => {
    const { template } = build({
      services,
      edges: { a: Edge.httpApi({ routes: { 'GET /': open } }), b: Edge.httpApi({ routes: { 'GET /orders/{id}': signed } }) },
    });
    const rules = Object.keys(template.findResources('AWS::EC2::SecurityGroupIngress')).filter((id) => /^Shop(web|orders)From/.test(id));
    expect(rules.map((id) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual(['ShopordersFromgatewayb', 'ShopwebFromgatewaya']);
  });

  test('fails if none of several is named', () => {
    const { system } = build({ services, edges: { a: http(), b: rest() } });
    expect(() => system.edge()).toThrow(/there are several edges[\s\S]*a, b[\s\S]*name one of them/);
    expect(() => system.edge('c')).toThrow(/there is no edge "c"/);
  });

  test('fails if edge and edges are both given, and says how to keep the URL', () => {
    expect(() => build({ ...edges(), edge: http() })).toThrow(/edges: edge is the short form[\s\S]*keeps its resources and its URL/);
  });

  test.each([
    ['Public', 'is not a DNS label'],
    ['a'.repeat(56), 'at most 55 characters'],
    ['a'.repeat(64), 'at most 55 characters'],
  ])('fails if an edge is called "%s"', (name, message) => {
    expect(() => build({ services, edges: { [name]: http() } })).toThrow(message);
  });

  test('fails if a service is called as the gateway of an edge', () => {
    expect(() => build({ services: { ...services, 'gateway-a': service() }, edges: { a: http() } })).toThrow(
      /edges\.a: its gateway service would be called "gateway-a", as is a service/,
    );
  });

  test('fails if edges is an edge, in one sentence', () => {
    expect(() => build({ services, edges: http() as never })).toThrow(
      /^one problem[\s\S]*edges: must be an object with an entry for each name/,
    );
  });

  test('fails if a rule names a gateway whose edge has mistakes, for these mistakes alone', () => {
    const allow = [{ callers: ['gateway-a'] }];
    expect(() => build({ services: { orders: service({ allow }) }, edges: { a: {} as never } })).toThrow(/^one problem/);
  });

  test('has handles, whatever JavaScript asks for', () => {
    const { system } = build({ services, edges: { a: http(), b: rest() } });
    expect(() => system.edge(null as never)).toThrow(/there are several edges/);
    expect(() => system.edge({} as never)).toThrow(/there is no edge/);
  });

  test('may be named by rules of services, each gateway by its own name', () => {
    const allow = [{ callers: ['gateway-b'] }];
    const { template } = build({
      services: { web: service(), orders: service({ allow }) },
      edges: { a: Edge.httpApi({ routes: { 'GET /': open } }), b: http() },
    });
    expect(JSON.stringify(template.toJSON())).toContain('spiffe://shop.internal/gateway-b');
  });
});
