import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IpProtocol, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, IpAddressType, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Authorizer, Edge, Firewall, Microservices } from '../../../../lib';
import type { LoadBalancerOptions, MicroservicesProps } from '../../../../lib';
import { service } from '../../../support/stack';

const jwt = Authorizer.jwt({
  issuer: 'https://login.example.com',
  audience: ['shop', 'desk'],
  jwksUri: 'https://login.example.com/.well-known/jwks.json',
});

const ROUTES: LoadBalancerOptions['routes'] = {
  'GET /': { service: 'ui' },
  'ANY /admin/{proxy+}': { service: 'ui', authorizer: jwt },
  'GET /orders/{id}': { service: 'ui', authorizer: jwt },
};

interface Built {
  readonly stack: Stack;
  readonly shop: Microservices;
  readonly template: Template;
}

function build(more: Partial<LoadBalancerOptions> = {}, props: Partial<MicroservicesProps> = {}, stack = stackOf()): Built {
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:111122223333:certificate/a');
  const edge = Edge.loadBalancer({
    authorizer: Authorizer.none(),
    routes: ROUTES,
    ...(more.plainHttp === true || more.domain !== undefined ? {} : { certificate }),
    ...more,
  });
  const shop = new Microservices(stack, 'Shop', { services: { ui: service() }, edge, ...props });
  return { stack, shop, template: Template.fromStack(stack) };
}

const stackOf = (): Stack => new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
const only = (template: Template, type: string): string => Object.keys(template.findResources(type))[0] ?? '';
/** Target groups by the port of the gateway. */
const groupsOf = (template: Template): readonly { readonly id: string; readonly port: number }[] =>
  Object.entries(template.findResources('AWS::ElasticLoadBalancingV2::TargetGroup')).map(([id, group]) => ({
    id,
    port: (group as { readonly Properties: { readonly Port: number } }).Properties.Port,
  }));

const VERIFY = {
  Type: 'jwt-validation',
  Order: 1,
  JwtValidationConfig: {
    Issuer: 'https://login.example.com',
    JwksEndpoint: 'https://login.example.com/.well-known/jwks.json',
    AdditionalClaims: [{ Name: 'aud', Format: 'string-array', Values: ['shop', 'desk'] }],
  },
};

test('each authorizer has a target group, to which its rules alone lead, behind what verifies tokens', () => {
  const { template } = build();
  const groups = groupsOf(template);
  expect(groups).toHaveLength(2);
  const rules = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')) as {
    readonly Properties: { readonly Actions: readonly { readonly TargetGroupArn?: { readonly Ref: string } }[] };
  }[];
  expect(rules).toMatchObject([
    {
      Properties: {
        Priority: 1,
        Conditions: [
          { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
          { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/orders/[^/]+$'] } },
        ],
        Actions: [VERIFY, { Type: 'forward', Order: 2 }],
      },
    },
    {
      Properties: {
        Priority: 2,
        Conditions: [
          { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
          { Field: 'path-pattern', PathPatternConfig: { Values: ['/'] } },
        ],
        Actions: [{ Type: 'forward' }],
      },
    },
  ]);
  const [open] = rules[1].Properties.Actions;
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    Protocol: 'HTTPS',
    SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    DefaultActions: [VERIFY, { Type: 'forward', Order: 2, TargetGroupArn: Match.not(open?.TargetGroupArn) }],
  });
});

test('the gateway service is behind each target group, and begins when the load balancer can reach it', () => {
  const { template } = build();
  const groups = groupsOf(template);
  const gateway = template.findResources('AWS::ECS::Service', { Properties: { LoadBalancers: Match.anyValue() } });
  const [id = ''] = Object.keys(gateway);
  const { DependsOn, Properties } = gateway[id] as {
    readonly DependsOn: readonly string[];
    readonly Properties: { readonly LoadBalancers: readonly object[] };
  };
  expect(Properties.LoadBalancers).toEqual(
    expect.arrayContaining(
      groups.map((group) => ({ ContainerName: 'envoy', ContainerPort: group.port, TargetGroupArn: { Ref: group.id } })),
    ),
  );
  const ingress = Object.entries(template.findResources('AWS::EC2::SecurityGroupIngress')).filter(([, rule]) =>
    groups.some(({ port }) => (rule as { readonly Properties: { readonly FromPort: number } }).Properties.FromPort === port),
  );
  expect(ingress).toHaveLength(2);
  expect(DependsOn).toEqual(expect.arrayContaining([...ingress.map(([name]) => name), expect.stringContaining('Listener')]));
});

