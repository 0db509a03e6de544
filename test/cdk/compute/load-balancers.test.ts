import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { LoadBalancer as ClassicLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancing';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Authorizer, Edge, LoadBalancerTarget, Microservices, Protocol } from '../../../lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { newApp } from '../../support/shapes';
import type { Resource } from '../../support/stack';
import { resourcesOf, service, taskConfigOf } from '../../support/stack';

const APPLICATION = LoadBalancerTarget.application();
const NETWORK = LoadBalancerTarget.network();

/** A mesh, and load balancers of both kinds in its VPC. */
class Door {
  readonly stack = new Stack(newApp(), 'Stack');
  readonly shop: Microservices;

  constructor(orders: Partial<ServiceProps> = {}, props: Partial<MicroservicesProps> = {}) {
    this.shop = new Microservices(this.stack, 'Shop', { services: { orders: service(orders) }, ...props });
  }

  application(): elbv2.ApplicationListener {
    const balancer = new elbv2.ApplicationLoadBalancer(this.stack, 'Application', { vpc: this.shop.vpc });
    return balancer.addListener('Http', { port: 80, open: false });
  }

  network(securityGroups = [new ec2.SecurityGroup(this.stack, 'Clients', { vpc: this.shop.vpc })]): elbv2.NetworkLoadBalancer {
    return new elbv2.NetworkLoadBalancer(this.stack, 'Network', { vpc: this.shop.vpc, securityGroups });
  }

  target(version?: string): ReturnType<ReturnType<ReturnType<Microservices['service']>['workload']>['loadBalancerTarget']> {
    return this.shop.service('orders').workload(version).loadBalancerTarget();
  }

  get resources(): readonly Resource[] {
    return Object.values(resourcesOf(Template.fromStack(this.stack)));
  }

  /** Those of a type, by the end of its name. */
  all(type: string): readonly Record<string, unknown>[] {
    return this.resources.filter(({ Type }) => Type.endsWith(`::${type}`)).map(({ Properties = {} }) => Properties);
  }
}

const onPort = (rules: readonly Record<string, unknown>[]) =>
  rules.filter(({ FromPort }) => FromPort === 15007).map(({ FromPort, ToPort, IpProtocol }) => ({ FromPort, ToPort, IpProtocol }));

describe('a load balancer of the user', () => {
  test('leads to the listener of Envoy, is let in there and nowhere else, and the service waits for it', () => {
    const door = new Door({ loadBalancerTarget: APPLICATION, startupTimeout: Duration.seconds(20) });
    door.application().addTargets('Orders', { port: 80, targets: [door.target()] });
    const [ecsService] = door.resources.filter(({ Type }) => Type === 'AWS::ECS::Service');
    expect(ecsService.Properties).toMatchObject({
      LoadBalancers: [{ ContainerName: 'envoy', ContainerPort: 15007 }],
      HealthCheckGracePeriodSeconds: 170,
    });
    expect(ecsService.DependsOn).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ApplicationHttp\w{8}$/),
        expect.stringMatching(/^ShopordersSecurityGroupfromStackApplicationSecurityGroup/),
        expect.stringMatching(/^ApplicationSecurityGrouptoStackShopordersSecurityGroup/),
      ]),
    );
    const rule = { FromPort: 15007, ToPort: 15007, IpProtocol: 'tcp' };
    expect(onPort(door.all('SecurityGroupIngress'))).toEqual([rule]);
    expect(onPort(door.all('SecurityGroupEgress'))).toEqual([rule]);
    expect(door.all('SecurityGroupIngress')).toHaveLength(1);
    expect(door.all('TargetGroup')).toMatchObject([{ Protocol: 'HTTP', TargetType: 'ip' }]);
  });

  test('of the network kind is let in by the default port of the target', () => {
    const door = new Door({ loadBalancerTarget: NETWORK, protocol: Protocol.TCP, port: 6379 });
    const balancer = door.network();
    const target = door.target();
    balancer.connections.allowToDefaultPort(target);
    balancer.addListener('Tcp', { port: 6379 }).addTargets('Orders', { port: 6379, targets: [target] });
    expect(onPort(door.all('SecurityGroupIngress'))).toHaveLength(1);
    expect(door.all('ECS::Service')).toMatchObject([{ LoadBalancers: [{ ContainerName: 'envoy', ContainerPort: 15007 }] }]);
  });

  test('without security groups is let in by its addresses', () => {
    const door = new Door({ loadBalancerTarget: NETWORK });
    const target = door.target();
    target.connections.allowDefaultPortFrom(ec2.Peer.ipv4('10.0.0.0/16'));
    new elbv2.NetworkLoadBalancer(door.stack, 'Network', { vpc: door.shop.vpc })
      .addListener('Tcp', { port: 80 })
      .addTargets('Orders', { port: 80, targets: [target] });
    expect(() => door.resources).not.toThrow();
  });

  test('fails if nobody lets a Network Load Balancer in, which the CDK does not say', () => {
    const door = new Door({ loadBalancerTarget: NETWORK });
    door
      .network()
      .addListener('Tcp', { port: 80 })
      .addTargets('Orders', { port: 80, targets: [door.target()] });
    expect(() => door.resources).toThrow(
      /services\.orders\.loadBalancerTarget: nobody is let in on port 15007[\s\S]*connections\.allowToDefaultPort\(target\)/,
    );
  });

  test('says nothing where no load balancer is attached', () => {
    const door = new Door({ loadBalancerTarget: NETWORK });
    door.target();
    expect(door.all('ECS::Service')[0]).not.toHaveProperty('HealthCheckGracePeriodSeconds');
  });

  test('leads to versions by a target group for each, with weights', () => {
    const door = new Door({ loadBalancerTarget: APPLICATION, versions: { v1: { weight: 1 }, v2: { weight: 0 } } });
    const { vpc } = door.shop;
    const group = (version: string) =>
      new elbv2.ApplicationTargetGroup(door.stack, version, { vpc, port: 80, targets: [door.target(version)] });
    door.application().addAction('Split', {
      action: elbv2.ListenerAction.weightedForward([
        { targetGroup: group('v1'), weight: 9 },
        { targetGroup: group('v2'), weight: 1 },
      ]),
    });
    expect(door.all('ECS::Service')).toHaveLength(2);
    for (const each of door.all('ECS::Service')) expect(each).toMatchObject({ LoadBalancers: [{ ContainerPort: 15007 }] });
    expect(onPort(door.all('SecurityGroupIngress'))).toHaveLength(1);
  });

  test('is waited for by the tasks, whose application nobody else calls', () => {
    const waitedFor = (props: Partial<ServiceProps>) =>
      taskConfigOf(Template.fromStack(new Door(props).stack), 'orders').variables.MESH_APPLICATION;
    expect(waitedFor({ loadBalancerTarget: APPLICATION })).toContain('"port":8080');
    expect(waitedFor({})).toBeUndefined();
  });
});

