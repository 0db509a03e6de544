import { Annotations as OwnAnnotations, App, Fn, Size, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { EcsFargateContainerDefinition, EcsJobDefinition } from 'aws-cdk-lib/aws-batch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { Microservices, Protocol, type MicroservicesProps } from '../../../lib';

const ID = 'cdk-ecs-microservices:virtual-name-outside-mesh';
const image = ContainerImage.fromRegistry('example/orders');
const orders = { image, port: 8080, ports: { admin: { port: 9000 } }, calls: ['search', 'mail'] };

class Shop {
  readonly app = new App();
  readonly stack: Stack;
  readonly vpc: Vpc;
  readonly system: Microservices;

  constructor(props: Partial<MicroservicesProps> = {}, scope?: Construct) {
    this.stack = new Stack(scope ?? this.app, 'Shop');
    this.vpc = new Vpc(this.stack, 'Vpc', { maxAzs: 2 });
    this.system = this.another('System', { ...props, vpc: this.vpc });
  }

  another(id: string, props: Partial<MicroservicesProps>): Microservices {
    return new Microservices(this.stack, id, {
      name: 'shop',
      services: { orders, search: { image, port: 8080, protocol: Protocol.GRPC } },
      external: { mail: { host: 'smtp.example.com', protocol: Protocol.TCP, port: 587, virtualPort: 15081 } },
      ...props,
    });
  }

  function(environment: Readonly<Record<string, string>>, { stack = this.stack, id = 'Report' } = {}): Function {
    const code = Code.fromInline('exports.handler = async () => undefined;');
    return new Function(stack, id, { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code, vpc: this.vpc, environment });
  }
}

/** The messages of the warning at a construct, and below it. */
function warningsAt(stack: Stack, path: string): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp(ID))
    .filter(({ id }) => id === `/${path}` || id.startsWith(`/${path}/`))
    .map(({ entry }) => entry.data as string);
}
const all = (stack: Stack): readonly string[] => warningsAt(stack, stack.node.path);

describe('a warning comes for the address of a service', () => {
  test('in a Lambda function, with the variable, the name and what to do', () => {
    const shop = new Shop();
    const fn = shop.function({});
    // After the system, as an address comes from its handle.
    fn.addEnvironment('ORDERS', shop.system.service('orders').url);
    const [message, ...more] = warningsAt(shop.stack, 'Shop/Report');
    expect(more).toEqual([]);
    expect(message).toContain('environment.ORDERS: "orders.shop.internal" is a virtual name of Shop/System');
    expect(message).toContain("name this caller in clients, with calls: ['orders'], and use client('<name>').url('orders')");
  });

  test.each([
    ['of another port', (system: Microservices) => system.service('orders').portUrl('admin'), 'orders-admin.shop.internal'],
    ['of gRPC', (system: Microservices) => system.service('search').url, 'search.shop.internal'],
    ['as a host alone', () => 'orders.shop.internal', 'orders.shop.internal'],
    ['in a list, and in other letters', () => 'http://a.example,http://Orders.Shop.Internal:15080/x', 'orders.shop.internal'],
    ['in a text of several lines', () => 'first\norders.shop.internal', 'orders.shop.internal'],
    [
      'in a text that CloudFormation joins',
      () => Fn.join('', ['http://orders.shop.internal:15080/', Fn.ref('AWS::Region')]),
      'orders.shop',
    ],
  ] as const)('%s', (_name, text, host) => {
    const shop = new Shop();
    shop.function({ TARGET: text(shop.system) });
    expect(warningsAt(shop.stack, 'Shop/Report')).toEqual([expect.stringContaining(`environment.TARGET: "${host}`)]);
  });

  test('in a task definition that is not of the mesh, and in a batch job', () => {
    const shop = new Shop();
    const { url } = shop.system.service('orders');
    const task = new FargateTaskDefinition(shop.stack, 'Task');
    task.addContainer('App', { image, environment: { ORDERS: url } });
    const container = new EcsFargateContainerDefinition(shop.stack, 'Container', {
      ...{ image, cpu: 1, memory: Size.gibibytes(2), environment: { ORDERS: url } },
    });
    new EcsJobDefinition(shop.stack, 'Job', { container });
    expect(warningsAt(shop.stack, 'Shop/Task')).toHaveLength(1);
    expect(warningsAt(shop.stack, 'Shop/Job')).toHaveLength(1);
  });

  test('in another stack of the app', () => {
    const shop = new Shop();
    const later = new Stack(shop.app, 'Later');
    shop.function({ ORDERS: shop.system.service('orders').url }, { stack: later });
    expect(all(later)).toHaveLength(1);
  });

  test('in a task of another mesh, whose Envoy knows nothing of it', () => {
    const shop = new Shop();
    const environment = { ORDERS: shop.system.service('orders').url };
    shop.another('Market', { name: 'market', vpc: shop.vpc, services: { stall: { image, port: 8080, environment } }, external: {} });
    expect(all(shop.stack)).toEqual([expect.stringContaining('is a virtual name of Shop/System')]);
  });

  test('in the function of a client, with the address that it has', () => {
    const shop = new Shop({ services: { orders: { ...orders, calls: [] }, search: { image, port: 8080 } }, external: {} });
    const fn = shop.function({ ORDERS: 'orders.shop.internal', SEARCH: 'search.other.internal', NEXT: 'orders.other.internal' });
    const client = { role: fn.role!, connections: fn, calls: ['search'] };
    shop.another('Other', {
      ...{ name: 'other', vpc: shop.vpc, external: {} },
      services: { orders: { ...orders, calls: [] }, search: { image, port: 8080 } },
      clients: { report: client },
    });
    const [next, ofOthers, ofClient] = [...warningsAt(shop.stack, 'Shop/Report')].sort();
    expect(ofOthers).toContain('environment.ORDERS: "orders.shop.internal" is a virtual name of Shop/System');
    expect(ofOthers).toContain('name this caller in clients');
    expect(ofClient).toMatch(/environment\.SEARCH: .*: use client\('report'\)\.url\('search'\) with the certificate of the client/);
    expect(next).toContain('environment.NEXT: "orders.other.internal"');
    expect(next).toContain('add \'orders\' to the calls of the client "report", and use');
  });

  test('of an external service, which is called at its own host', () => {
    const shop = new Shop();
    shop.function({ MAIL: 'mail.shop.internal:15081' });
    expect(all(shop.stack)).toEqual([expect.stringContaining('"mail" is outside of the mesh, as this caller is: use its own host')]);
  });
});

