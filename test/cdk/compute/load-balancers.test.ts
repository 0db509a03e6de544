import { LoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancing';
import { ApplicationLoadBalancer, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { build, service } from '../../support/stack';

describe('a load balancer of the CDK', () => {
  test('fails if it leads to a service, whose only port is that of Envoy, instead of opening that port to it', () => {
    const { stack, system } = build({ services: { orders: service() } });
    const { ecsService, container, taskDefinition } = system.service('orders').workload();
    expect(taskDefinition.defaultContainer).toBe(container);
    const vpc = system.vpc;
    const listener = new ApplicationLoadBalancer(stack, 'Balancer', { vpc }).addListener('Http', { port: 80, open: false });
    const tcp = new NetworkLoadBalancer(stack, 'Tcp', { vpc }).addListener('Tcp', { port: 80 });
    for (const lead of [
      () => listener.addTargets('Orders', { port: 80, targets: [ecsService] }),
      () =>
        listener.addTargets('App', { port: 80, targets: [ecsService.loadBalancerTarget({ containerName: 'app', containerPort: 8080 })] }),
      () => listener.addTargets('Envoy', { port: 80, targets: [ecsService.loadBalancerTarget({ containerName: 'envoy' })] }),
      () => tcp.addTargets('Orders', { port: 80, targets: [ecsService] }),
      () => new LoadBalancer(stack, 'Classic', { vpc, targets: [ecsService] }),
    ])
      expect(lead).toThrow(/a load balancer cannot lead to "orders" \[UNSUPPORTED_BY_MESH\][\s\S]*fix: +reach the service through an edge/);
  });
});
