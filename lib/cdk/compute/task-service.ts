import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { throwIssue } from '../throw-issue';

/**
 * The ECS service of a workload. The CDK's own targets of load balancers would lead to the inbound listener of Envoy, which answers
 * nobody without a certificate of the mesh, and open its port to them, or ask for a mapping of the application's port, past Envoy.
 */
export class TaskService extends ecs.FargateService {
  /** Those of the tasks' security group: the CDK makes others for a service, which would put rules between stacks elsewhere. */
  override readonly connections: ec2.Connections;

  constructor(
    scope: Construct,
    id: string,
    private readonly plan: WorkloadPlan,
    securityGroup: ec2.ISecurityGroup,
    props: ecs.FargateServiceProps,
  ) {
    super(scope, id, props);
    this.connections = securityGroup.connections;
  }

  /** Of a gateway service, which a REST API reaches through a load balancer; of no other. */
  override loadBalancerTarget(options: ecs.LoadBalancerTargetOptions): ecs.IEcsLoadBalancerTarget {
    return this.plan.edge === undefined ? this.refuse('loadBalancerTarget()') : super.loadBalancerTarget(options);
  }

  override attachToApplicationTargetGroup(): elbv2.LoadBalancerTargetProps {
    return this.refuse('attachToApplicationTargetGroup()');
  }

  override attachToNetworkTargetGroup(): elbv2.LoadBalancerTargetProps {
    return this.refuse('attachToNetworkTargetGroup()');
  }

  override attachToClassicLB(): void {
    this.refuse('attachToClassicLB()');
  }

  private refuse(method: string): never {
    return throwIssue(this, method, 'UNSUPPORTED_BY_MESH', `a load balancer cannot lead to "${serviceOf(this.plan)}"`, {
      got: null,
      allowed: "calls from the mesh: the inbound listener of Envoy accepts only its certificates, and the application's port is closed",
      fix: 'reach the service through an edge, such as Edge.httpApi()',
    });
  }
}