test('a load balancer is made that takes HTTPS alone, and sends HTTP there', () => {
  const { template, shop, stack } = build({ idleTimeout: Duration.minutes(10), deletionProtection: true, sslPolicy: SslPolicy.TLS13_13 });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    Scheme: 'internet-facing',
    Type: 'application',
    LoadBalancerAttributes: Match.arrayWith([
      { Key: 'deletion_protection.enabled', Value: 'true' },
      { Key: 'idle_timeout.timeout_seconds', Value: '600' },
      { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
    ]),
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 80,
    DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } }],
  });
  const balancer = only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  expect(stack.resolve(shop.edge().url)).toEqual({ 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [balancer, 'DNSName'] }]] });
  expect(stack.resolve(shop.edge().loadBalancer?.loadBalancerArn)).toEqual({ Ref: balancer });
  expect(shop.edge().listener?.listenerArn).toBeDefined();
  expect(() => shop.edge().metricCount()).toThrow('has no metrics of API Gateway');
});

test('one authorizer needs no rule, and the certificate gives the edge its name', () => {
  const { template, shop } = build({
    routes: { 'GET /a': { service: 'ui' }, 'GET /b/{id}': { service: 'ui' } },
    domainName: 'shop.example.com',
  });
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 0);
  expect(groupsOf(template)).toHaveLength(1);
  expect(shop.edge().url).toBe('https://shop.example.com');
});

test('HTTP is what is written', () => {
  const { template } = build({ plainHttp: true, internetFacing: false, routes: { $default: { service: 'ui' } } });
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 80, Protocol: 'HTTP' });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal' });
});

test('a load balancer of the user gets a listener, and nobody is let in', () => {
  const stack = stackOf();
  const vpc = new Vpc(stack, 'Vpc');
  const loadBalancer = new ApplicationLoadBalancer(stack, 'Own', { vpc, internetFacing: true });
  const { template, shop } = build({ loadBalancer }, { vpc }, stack);
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
  expect(JSON.stringify(template.findResources('AWS::EC2::SecurityGroup'))).not.toContain('from anyone');
  expect(shop.edge().loadBalancer).toBe(loadBalancer);
});

test('access logs go into the bucket that is given', () => {
  const stack = stackOf();
  build({ accessLogBucket: new Bucket(stack, 'Logs') }, {}, stack).template.hasResourceProperties(
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    {
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'access_logs.s3.enabled', Value: 'true' }]),
    },
  );
});

test('pages of other origins ask without a token, on the way of public routes', () => {
  const { template } = build({
    authorizer: jwt,
    routes: { 'ANY /{proxy+}': { service: 'ui' } },
    cors: { allowOrigins: ['https://shop.example'] },
  });
  expect(groupsOf(template)).toHaveLength(2);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    Priority: 1,
    Conditions: [
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['OPTIONS'] } },
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'access-control-request-method', Values: ['*'] } },
    ],
    Actions: [{ Type: 'forward' }],
  });
});

describe('a firewall', () => {
  const WEB_ACL = 'AWS::WAFv2::WebACL';
  const ACL = 'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shop/a1b2c3';

  test('the rules of AWS stand before the load balancer that is made, once it is there', () => {
    const { template, shop } = build({ firewall: Firewall.managed() });
    template.resourceCountIs(WEB_ACL, 1);
    const balancer = only(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    template.hasResource('AWS::WAFv2::WebACLAssociation', {
      Properties: { ResourceArn: { Ref: balancer }, WebACLArn: { 'Fn::GetAtt': [only(template, WEB_ACL), 'Arn'] } },
      DependsOn: Match.arrayWith([balancer]),
    });
    expect(shop.edge().webAcl).toBeDefined();
  });

  test('a web ACL that exists stands before a load balancer that exists', () => {
    const stack = stackOf();
    const vpc = new Vpc(stack, 'Vpc');
    const loadBalancer = new ApplicationLoadBalancer(stack, 'Own', { vpc });
    const { template, shop } = build({ loadBalancer, firewall: Firewall.webAcl(ACL) }, { vpc }, stack);
    template.resourceCountIs(WEB_ACL, 0);
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      ResourceArn: stack.resolve(loadBalancer.loadBalancerArn) as object,
      WebACLArn: ACL,
    });
    expect(shop.edge().webAcl).toBeUndefined();
  });
});

