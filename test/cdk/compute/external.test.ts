import { App, CfnParameter, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { DatabaseInstance, DatabaseInstanceEngine } from 'aws-cdk-lib/aws-rds';
import { Template } from 'aws-cdk-lib/assertions';
import { Authorizer, Edge, Egress, Microservices, Protocol } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import flags from '../../../cdk.json';
import { build, containersOf, resourcesOf, service, taskConfigOf } from '../../support/stack';

interface Rule {
  readonly CidrIp?: string;
  readonly IpProtocol: string;
  readonly FromPort?: number;
}

/** What the security group of a service lets out, as `protocol port address`. */
function egressOf(template: Template, name: string): readonly string[] {
  const [group] = Object.entries(resourcesOf(template))
    .filter(([id, { Type }]) => Type === 'AWS::EC2::SecurityGroup' && id.startsWith(`Shop${name}SecurityGroup`))
    .map(([, resource]) => resource);
  return (group?.Properties?.['SecurityGroupEgress'] as readonly Rule[]).map(
    ({ CidrIp: cidr = '', IpProtocol: protocol, FromPort: port }) => [protocol, port ?? 'all', cidr].join(' '),
  );
}

const props = (more: Partial<MicroservicesProps> = {}): MicroservicesProps => ({
  services: { ui: service({ calls: ['catalog', 'mail', 'stripe'] }), catalog: service({ calls: ['ui'] }), orders: service() },
  external: {
    stripe: { host: 'api.stripe.com' },
    mail: { host: 'mail.example.com', port: 465, virtualPort: 4650, protocol: Protocol.TCP },
  },
  edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'orders' } } }),
  ...more,
});

describe('a task may connect', () => {
  test('by HTTPS, to tasks of the mesh if it calls any, and to the ports of external services that it calls', () => {
    const { template } = build(props());
    expect(Object.fromEntries(['ui', 'catalog', 'orders', 'gateway'].map((name) => [name, egressOf(template, name)]))).toEqual({
      ui: ['tcp 443 0.0.0.0/0', 'tcp 465 0.0.0.0/0', 'tcp 15006 0.0.0.0/0'],
      catalog: ['tcp 443 0.0.0.0/0', 'tcp 15006 0.0.0.0/0'],
      orders: ['tcp 443 0.0.0.0/0'],
      gateway: ['tcp 443 0.0.0.0/0', 'tcp 15006 0.0.0.0/0'],
    });
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  });

  test('to everything, with Egress.open()', () => {
    expect(egressOf(build(props({ egress: Egress.open() })).template, 'orders')).toEqual(['-1 all 0.0.0.0/0']);
  });

  const connected = (egress: Egress): Template => {
    const stack = new Stack(new App({ context: flags.context }), 'Stack');
    const vpc = new Vpc(stack, 'Own');
    const system = new Microservices(stack, 'Shop', props({ vpc, egress }));
    new DatabaseInstance(stack, 'Database', { engine: DatabaseInstanceEngine.POSTGRES, vpc }).connections.allowDefaultPortFrom(
      system.service('orders'),
    );
    system.service('orders').connections.allowTo(Peer.ipv4('10.9.0.0/16'), Port.tcp(25));
    system.service('ui').connections.allowTo(SecurityGroup.fromSecurityGroupId(stack, 'Cache', 'sg-1'), Port.tcp(6379));
    return Template.fromStack(stack);
  };

  test('to what connections of the user open', () => {
    const template = connected(Egress.declared());
    expect(egressOf(template, 'orders')).toEqual(['tcp 443 0.0.0.0/0', 'tcp 25 10.9.0.0/16']);
    const rules = Object.values(resourcesOf(template))
      .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupEgress')
      .map(({ Properties }) => JSON.stringify(Properties));
    expect(rules).toHaveLength(2);
    expect(rules.find((rule) => rule.includes('ShopordersSecurityGroup'))).toContain('DatabaseSecurityGroup');
    expect(rules.find((rule) => rule.includes('ShopuiSecurityGroup'))).toContain('"DestinationSecurityGroupId":"sg-1"');
  });

  test('fails to need more rules where everything is open', () => {
    connected(Egress.open()).resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  });
});

