import { App, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Deployment, LoadBalancerTarget, Microservices, Placement, Protocol } from '../../../lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { cyclesIn } from '../../support/assembly/cycles';
import { flatten } from '../../../programs/emulator/assembly/flatten';
import { rootStacksOf } from '../../../programs/emulator/assembly/synthesized';
import type { Resource } from '../../../programs/emulator/template/template';
import { QUICK } from '../../support/placed-system';
import { service } from '../../support/stack';

/** Strong references are exports, which CloudFormation does not let go of as long as somebody imports them. */
const CONTEXT = { '@aws-cdk/core:defaultCrossStackReferences': 'strong' };

/** A system whose service `orders` is in a group, and a stack of the user's. */
class Shop {
  readonly app = new App({ context: CONTEXT, treeMetadata: false });
  readonly root = new Stack(this.app, 'Root');
  readonly own = new Stack(this.app, 'Own');
  readonly vpc = new ec2.Vpc(this.root, 'Vpc');

  mesh(kind: 'nestedStack' | 'stack', orders: Partial<ServiceProps> = {}, more: Partial<MicroservicesProps> = {}): Microservices {
    return new Microservices(this.root, 'Shop', {
      ...QUICK,
      vpc: this.vpc,
      groups: { back: kind === 'stack' ? Placement.stack(this.own) : Placement.nestedStack() },
      services: { ui: service({ calls: ['orders'] }), orders: service({ group: 'back', ...orders }) },
      ...more,
    });
  }

  database(scope: Stack): rds.DatabaseInstance {
    return new rds.DatabaseInstance(scope, 'Database', { engine: rds.DatabaseInstanceEngine.POSTGRES, vpc: this.vpc });
  }

  /** Deployable: nothing waits for itself. */
  synth(): CloudAssembly {
    const assembly = this.app.synth();
    expect(cyclesIn(assembly)).toEqual([]);
    // Fails if a stack reads what nothing deploys before it.
    flatten(assembly, { main: 'Root' });
    return assembly;
  }
}

/** Where resources of a type stand: the stack that is deployed, and `nested` for what is nested in it. */
function placesOf(assembly: CloudAssembly, is: (resource: Resource) => boolean): readonly string[] {
  const stacks = rootStacksOf(assembly).flatMap(({ all }) => all);
  return stacks
    .flatMap(({ path, template }) =>
      Object.values(template.Resources ?? {})
        .filter(is)
        .map(({ Type: type }) => `${type.replace(/^.*::/, '')} in ${path.length > 1 ? 'the nested stack' : path.join('')}`),
    )
    .sort();
}

const ofDatabase = ({ Type: type, Properties: properties }: Resource): boolean =>
  type.startsWith('AWS::EC2::SecurityGroup') && JSON.stringify(properties?.['FromPort'] ?? '').includes('Port');
const ofPort =
  (port: number) =>
  ({ Type: type, Properties: properties }: Resource): boolean =>
    /SecurityGroup(In|E)gress$/.test(type) && properties?.['FromPort'] === port;

const exportsOf = (assembly: CloudAssembly): string =>
  JSON.stringify(rootStacksOf(assembly).map(({ template }) => Object.values(template.Outputs ?? {}).map(({ Value: value }) => value)));

test('a group stands beside its database, whose endpoint is an external host, and nothing of the two is exported', () => {
  const shop = new Shop();
  const database = shop.database(shop.own);
  const { dbInstanceEndpointAddress: host } = database;
  const mesh = shop.mesh('stack', { calls: ['db'] }, { external: { db: { host, port: 5432, protocol: Protocol.TCP, tls: false } } });
  database.connections.allowDefaultPortFrom(mesh.service('orders'));
  const assembly = shop.synth();
  expect(placesOf(assembly, ofDatabase)).toEqual(['SecurityGroupEgress in Own', 'SecurityGroupIngress in Own']);
  expect(exportsOf(assembly)).not.toContain('SecurityGroup');
});

test.each(['nestedStack', 'stack'] as const)('a group connects to a database in the stack of the system: %s', (kind) => {
  const shop = new Shop();
  const mesh = shop.mesh(kind);
  mesh.service('orders').connections.allowToDefaultPort(shop.database(shop.root));
  const place = kind === 'stack' ? 'Own' : 'the nested stack';
  expect(placesOf(shop.synth(), ofDatabase)).toEqual([`SecurityGroupEgress in ${place}`, `SecurityGroupIngress in ${place}`]);
});