describe('a load balancer that could never reach the application', () => {
  const lead =
    (door: Door, group: Partial<elbv2.AddApplicationTargetsProps> = {}) =>
    () => {
      door.application().addTargets('Orders', { port: 80, targets: [door.target()], ...group });
    };
  const leadTcp =
    (door: Door, group: Partial<elbv2.AddNetworkTargetsProps> = {}) =>
    () => {
      door
        .network()
        .addListener('Tcp', { port: 80 })
        .addTargets('Orders', { port: 80, targets: [door.target()], ...group });
    };
  const grpc = { protocol: Protocol.GRPC, loadBalancerTarget: APPLICATION };
  const { GRPC, HTTP2 } = elbv2.ApplicationProtocolVersion;

  test.each<readonly [string, () => void, RegExp]>([
    ['the service has no loadBalancerTarget', lead(new Door()), /UNSUPPORTED_BY_MESH[\s\S]*fix: +set loadBalancerTarget of the service/],
    [
      'it is a Network Load Balancer, whose clients would be believed',
      leadTcp(new Door({ loadBalancerTarget: APPLICATION })),
      /CONFLICT[\s\S]*believes X-Forwarded-\*[\s\S]*fix: +set loadBalancerTarget of the service to LoadBalancerTarget\.network\(\)/,
    ],
    [
      'it is an Application Load Balancer, which would not be believed',
      lead(new Door({ loadBalancerTarget: NETWORK })),
      /CONFLICT[\s\S]*fix: +set loadBalancerTarget of the service to LoadBalancerTarget\.application\(\)/,
    ],
    [
      'it speaks TLS to its targets',
      lead(new Door({ loadBalancerTarget: APPLICATION }), { port: 443 }),
      /CONFLICT[\s\S]*HTTPS[\s\S]*fix: +set protocol: ApplicationProtocol\.HTTP/,
    ],
    [
      'it begins TLS to its targets',
      leadTcp(new Door({ loadBalancerTarget: NETWORK }), { protocol: elbv2.Protocol.TLS }),
      /CONFLICT[\s\S]*fix: +set protocol: Protocol\.TCP/,
    ],
    [
      'it speaks HTTP/1.1 to a gRPC service',
      lead(new Door(grpc)),
      /CONFLICT[\s\S]*fix: +set protocolVersion: ApplicationProtocolVersion\.GRPC/,
    ],
    [
      'it speaks gRPC to another service',
      lead(new Door({ loadBalancerTarget: APPLICATION }), { protocolVersion: GRPC }),
      /CONFLICT[\s\S]*fix: +leave protocolVersion out/,
    ],
  ])('fails if %s', (_, form, error) => {
    expect(form).toThrow(error);
  });

  test.each<readonly [string, () => void]>([
    ['gRPC to a gRPC service', lead(new Door(grpc), { protocolVersion: GRPC })],
    ['HTTP/2 to a gRPC service', lead(new Door(grpc), { protocolVersion: HTTP2 })],
    [
      'HTTP/2 to a service of HTTP/1.1, for which Envoy translates',
      lead(new Door({ loadBalancerTarget: APPLICATION }), { protocolVersion: HTTP2 }),
    ],
    ['TCP to a gRPC service', leadTcp(new Door({ ...grpc, loadBalancerTarget: NETWORK }))],
  ])('may speak %s', (_, form) => {
    expect(form).not.toThrow();
  });

  test('fails if it is a Classic Load Balancer', () => {
    const door = new Door({ loadBalancerTarget: APPLICATION });
    expect(() => new ClassicLoadBalancer(door.stack, 'Classic', { vpc: door.shop.vpc, targets: [door.target()] })).toThrow(
      /UNSUPPORTED_BY_MESH[\s\S]*fix: +use one of aws-elasticloadbalancingv2/,
    );
  });
});