test.each([
  ['loadBalancerDnsName', {}],
  ['loadBalancerCanonicalHostedZoneId', { loadBalancerDnsName: 'lb.example.com' }],
])('fails if an imported load balancer does not say its %s, where records need it', (name, known) => {
  const stack = stackOf();
  const loadBalancer = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'Own', {
    loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/own/1',
    securityGroupId: 'sg-1',
    ...known,
  });
  const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
  expect(() => build({ loadBalancer, domain: { domainName: 'shop.example.com', hostedZone } }, {}, stack)).toThrow(
    `give ${name} to fromApplicationLoadBalancerAttributes()`,
  );
});

describe('addresses', () => {
  const dual = { ipAddressType: IpAddressType.DUAL_STACK };
  const BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

  test.each([true, false])('clients use IPv6 where the subnets have it (internetFacing: %s)', (internetFacing) => {
    const stack = stackOf();
    const vpc = new Vpc(stack, 'Vpc', { ipProtocol: IpProtocol.DUAL_STACK });
    const { template } = build({ ...dual, internetFacing }, { vpc }, stack);
    template.hasResourceProperties(BALANCER, { IpAddressType: 'dualstack' });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: Match.arrayWith([
        Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443 }),
        Match.objectLike({ CidrIpv6: '::/0', FromPort: 443 }),
        Match.objectLike({ CidrIpv6: '::/0', FromPort: 80 }),
      ]),
    });
  });

  test('fails where a subnet has no IPv6', () => {
    expect(() => build(dual)).toThrow(/would stand in subnets without IPv6: .*Public.*IpProtocol\.DUAL_STACK/s);
    const stack = stackOf();
    const vpc = new Vpc(stack, 'Vpc');
    expect(() => build({ ...dual, internetFacing: false }, { vpc }, stack)).toThrow(/without IPv6: Stack\/Vpc\/Private/);
  });

  test('a VPC of which the app knows nothing is believed', () => {
    const stack = stackOf();
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      publicSubnetIds: ['subnet-1', 'subnet-2'],
      privateSubnetIds: ['subnet-3', 'subnet-4'],
    });
    build(dual, { vpc }, stack).template.hasResourceProperties(BALANCER, { IpAddressType: 'dualstack' });
  });
});

describe('a domain', () => {
  const zoneOf = (stack: Stack) => HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });

  test('a certificate is made for it, and records lead to the load balancer once it listens', () => {
    const stack = stackOf();
    const vpc = new Vpc(stack, 'Vpc', { ipProtocol: IpProtocol.DUAL_STACK });
    const domain = { domainName: 'chat.example.com', hostedZone: zoneOf(stack) };
    const { template, shop } = build({ domain, ipAddressType: IpAddressType.DUAL_STACK }, { vpc }, stack);
    template.hasResourceProperties('AWS::CertificateManager::Certificate', { DomainName: 'chat.example.com' });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Certificates: [{ CertificateArn: { Ref: only(template, 'AWS::CertificateManager::Certificate') } }],
    });
    for (const Type of ['A', 'AAAA'])
      template.hasResource('AWS::Route53::RecordSet', {
        Properties: { Name: 'chat.example.com.', Type, HostedZoneId: 'Z1', AliasTarget: Match.anyValue() },
        DependsOn: Match.arrayWith([Match.stringLikeRegexp('EdgeListener')]),
      });
    expect(shop.edge().url).toBe('https://chat.example.com');
  });

  test("a certificate that exists is used, and records are the user's where there is no zone", () => {
    const stack = stackOf();
    const certificate = Certificate.fromCertificateArn(stack, 'Own', 'arn:aws:acm:us-east-1:111122223333:certificate/own');
    const { template } = build({ domain: { domainName: 'chat.example.com', certificate } }, {}, stack);
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    expect(JSON.stringify(template.findResources('AWS::Route53::RecordSet'))).not.toContain('chat.example.com');
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/own' }],
    });
  });
});
