import { App, Fn, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Authorizer, Edge, Microservices } from '../../../../lib';
import type { LoadBalancerOptions } from '../../../../lib';
import { service } from '../../../support/stack';

const jwt = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'], jwksUri: 'https://login.example.com/keys' });
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/a';
const BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shared/50dc6c495c0c9189';
const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shared/50dc6c495c0c9189/a';
const ROUTES: LoadBalancerOptions['routes'] = {
  'ANY /{proxy+}': { service: 'ui' },
  'GET /orders/{id}': { service: 'ui', authorizer: jwt },
};

interface Company {
  readonly stack: Stack;
  readonly vpc: Vpc;
  readonly balancer: elbv2.ApplicationLoadBalancer;
  readonly listener: elbv2.ApplicationListener;
}

/** A load balancer for all applications of a company, and its listener, which says that there is nothing. */
function company(): Company {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true });
  const listener = balancer.addListener('Https', {
    port: 443,
    certificates: [Certificate.fromCertificateArn(stack, 'Certificate', CERTIFICATE)],
    defaultAction: elbv2.ListenerAction.fixedResponse(418),
  });
  return { stack, vpc, balancer, listener };
}

const edge = (options: Partial<LoadBalancerOptions>): Edge =>
  Edge.loadBalancer({ authorizer: Authorizer.none(), routes: ROUTES, ...options });
const onListener = (listener: elbv2.IApplicationListener, more: Partial<LoadBalancerOptions> = {}): Edge =>
  edge({ listener, hosts: ['api.example.com'], firstPriority: 1000, ...more });
const system = ({ stack, vpc }: Pick<Company, 'stack' | 'vpc'>, ...edges: readonly Edge[]): Microservices =>
  new Microservices(stack, 'Shop', {
    vpc,
    services: { ui: service() },
    edges: Object.fromEntries(edges.map((each, index) => [index === 0 ? 'default' : `more${index}`, each])),
  });
const synthesize = ({ stack }: Pick<Company, 'stack'>): Template => Template.fromStack(stack);

const HOST = { Field: 'host-header', HostHeaderConfig: { Values: ['api.example.com'] } };

/** Conditions and the type of the last action, by priority. */
function rulesOf(template: Template): Readonly<Record<number, unknown>> {
  const rules = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')) as {
    readonly Properties: { readonly Priority: number; readonly Conditions: unknown };
  }[];
  return Object.fromEntries(rules.map(({ Properties }) => [Properties.Priority, Properties.Conditions]));
}

test('an edge on a listener of the company has rules for its hosts alone, and leaves the rest of it as it is', () => {
  const made = company();
  const shop = system(made, onListener(made.listener));
  const template = synthesize(made);
  expect(rulesOf(template)).toEqual({
    1000: [
      HOST,
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
      { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/orders/[^/]+$'] } },
    ],
    1099: [HOST],
  });
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '418' } }],
  });
  expect(shop.edge().url).toBe('https://api.example.com');
  expect(shop.edge().loadBalancer).toBe(made.balancer);
  expect(shop.edge().listener).toBeUndefined();
});

test('the gateway service lets in the load balancer of an imported listener, by its security group, and waits for the rules', () => {
  const { stack, vpc } = company();
  const securityGroup = SecurityGroup.fromSecurityGroupId(stack, 'Theirs', 'sg-12345678');
  const listener = elbv2.ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', { listenerArn: LISTENER, securityGroup });
  const shop = system({ stack, vpc }, onListener(listener));
  const template = synthesize({ stack });
  template.allResourcesProperties('AWS::ElasticLoadBalancingV2::ListenerRule', { ListenerArn: LISTENER });
  const opened = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')) as {
    readonly Properties: { readonly SourceSecurityGroupId: unknown };
  }[];
  expect(opened.filter(({ Properties }) => Properties.SourceSecurityGroupId === 'sg-12345678')).toHaveLength(2);
  const [rule = ''] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule'));
  template.hasResource('AWS::ECS::Service', {
    Properties: { LoadBalancers: Match.arrayWith([Match.objectLike({ ContainerName: 'envoy' })]) },
    DependsOn: Match.arrayWith([rule]),
  });
  expect(shop.edge().loadBalancer).toBeUndefined();
});

test('an edge with hosts on a listener of its own answers 404 for others', () => {
  const { stack, vpc } = company();
  const certificate = Certificate.fromCertificateArn(stack, 'Own', CERTIFICATE);
  const shop = system({ stack, vpc }, edge({ certificate, hosts: ['*.example.com', 'api.example.org'] }));
  const template = synthesize({ stack });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  });
  expect(Object.keys(rulesOf(template))).toEqual(['1', '100']);
  expect(shop.edge().url).toBe('https://api.example.org');
});