test('a service in the stack of the system connects to a database of a stack in which a group stands', () => {
  const shop = new Shop();
  const mesh = shop.mesh('stack');
  shop.database(shop.own).connections.allowDefaultPortFrom(mesh.service('ui'));
  expect(placesOf(shop.synth(), ofDatabase)).toEqual(['SecurityGroupEgress in Own', 'SecurityGroupIngress in Own']);
});

test.each(['nestedStack', 'stack'] as const)('addresses are let in by rules in the stack of the group: %s', (kind) => {
  const shop = new Shop();
  const { connections } = shop.mesh(kind).service('orders');
  connections.allowFrom(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(4711));
  connections.allowTo(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(4711));
  const place = kind === 'stack' ? 'Own' : 'the nested stack';
  expect(placesOf(shop.synth(), ofPort(4711))).toEqual([`SecurityGroupEgress in ${place}`, `SecurityGroupIngress in ${place}`]);
});

test.each([
  ['a nested stack, in the stack of the system', 'nestedStack', 'root', 'the nested stack'],
  ['a nested stack, in another stack that is deployed later', 'nestedStack', 'own', 'the nested stack'],
  ['a stack, in the stack of the system', 'stack', 'root', 'Own'],
  ['a stack, in the same one', 'stack', 'own', 'Own'],
] as const)('a service in %s, is granted a table', (_name, kind, place, where) => {
  const shop = new Shop();
  const table = new dynamodb.Table(shop[place], 'Table', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING } });
  table.grantReadWriteData(shop.mesh(kind).service('orders'));
  expect(placesOf(shop.synth(), ({ Properties }) => JSON.stringify(Properties ?? {}).includes('dynamodb:PutItem'))).toEqual([
    `Policy in ${where}`,
  ]);
});

test.each([
  ['nestedStack', 'root'],
  ['stack', 'root'],
  ['stack', 'own'],
] as const)('a service in a %s reads a secret with a key of its own in the stack %s', (kind, place) => {
  const shop = new Shop();
  const secret = new secretsmanager.Secret(shop[place], 'Secret', { encryptionKey: new kms.Key(shop[place], 'Key') });
  shop.mesh(kind, { secrets: { PASSWORD: ecs.Secret.fromSecretsManager(secret) } });
  shop.synth();
});

test.each([
  ['nestedStack', 'root'],
  ['stack', 'root'],
  ['stack', 'own'],
] as const)('a load balancer leads to a service in a %s: it stands in the stack %s', (kind, place) => {
  const shop = new Shop();
  const mesh = shop.mesh(kind, { loadBalancerTarget: LoadBalancerTarget.application() });
  const balancer = new elbv2.ApplicationLoadBalancer(shop[place], 'Balancer', { vpc: shop.vpc });
  balancer
    .addListener('Http', { port: 80 })
    .addTargets('Orders', { port: 80, targets: [mesh.service('orders').workload().loadBalancerTarget()] });
  const assembly = shop.synth();
  const where = kind === 'stack' ? 'Own' : 'the nested stack';
  expect(placesOf(assembly, ofPort(15007))).toEqual([`SecurityGroupEgress in ${where}`, `SecurityGroupIngress in ${where}`]);
});

test('fails if nobody lets a load balancer in to a service in a group', () => {
  const shop = new Shop();
  const mesh = shop.mesh('nestedStack', { loadBalancerTarget: LoadBalancerTarget.network() });
  const balancer = new elbv2.NetworkLoadBalancer(shop.root, 'Balancer', { vpc: shop.vpc });
  balancer
    .addListener('Tcp', { port: 80 })
    .addTargets('Orders', { port: 80, targets: [mesh.service('orders').workload().loadBalancerTarget()] });
  expect(() => shop.app.synth()).toThrow(/services\.orders\.loadBalancerTarget: nobody is let in/);
});

test('alarms and metrics of a service in a group stand anywhere', () => {
  const shop = new Shop();
  const alarm = new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' }).createAlarm(shop.root, 'Errors', {
    threshold: 1,
    evaluationPeriods: 1,
  });
  const mesh = shop.mesh('nestedStack', { deployment: Deployment.rolling({ alarms: [alarm] }) });
  mesh.service('orders').workload().metricCpuUtilization().createAlarm(shop.own, 'Cpu', { threshold: 80, evaluationPeriods: 3 });
  mesh.service('orders').workload().metricCpuUtilization().createAlarm(shop.root, 'Cpu', { threshold: 80, evaluationPeriods: 3 });
  shop.synth();
});