describe('no warning comes', () => {
  test('for tasks of the mesh, jobs among them', () => {
    const address = 'http://orders.shop.internal:15080';
    const caller = { image, calls: ['orders'], environment: { ORDERS: address } };
    const shop = new Shop({
      services: {
        orders: { image, port: 8080 },
        worker: caller,
        catalog: { ...caller, port: 8080, versions: { a: { image, weight: 1 }, b: { image, weight: 0 } } },
      },
      jobs: { nightly: caller },
      external: {},
    });
    shop.system.service('worker').workload().container.addEnvironment('MORE', address);
    expect(all(shop.stack)).toEqual([]);
  });

  test('for the address that the handle of a client has, and for names that are not of the mesh', () => {
    const app = new App();
    const stack = new Stack(app, 'Shop');
    const vpc = new Vpc(stack, 'Vpc');
    const code = Code.fromInline('exports.handler = async () => undefined;');
    const fn = new Function(stack, 'Report', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code, vpc });
    const shop = new Microservices(stack, 'System', {
      ...{ name: 'shop', vpc, services: { orders: { image, port: 8080 } } },
      clients: { report: { role: fn.role!, connections: fn, calls: ['orders'] } },
    });
    fn.addEnvironment('MESH_CLIENT', shop.client('report').configuration);
    fn.addEnvironment('ORDERS', shop.client('report').url('orders'));
    fn.addEnvironment('DATABASE', 'db.shop.internal:5432');
    fn.addEnvironment('LIKE_IT', 'https://orders.shop.internal.example.com https://my-orders.shop.internal https://a.orders.shop.internal');
    fn.addEnvironment('REGION_OF_IT', Fn.ref('AWS::Region'));
    expect(all(stack)).toEqual([]);
  });

  test('for tasks of a mesh with the same names in another VPC, or in another stage', () => {
    const shop = new Shop();
    const environment = { SEARCH: 'search.shop.internal:15080' };
    const services = { orders: { image, calls: ['search'], environment }, search: { image, port: 8080, protocol: Protocol.GRPC } };
    shop.another('Abroad', { vpc: new Vpc(shop.stack, 'AbroadVpc'), services, external: {} });
    const inStage = new Shop({ services, external: {} }, new Stage(shop.app, 'Prod'));
    expect([...all(shop.stack), ...all(inStage.stack)]).toEqual([]);
  });

  test('where it is acknowledged, at the function alone', () => {
    const shop = new Shop();
    const ORDERS = shop.system.service('orders').url;
    const documentation = shop.function({ ORDERS });
    shop.function({ ORDERS }, { id: 'Other' });
    OwnAnnotations.of(documentation).acknowledgeWarning(ID);
    expect(warningsAt(shop.stack, 'Shop/Report')).toEqual([]);
    expect(warningsAt(shop.stack, 'Shop/Other')).toHaveLength(1);
  });
});