describe("the CDK's own targets", () => {
  test.each<readonly [string, Partial<ServiceProps>, RegExp]>([
    [
      'a service that has none',
      {},
      /fix: +set loadBalancerTarget of the service.*service\('orders'\)\.workload\(\)\.loadBalancerTarget\(\)/,
    ],
    ['a service that has one', { loadBalancerTarget: APPLICATION }, /fix: +use service\('orders'\)\.workload\(\)\.loadBalancerTarget\(\)/],
  ])('fails if they would lead past the listener for load balancers: %s', (_, props, fix) => {
    const door = new Door(props);
    const { ecsService, container, taskDefinition } = door.shop.service('orders').workload();
    expect(taskDefinition.defaultContainer).toBe(container);
    const listener = door.application();
    const tcp = door.network().addListener('Tcp', { port: 80 });
    const { vpc } = door.shop;
    for (const lead of [
      () => listener.addTargets('Orders', { port: 80, targets: [ecsService] }),
      () =>
        listener.addTargets('App', { port: 80, targets: [ecsService.loadBalancerTarget({ containerName: 'app', containerPort: 8080 })] }),
      () => listener.addTargets('Envoy', { port: 80, targets: [ecsService.loadBalancerTarget({ containerName: 'envoy' })] }),
      () => tcp.addTargets('Orders', { port: 80, targets: [ecsService] }),
      () => new ClassicLoadBalancer(door.stack, 'Classic', { vpc, targets: [ecsService] }),
    ]) {
      let message = '';
      try {
        lead();
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/a load balancer cannot lead to "orders" this way \[UNSUPPORTED_BY_MESH\]/);
      expect(message).toMatch(fix);
    }
  });

  test('fails if they would lead to a version, or to the gateway service of an edge', () => {
    const versions = { v1: { weight: 1 }, v2: { weight: 0 } };
    const edge = Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'orders' } } });
    const { shop } = new Door({ versions, loadBalancerTarget: APPLICATION }, { edge });
    const attach = (ecsService: object) => () => {
      (ecsService as { attachToApplicationTargetGroup(): void }).attachToApplicationTargetGroup();
    };
    expect(attach(shop.service('orders').workload('v2').ecsService)).toThrow(/workload\('v2'\)\.loadBalancerTarget\(\)/);
    expect(attach(shop.edge().gateway.workload().ecsService)).toThrow(/fix: +reach the gateway service by the API of its edge/);
    expect(() => shop.edge().gateway.workload().loadBalancerTarget()).toThrow(/fix: +reach the gateway service by the API of its edge/);
  });
});