describe('an external service', () => {
  test('has a virtual name, which exists before its callers start', () => {
    const resources = resourcesOf(build(props()).template);
    const records = Object.entries(resources).filter(
      ([, { Type, Properties }]) => Type === 'AWS::Route53::RecordSet' && /^(stripe|mail)\./.test(String(Properties?.['Name'])),
    );
    expect(records.map(([, { Properties }]) => [Properties?.['Name'], (Properties?.['ResourceRecords'] as string[])[0]])).toEqual([
      ['mail.shop.internal', expect.stringMatching(/^127\./)],
      ['stripe.shop.internal', expect.stringMatching(/^127\./)],
    ]);
    const [, ui] = Object.entries(resources).find(([id, { Type }]) => Type === 'AWS::ECS::Service' && id.startsWith('Shopui'))!;
    expect(ui.DependsOn).toEqual(expect.arrayContaining(records.map(([id]) => id)));
  });

  test('changes only its callers, and adds nothing but its name', () => {
    const [before, after] = [
      props({ services: { ui: service(), orders: service() }, external: {} }),
      props({ services: { ui: service({ calls: ['stripe'] }), orders: service() }, external: { stripe: { host: 'api.stripe.com' } } }),
    ].map((each) => resourcesOf(build(each).template));
    expect(Object.keys(after).filter((id) => !(id in before))).toEqual([expect.stringMatching(/^ShopstripeVirtualName/)]);
    expect(
      Object.keys(before)
        .filter((id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]))
        .every((id) => id.startsWith('Shopui')),
    ).toBe(true);
  });

  test('may be a database, whose host the deployment fills in', () => {
    const { template } = build((stack) => {
      const vpc = new Vpc(stack, 'Own');
      const database = new DatabaseInstance(stack, 'Database', { engine: DatabaseInstanceEngine.POSTGRES, vpc });
      return props({
        vpc,
        services: { ui: service({ calls: ['database'] }), orders: service() },
        external: { database: { host: database.dbInstanceEndpointAddress, port: 5432, protocol: Protocol.TCP, tls: false } },
      });
    });
    const { envoy } = taskConfigOf(template, 'ui');
    expect(JSON.stringify(envoy)).toContain('"address":{"$value":0}');
    expect(JSON.stringify(envoy)).not.toContain('Token[');
    expect(containersOf(template, 'ui').get('mesh-init')?.['Environment']).toContainEqual({
      Name: 'MESH_VALUE_0',
      Value: { 'Fn::GetAtt': [expect.stringMatching(/^Database/), 'Endpoint.Address'] },
    });
  });
});

describe('a host that is a CDK token', () => {
  /** Synthesizes a system that calls it. */
  const synthesize = (hostIn: string | ((stack: Stack) => string)): void => {
    const app = new App({ context: flags.context });
    const stack = new Stack(app, 'Stack');
    const host = typeof hostIn === 'string' ? hostIn : hostIn(stack);
    new Microservices(stack, 'Shop', { services: { ui: service({ calls: ['db'] }) }, external: { db: { host } } });
    app.synth();
  };
  const lazy = (value: unknown): string => Lazy.string({ produce: () => value as string });

  test.each<[string, string | ((stack: Stack) => string)]>([
    ['a name', lazy('db.example.com')],
    ['a value of the deployment', (stack) => new CfnParameter(stack, 'Host').valueAsString],
    ['a text with such a value', (stack) => Fn.join('.', [new CfnParameter(stack, 'Host').valueAsString, 'example.com'])],
    ['what stands for a lookup until it is made', lazy('dummy-value-for-/shop/db')],
  ])('may turn out to be %s', (_, host) => {
    expect(() => {
      synthesize(host);
    }).not.toThrow();
  });

  test.each<[string, string, RegExp]>([
    ['nothing', lazy(undefined), /INVALID_NAME: external\.db\.host: the CDK token resolves to nothing\. Fix: /],
    ['null', lazy(null), /INVALID_NAME: external\.db\.host: the CDK token resolves to nothing/],
    [
      'an empty text',
      lazy(''),
      /external\.db\.host: the CDK token resolves to "", which is not the name of a host\. Allowed: a name in DNS/,
    ],
    ['no name of a host', lazy('A BAD"host\n'), /external\.db\.host: the CDK token resolves to "A BAD\\"host\\n", which is not/],
    [
      'a name without what stands before it',
      `${lazy(undefined)}.example.com`,
      /external\.db\.host: the CDK token resolves to "\.example\.com"/,
    ],
    ['a number', Token.asString(7), /external\.db\.host: the CDK token resolves to 7, which is not the name of a host/],
    [
      'a name of the mesh',
      lazy('ui.shop.internal'),
      /DOMAIN_CLASH: external\.db\.host: .* "ui\.shop\.internal", a name of the mesh itself/,
    ],
  ])('fails if it turns out to be %s', (_, host, error) => {
    expect(() => {
      synthesize(host);
    }).toThrow(error);
  });
});