test('two edges share a listener', () => {
  const made = company();
  const own = { hosts: ['partners.example.com'], firstPriority: 1100 };
  system(made, onListener(made.listener), onListener(made.listener, own));
  expect(Object.keys(rulesOf(synthesize(made)))).toEqual(['1000', '1099', '1100', '1199']);
});

describe('fails', () => {
  test('if two listeners would have one port of a load balancer', () => {
    const made = company();
    const certificate = Certificate.fromCertificateArn(made.stack, 'Own', CERTIFICATE);
    system(made, edge({ loadBalancer: made.balancer, certificate }));
    expect(() => synthesize(made)).toThrow(/Stack\/Balancer\/Https\/Resource listens on port 443 .* one listener on a port\. Fix: /);
  });

  test('if a listener is added to the port of the edge', () => {
    const { stack, vpc } = company();
    const certificate = Certificate.fromCertificateArn(stack, 'Own', CERTIFICATE);
    const shop = system({ stack, vpc }, edge({ certificate }));
    (shop.edge().loadBalancer as elbv2.ApplicationLoadBalancer).addListener('More', {
      port: 443,
      certificates: [certificate],
      defaultAction: elbv2.ListenerAction.fixedResponse(404),
    });
    expect(() => synthesize({ stack })).toThrow(/listens on port 443 of this load balancer, too/);
  });

  test('if two edges have one load balancer, imported twice', () => {
    const { stack, vpc } = company();
    const imported = (id: string): elbv2.IApplicationLoadBalancer =>
      elbv2.ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, id, {
        loadBalancerArn: BALANCER,
        securityGroupId: 'sg-12345678',
        loadBalancerDnsName: 'shared.example.com',
      });
    const certificate = Certificate.fromCertificateArn(stack, 'Own', CERTIFICATE);
    const [one, other] = ['One', 'Other'].map((id) => edge({ certificate, loadBalancer: imported(id) }));
    expect(() => system({ stack, vpc }, one, other)).toThrow(/edges\.more1\.loadBalancer: edges\.default has this load balancer/);
  });

  test('if another rule has a priority of the edge', () => {
    const made = company();
    system(made, onListener(made.listener));
    made.listener.addAction('Theirs', {
      priority: 1050,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/theirs'])],
      action: elbv2.ListenerAction.fixedResponse(200),
    });
    expect(() => synthesize(made)).toThrow(/has priority 1050, which is one of the edge: it has those from 1000 to 1099\. Fix: /);
  });

  test('if another rule of a listener of its own has the priority of one of the edge', () => {
    const { stack, vpc } = company();
    const certificate = Certificate.fromCertificateArn(stack, 'Own', CERTIFICATE);
    const shop = system({ stack, vpc }, edge({ certificate }));
    shop.edge().listener?.addAction('Mine', {
      priority: 1,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/mine'])],
      action: elbv2.ListenerAction.fixedResponse(200),
    });
    expect(() => synthesize({ stack })).toThrow(/has priority 1, .* begin with a larger number, such as 1000/);
  });

  test('if two edges on a listener would have one priority, or one host', () => {
    const one = company();
    const near = onListener(one.listener, { hosts: ['b.example.com'], firstPriority: 1099 });
    expect(() => system(one, onListener(one.listener), near)).toThrow(/edges\.more1\.firstPriority: .*priorities from 1000 to 1099/);
    const two = company();
    const all = onListener(two.listener, { hosts: ['*.example.com'], firstPriority: 1, domainName: 'a.example.com' });
    expect(() => system(two, onListener(two.listener), all)).toThrow(
      /edges\.default\.hosts: the rules of edges\.more1 come first, and take all requests to "api\.example\.com"/,
    );
  });

  test('if the listener speaks something else than the edge thinks', () => {
    const made = company();
    expect(() => system(made, onListener(made.listener, { plainHttp: true, routes: { 'ANY /{proxy+}': { service: 'ui' } } }))).toThrow(
      /plainHttp: the listener Stack\/Balancer\/Https speaks HTTPS/,
    );
  });
});

test('accounts that import a load balancer by one name mean two', () => {
  const app = new App();
  for (const account of ['111122223333', '444455556666']) {
    const stack = new Stack(app, `Of${account}`, { env: { account, region: 'us-east-1' } });
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: `vpc-${account}`,
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      privateSubnetIds: ['subnet-1', 'subnet-2'],
    });
    const loadBalancer = elbv2.ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Balancer', {
      loadBalancerArn: Fn.importValue('company-lb'),
      loadBalancerDnsName: 'lb.example.com',
      securityGroupId: 'sg-1',
      vpc,
    });
    const certificate = Certificate.fromCertificateArn(stack, 'Certificate', CERTIFICATE);
    new Microservices(stack, 'Shop', { vpc, services: { ui: service() }, edge: edge({ loadBalancer, certificate }) });
  }
  expect(() => app.synth()).not.toThrow();
});
