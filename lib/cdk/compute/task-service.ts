import type * as appscaling from 'aws-cdk-lib/aws-applicationautoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { Scaling, WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { throwIssue } from '../throw-issue';
import { checkOpening, MeshTarget } from '../connections/load-balancer-target';

/**
 * The ECS service of a workload. The CDK's own targets of load balancers would lead to the inbound listener of Envoy, which answers
 * nobody without a certificate of the mesh, and open its port to them, or ask for a mapping of the application's port, past Envoy. Where a
 * service may have load balancers, its Envoy has a listener for them.
 */
export class TaskService extends ecs.FargateService {
  /** Those of the tasks' security group: the CDK makes others for a service, which would put rules between stacks elsewhere. */
  override readonly connections: ec2.Connections;
  private isTarget = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly plan: WorkloadPlan,
    private readonly group: ec2.ISecurityGroup,
    props: ecs.FargateServiceProps,
  ) {
    super(scope, id, props);
    this.connections = group.connections;
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

  /** A range of which the mesh would not know: the template would go on setting the number of tasks, and callers would find 8 at most. */
  override autoScaleTaskCount(props: appscaling.EnableScalingProps): ecs.ScalableTaskCount {
    const { plan } = this;
    const [service, version] = [serviceOf(plan), plan.version?.name];
    const workload = `service('${service}').workload(${version === undefined ? '' : `'${version}'`})`;
    const limits = `scaling: { minCapacity: ${props.minCapacity ?? 1}, maxCapacity: ${props.maxCapacity} }`;
    const [path, handle] =
      plan.edge === undefined
        ? [`services.${service}${version === undefined ? '' : `.versions.${version}`}`, `${workload}.scaling`]
        : ['gateway of its edge', `edge.gateway.workload().scaling`];
    return throwIssue(this, 'autoScaleTaskCount()', 'CONFLICT', `the mesh would not know how many tasks "${service}" can have`, {
      got: null,
      allowed: 'scaling in the props, which leaves the number of tasks out of the template and lets callers find all of them',
      fix:
        plan.sizing.scaling === undefined
          ? `set ${limits} in ${path}, and add policies there or to ${handle}`
          : `add policies to ${handle}, or to scaling in ${path}`,
    });
  }

  /** The same, for limits that the mesh knows. */
  scaleTaskCount({ minCapacity, maxCapacity }: Pick<Scaling, 'minCapacity' | 'maxCapacity'>): ecs.ScalableTaskCount {
    return super.autoScaleTaskCount({ minCapacity, maxCapacity });
  }

  /** The target of load balancers of the user's own; an error if there is none. */
  meshTarget(method: string): ecs.IEcsLoadBalancerTarget {
    const { plan } = this;
    const { loadBalancerTarget } = plan;
    if (loadBalancerTarget === undefined) return this.refuse(method);
    const { container: containerName, port: containerPort } = loadBalancerTarget;
    const target = super.loadBalancerTarget({ containerName, containerPort });
    const tasks = { service: this, plan: loadBalancerTarget, name: serviceOf(plan), securityGroup: this.group, target };
    if (!this.isTarget) checkOpening(this, tasks);
    this.isTarget = true;
    return new MeshTarget(tasks);
  }

  private refuse(method: string): never {
    const name = serviceOf(this.plan);
    return throwIssue(this, method, 'UNSUPPORTED_BY_MESH', `a load balancer cannot lead to "${name}" this way`, {
      got: null,
      allowed: "calls from the mesh: the inbound listener of Envoy accepts only its certificates, and the application's port is closed",
      fix: fixFor(this.plan),
    });
  }
}

function fixFor(plan: WorkloadPlan): string {
  if (plan.edge !== undefined) return 'reach the gateway service by the API of its edge';
  const { version } = plan;
  const target = `service('${serviceOf(plan)}').workload(${version === undefined ? '' : `'${version.name}'`}).loadBalancerTarget()`;
  return plan.loadBalancerTarget === undefined
    ? `set loadBalancerTarget of the service, such as LoadBalancerTarget.application(), and use ${target}, or reach the service through ` +
        'an edge, such as Edge.httpApi()'
    : `use ${target}`;
}
