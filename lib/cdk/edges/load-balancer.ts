import { defined } from '../../core/defined';
import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge';
import type { EdgeTarget } from './model';
import { oneWaySecurityGroup } from './security-group';
import { waitFor } from './wait-for';

export const LISTENER_PORT = 80;

export interface EdgeLoadBalancer {
  readonly loadBalancer: elbv2.NetworkLoadBalancer;
  readonly listener: elbv2.NetworkListener;
  readonly securityGroup: ec2.ISecurityGroup;
}

export interface EdgeLoadBalancerOptions {
  /** How long a task of the gateway that leaves may go on with its requests. */
  readonly deregistrationSeconds: number;
  /**
   * Whether a VPC link of version 1 leads to it, by AWS PrivateLink: not from an address or a security group of the VPC, so that no rule
   * could name it. Everybody else stays outside, since its security group lets nobody in.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
   */
  readonly byPrivateLink?: true;
}

/** A REST or WebSocket API cannot ask Cloud Map, so its VPC link leads to the gateway's tasks through a load balancer. */
export function renderLoadBalancer(scope: Construct, name: string, target: EdgeTarget, options: EdgeLoadBalancerOptions): EdgeLoadBalancer {
  const { vpc } = target;
  const { group: securityGroup, opening } = oneWaySecurityGroup(scope, 'LoadBalancerSecurityGroup', {
    vpc,
    to: target.securityGroup,
    port: target.containerPort,
    description: `Load balancer of the edge of ${name}`,
  });
  const loadBalancer = new elbv2.NetworkLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    // It takes one subnet in each zone.
    vpcSubnets: { ...target.vpcSubnets, onePerAz: true },
    internetFacing: false,
    crossZoneEnabled: true,
    securityGroups: [securityGroup],
    ...defined({ enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: options.byPrivateLink === true ? false : undefined }),
  });
  // Its health checks come as soon as there are tasks, and Amazon ECS stops those that fail.
  waitFor(loadBalancer.node.defaultChild as elbv2.CfnLoadBalancer, [opening]);
  acknowledge(loadBalancer, ['tcpIsNotLogged', 'statelessLoadBalancer']);
  // Beside the listener, not below it: the service waits for the listener with all that is below it.
  const gateway = new elbv2.NetworkTargetGroup(scope, 'Targets', {
    vpc,
    port: target.containerPort,
    protocol: elbv2.Protocol.TCP,
    targetType: elbv2.TargetType.IP,
    // Every client's address would be one of the VPC link; with the load balancer's own, its security group is enough.
    preserveClientIp: false,
    deregistrationDelay: Duration.seconds(options.deregistrationSeconds),
    // TCP: any HTTP path may be a route of the user's.
    healthCheck: { protocol: elbv2.Protocol.TCP, interval: Duration.seconds(10), healthyThresholdCount: 2, unhealthyThresholdCount: 2 },
  });
  const listener = loadBalancer.addListener('Listener', {
    port: LISTENER_PORT,
    protocol: elbv2.Protocol.TCP,
    defaultTargetGroups: [gateway],
  });
  acknowledge(listener, ['insideVpcLink']);
  gateway.addTarget(target.service.loadBalancerTarget({ containerName: target.containerName, containerPort: target.containerPort }));
  return { loadBalancer, listener, securityGroup };
}
