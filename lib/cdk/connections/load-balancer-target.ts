import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IConstruct, IDependable } from 'constructs';
import { Dependable } from 'constructs';
import type { LoadBalancerTargetPlan } from '../../core/plan/system-plan';
import { laterStack, targetsOf } from '../stack-order';
import { throwIssue } from '../throw-issue';
import { TaskConnections } from './task-connections';

/** Both kinds of target groups. */
type TargetGroup = elbv2.IApplicationTargetGroup | elbv2.INetworkTargetGroup;

export interface LoadBalancedTasks {
  /** The ECS service. */
  readonly service: ecs.BaseService;
  readonly plan: LoadBalancerTargetPlan;
  /** As users call it: `"orders"`. */
  readonly name: string;
  readonly securityGroup: ec2.ISecurityGroup;
  /** The CDK's own target, for the container and port of the plan. */
  readonly target: ecs.IEcsLoadBalancerTarget;
}

const KINDS = {
  application: { title: 'an Application Load Balancer', factory: 'LoadBalancerTarget.application()' },
  network: { title: 'a Network Load Balancer', factory: 'LoadBalancerTarget.network()' },
} as const;
const METHOD = 'loadBalancerTarget()';

/** What a target group of a user's own takes, and what the CDK does not do for it. */
export class MeshTarget implements ecs.IEcsLoadBalancerTarget {
  /** With the port as the default one, since the CDK opens nothing to a Network Load Balancer. */
  readonly connections: ec2.Connections;

  constructor(private readonly tasks: LoadBalancedTasks) {
    this.connections = new TaskConnections(tasks.securityGroup, ec2.Port.tcp(tasks.plan.port));
  }

  attachToApplicationTargetGroup(targetGroup: elbv2.IApplicationTargetGroup): elbv2.LoadBalancerTargetProps {
    this.check('application', targetGroup);
    return this.attach(() => this.tasks.target.attachToApplicationTargetGroup(targetGroup));
  }

  attachToNetworkTargetGroup(targetGroup: elbv2.INetworkTargetGroup): elbv2.LoadBalancerTargetProps {
    this.check('network', targetGroup);
    return this.attach(() => this.tasks.target.attachToNetworkTargetGroup(targetGroup));
  }

  attachToClassicLB(): void {
    throwIssue(this.tasks.service, METHOD, 'UNSUPPORTED_BY_MESH', `a Classic Load Balancer cannot lead to "${this.tasks.name}"`, {
      got: null,
      allowed:
        'an Application Load Balancer or a Network Load Balancer: the tasks have addresses of their own, which Classic ones do not take',
      fix: 'use one of aws-elasticloadbalancingv2',
    });
  }

  private check(kind: LoadBalancerTargetPlan['kind'], targetGroup: TargetGroup): void {
    const { service, plan, name } = this.tasks;
    if (plan.kind !== kind) {
      const whatItWrites =
        kind === 'network'
          ? 'the service believes X-Forwarded-*, and a Network Load Balancer passes on what clients write in it'
          : 'the service would take the load balancer for the client, since it believes no X-Forwarded-*';
      throwIssue(service, METHOD, 'CONFLICT', `"${name}" has ${KINDS[plan.kind].factory}, and this is ${KINDS[kind].title}`, {
        got: null,
        allowed: `${KINDS[plan.kind].title}: ${whatItWrites}`,
        fix: `set loadBalancerTarget of the service to ${plan.protocol === 'tcp' ? KINDS.network.factory : KINDS[kind].factory}`,
      });
    }
    if (laterStack(targetGroup, service) !== undefined)
      throwIssue(
        service,
        METHOD,
        'CONFLICT',
        `the stack of the target group can only be deployed after that of "${name}", whose ECS service names it`,
        {
          got: null,
          fix: 'put the load balancer into the stack of the mesh, or give both a VPC that does not come from the mesh',
        },
      );
    this.checkProtocol(targetGroup);
  }

