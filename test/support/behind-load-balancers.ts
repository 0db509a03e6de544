import type { App } from 'aws-cdk-lib';
import { Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LoadBalancerTarget, Microservices, Protocol, Tracing } from '../../lib';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';

/**
 * Behind an Application Load Balancer, `ui`, `orders`, which has rules of callers, `sockets` and the gRPC service `remote`; behind a
 * Network Load Balancer `api` and the Redis `cache`. Every trace is recorded.
 */
export function behindLoadBalancers(app: App): Stack {
  const stack = new Stack(app, 'E2e');
  const application = LoadBalancerTarget.application();
  const network = LoadBalancerTarget.network();
  const relay = { image: ContainerImage.fromRegistry('example/relay:1'), port: 8080 };
  const shop = new Microservices(stack, 'Shop', {
    services: {
      ui: {
        ...relay,
        desiredCount: 2,
        calls: ['orders'],
        environment: { ORDERS: 'http://orders.shop.internal:15080' },
        loadBalancerTarget: application,
      },
      orders: {
        ...relay,
        allow: [{ callers: ['ui'] }, { callers: ['load-balancer'], methods: ['GET'], paths: ['/public/*', '/limited'] }],
        rateLimits: { clients: { requests: 1, burst: 2, per: Duration.hours(1), callers: ['load-balancer'], paths: ['/limited'] } },
        loadBalancerTarget: application,
      },
      sockets: { image: ContainerImage.fromRegistry('example/httpbin:1'), port: 8080, webSockets: true, loadBalancerTarget: application },
      remote: {
        image: ContainerImage.fromRegistry('example/remote:1'),
        port: 8080,
        protocol: Protocol.GRPC,
        loadBalancerTarget: application,
      },
      api: { ...relay, loadBalancerTarget: network },
      cache: { image: ContainerImage.fromRegistry('example/redis:1'), port: 6379, protocol: Protocol.TCP, loadBalancerTarget: network },
    },
    tracing: Tracing.xray({ samplingRate: 1 }),
  });
  const { vpc } = shop;
  const target = (name: string) => shop.service(name).workload().loadBalancerTarget();
  const listener = new elbv2.ApplicationLoadBalancer(stack, 'Application', { vpc }).addListener('Http', { port: 80 });
  listener.addTargets('Ui', { port: 80, targets: [target('ui')] });
  listener.addTargets('Orders', {
    port: 80,
    targets: [target('orders')],
    priority: 1,
    conditions: [elbv2.ListenerCondition.pathPatterns(['/orders/*'])],
  });
  listener.addTargets('Sockets', {
    port: 80,
    targets: [target('sockets')],
    priority: 2,
    conditions: [elbv2.ListenerCondition.pathPatterns(['/websocket/*'])],
  });
  listener.addTargets('Remote', {
    port: 80,
    protocolVersion: elbv2.ApplicationProtocolVersion.GRPC,
    targets: [target('remote')],
    priority: 3,
    conditions: [elbv2.ListenerCondition.pathPatterns(['/echo.Echo/*'])],
  });
  const tcp = new elbv2.NetworkLoadBalancer(stack, 'Network', { vpc, securityGroups: [new ec2.SecurityGroup(stack, 'Clients', { vpc })] });
  for (const [index, name] of ['api', 'cache'].entries()) {
    const each = target(name);
    tcp.connections.allowToDefaultPort(each);
    tcp.addListener(name, { port: 81 + index }).addTargets(name, { port: 81 + index, targets: [each] });
  }
  return stack;
}
