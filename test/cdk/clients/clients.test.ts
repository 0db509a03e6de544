import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Peer, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Microservices } from '../../../lib';

const orders = { image: ContainerImage.fromRegistry('example/orders'), port: 8080 };

class Shop {
  readonly app = new App();
  readonly stack = new Stack(this.app, 'Shop');
  readonly vpc = new Vpc(this.stack, 'Vpc', { maxAzs: 2 });

  system(clients: ConstructorParameters<typeof Microservices>[2]['clients']): Microservices {
    return new Microservices(this.stack, 'System', { name: 'shop', vpc: this.vpc, services: { orders, other: orders }, clients });
  }

  function(scope: Stack = this.stack, allowAllOutbound = true): Function {
    const code = Code.fromInline('exports.handler = async () => undefined;');
    return new Function(scope, 'Report', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code, vpc: this.vpc, allowAllOutbound });
  }
}

const client = (fn: Function): { readonly role: IRole; readonly connections: Function; readonly calls: string[] } => ({
  role: fn.role!,
  connections: fn,
  calls: ['orders'],
});

test('a client that may connect to everything gives no warning', () => {
  const shop = new Shop();
  shop.system({ report: client(shop.function()) });
  Annotations.fromStack(shop.stack).hasNoWarning('*', Match.anyValue());
  Template.fromStack(shop.stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 15008 });
});

test('a client may be known by its addresses alone', () => {
  const shop = new Shop();
  const role = new Role(shop.stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  shop.system({ report: { role, connections: Peer.ipv4('10.9.0.0/16'), calls: ['orders'] } });
  Template.fromStack(shop.stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [Match.objectLike({ FromPort: 15008, ToPort: 15008, CidrIp: '10.9.0.0/16' })],
  });
});

describe('a Lambda function that calls a service', () => {
  const shop = new Shop();
  const fn = shop.function(undefined, false);
  const system = shop.system({ report: client(fn) });
  fn.addEnvironment('MESH_CLIENT', system.client('report').configuration);
  const template = Template.fromStack(shop.stack);

  test('is let in to the client gateway, and to nothing else', () => {
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties }) => Properties as Record<string, unknown>,
    );
    const own = rules.filter(({ SourceSecurityGroupId }) => JSON.stringify(SourceSecurityGroupId).includes('Report'));
    expect(own).toMatchObject([{ FromPort: 15008, ToPort: 15008, IpProtocol: 'tcp' }]);
    expect(JSON.stringify(own[0])).toContain('clientgateway');
  });

  test('is let out to it, where it is let out to nothing', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { FromPort: 15008, DestinationSecurityGroupId: Match.anyValue() });
  });

  test('has a role that proves its identity', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      Tags: Match.arrayWith([{ Key: 'cdk-ecs-microservices-identity', Value: 'spiffe://shop.internal/report' }]),
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [Match.objectLike({ Ref: Match.stringLikeRegexp('^Report') })],
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'kms:Encrypt',
            Condition: { StringEquals: { 'kms:EncryptionContext:identity': 'spiffe://shop.internal/report' } },
          }),
          Match.objectLike({ Action: 'lambda:InvokeFunction' }),
        ]),
      },
    });
  });

  test('has all that its program has to know in one variable', () => {
    const { configuration, identity, clientName } = system.client('report');
    expect({ identity, clientName }).toEqual({ identity: 'spiffe://shop.internal/report', clientName: 'report' });
    expect(JSON.parse(configuration)).toMatchObject({ urls: { orders: 'https://orders.clients.shop.internal:15008' } });
    expect(system.client('report').url('orders')).toBe('https://orders.clients.shop.internal:15008');
  });

  test('finds the client gateway by one name for all services', () => {
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: '*.clients.shop.internal',
      Type: 'CNAME',
      ResourceRecords: ['client-gateway.tasks.shop.internal'],
    });
  });

  test('fails if it asks for the URL of a service that it does not call, or if the client is not there', () => {
    expect(() => system.client('report').url('other')).toThrow(/UNDECLARED_CALL/);
    expect(() => system.client('reports')).toThrow(/UNKNOWN_CLIENT/);
  });
});

test('a system without clients has none of it', () => {
  const shop = new Shop();
  shop.system(undefined);
  expect(JSON.stringify(Template.fromStack(shop.stack).toJSON())).not.toMatch(/client-gateway|clients\.shop/);
});

test('a client in a stack of its own refers to the system, and the system not to the client', () => {
  const shop = new Shop();
  const later = new Stack(shop.app, 'Later');
  const fn = shop.function(later);
  const system = shop.system({ report: client(fn) });
  fn.addEnvironment('MESH_CLIENT', system.client('report').configuration);
  shop.app.synth();
  expect(shop.stack.dependencies).toEqual([]);
  expect(later.dependencies).toEqual([shop.stack]);
  Template.fromStack(later).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 15008 });
});

test('fails if the stack of the client is deployed before that of the system', () => {
  const shop = new Shop();
  const early = new Stack(shop.app, 'Early');
  const role = new Role(early, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  const connections = new SecurityGroup(early, 'Group', { vpc: new Vpc(early, 'Vpc') });
  shop.stack.addStackDependency(early);
  expect(() => shop.system({ report: { role, connections, calls: ['orders'] } })).toThrow(
    /clients\.report\.role: its stack is deployed before/,
  );
});

test('fails if the role proves another identity already', () => {
  const shop = new Shop();
  const fn = shop.function();
  shop.system({ report: client(fn) });
  expect(() => new Microservices(shop.stack, 'Next', { vpc: shop.vpc, services: { orders }, clients: { report: client(fn) } })).toThrow(
    /the role proves the identity spiffe:\/\/shop\.internal\/report already/,
  );
});

test('warns of a role that another app makes, with what it needs', () => {
  const shop = new Shop();
  const role = Role.fromRoleArn(shop.stack, 'Role', 'arn:aws:iam::123456789012:role/report');
  shop.system({ report: { ...client(shop.function()), role } });
  Annotations.fromStack(shop.stack).hasWarning(
    '*',
    Match.stringLikeRegexp(
      'clients.report.role: the role report .*cdk-ecs-microservices-identity with the value spiffe://shop.internal/report',
    ),
  );
});