  private checkProtocol(targetGroup: TargetGroup): void {
    const { service, plan, name } = this.tasks;
    const resource = targetGroup.node.defaultChild;
    // Of an imported one nothing is known.
    if (!(resource instanceof elbv2.CfnTargetGroup)) return;
    const { protocol = '', protocolVersion = 'HTTP1' } = resource;
    if (protocol === 'HTTPS' || protocol === 'TLS' || protocol === 'UDP')
      throwIssue(
        service,
        METHOD,
        'CONFLICT',
        `the protocol of the target group is ${protocol}, and the Envoy of "${name}" speaks plain text there`,
        {
          got: null,
          allowed: plan.kind === 'application' ? 'HTTP; the listener itself may have HTTPS' : 'TCP; the listener itself may have TLS',
          fix: plan.kind === 'application' ? 'set protocol: ApplicationProtocol.HTTP' : 'set protocol: Protocol.TCP',
        },
      );
    if (plan.kind === 'application' && (protocolVersion === 'GRPC') !== (plan.protocol === 'grpc') && protocolVersion !== 'HTTP2')
      throwIssue(
        service,
        METHOD,
        'CONFLICT',
        `the target group has the protocol version ${protocolVersion}, which "${name}" does not speak`,
        {
          got: null,
          fix:
            plan.protocol === 'grpc'
              ? 'set protocolVersion: ApplicationProtocolVersion.GRPC'
              : 'leave protocolVersion out, or set ApplicationProtocolVersion.HTTP2',
        },
      );
  }

  private attach(attach: () => elbv2.LoadBalancerTargetProps): elbv2.LoadBalancerTargetProps {
    const { service, plan } = this.tasks;
    const attached = attach();
    const resource = service.node.defaultChild as ecs.CfnService;
    // The CDK would take a minute, whatever the application may take to start.
    resource.healthCheckGracePeriodSeconds = plan.graceSeconds;
    // Health checks come as soon as there are tasks, and Amazon ECS replaces those that fail.
    resource.node.addDependency(new Openings(this.tasks));
    return attached;
  }
}

/** The rules by which load balancers reach the port: also those that are added later. */
class Openings extends Dependable implements IDependable {
  constructor(private readonly tasks: LoadBalancedTasks) {
    super();
    Dependable.implement(this, this);
  }

  get dependencyRoots(): IConstruct[] {
    const { securityGroup, plan } = this.tasks;
    return rulesOf(Stack.of(securityGroup), securityGroup, plan.port);
  }
}

/** At synth, when the app is complete: a target group whose load balancer nobody lets in, of which the CDK says nothing. */
export function checkOpening(scope: IConstruct, { service, plan, name, securityGroup }: LoadBalancedTasks): void {
  scope.node.addValidation({
    validate: () => {
      const attached = service.loadBalancers.length > 0;
      if (!attached || opensItself(securityGroup, plan.port) || rulesOf(scope.node.root, securityGroup, plan.port).length > 0) return [];
      return [
        `services.${name}.loadBalancerTarget: nobody is let in on port ${plan.port}, so the load balancer would find no task healthy. ` +
          'Fix: const target = workload.loadBalancerTarget(); loadBalancer.connections.allowToDefaultPort(target); a Network Load ' +
          'Balancer without security groups has addresses: target.connections.allowDefaultPortFrom(Peer.ipv4(vpc.vpcCidrBlock)).',
      ];
    },
  });
}

/** Rules that stand in the group itself, as those for addresses do. */
function opensItself(group: ec2.ISecurityGroup, port: number): boolean {
  const resource = group.node.defaultChild;
  // The group of a service in a group of services stands elsewhere, and has rules of their own alone.
  if (!(resource instanceof ec2.CfnSecurityGroup)) return false;
  const rules = (Stack.of(group).resolve(resource.securityGroupIngress) ?? []) as readonly PortRange[];
  return rules.some((rule) => includes(rule, port));
}

type PortRange = Partial<Record<'ipProtocol' | 'fromPort' | 'toPort', unknown>>;

function includes({ ipProtocol, fromPort, toPort }: PortRange, port: number): boolean {
  return ipProtocol === '-1' || (typeof fromPort === 'number' && typeof toPort === 'number' && fromPort <= port && port <= toPort);
}

/** Rules of their own, of either side. */
function rulesOf(scope: IConstruct, group: ec2.ISecurityGroup, port: number): IConstruct[] {
  return scope.node.findAll().filter((rule) => {
    if (!CfnResource.isCfnResource(rule)) return false;
    if (rule instanceof ec2.CfnSecurityGroupIngress) return includes(rule, port) && refersTo(rule, rule.groupId, group);
    return rule instanceof ec2.CfnSecurityGroupEgress && includes(rule, port) && refersTo(rule, rule.destinationSecurityGroupId, group);
  });
}

function refersTo(rule: IConstruct, id: unknown, group: ec2.ISecurityGroup): boolean {
  const resource = group.node.defaultChild;
  if (resource !== undefined) return targetsOf(rule, id).includes(resource);
  const written = (value: unknown): string => JSON.stringify(Stack.of(rule).resolve(value));
  return written(id) === written(group.securityGroupId);
}
