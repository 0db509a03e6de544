import type * as appscaling from 'aws-cdk-lib/aws-applicationautoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { launchTypeOf } from '../../core/plan/system-plan';
import type { Scaling, WorkloadPlan } from '../../core/plan/system-plan';
import { refuseScaling } from '../scaling/refuse-scaling';
import { ServiceTargets } from '../connections/service-targets';

export type ScalingLimits = Pick<Scaling, 'minCapacity' | 'maxCapacity'>;

type CdkTarget = (options: ecs.LoadBalancerTargetOptions) => ecs.IEcsLoadBalancerTarget;

/** The ECS service of a workload, of the CDK's class for where its tasks run. What is the mesh's is the same in both. */
export interface TaskService extends ecs.BaseService {
  /** The target of load balancers of the user's own; an error if there is none. */
  meshTarget(method: string): ecs.IEcsLoadBalancerTarget;
  /** Scales between limits that the mesh knows; the CDK's own method is refused. */
  scaleTaskCount(limits: ScalingLimits): ecs.ScalableTaskCount;
}

/** What both classes take. */
export type TaskServiceProps = ecs.FargateServiceProps & ecs.Ec2ServiceProps;

export function renderTaskService(
  scope: Construct,
  id: string,
  plan: WorkloadPlan,
  group: ec2.ISecurityGroup,
  props: TaskServiceProps,
): TaskService {
  return launchTypeOf(plan.sizing) === 'EC2'
    ? new Ec2TaskService(scope, id, plan, group, props)
    : new FargateTaskService(scope, id, plan, group, props);
}

/** The CDK's class for Managed Instances, too. */
class FargateTaskService extends ecs.FargateService implements TaskService {
  /** Those of the tasks' security group: the CDK makes others for a service, which would put rules between stacks elsewhere. */
  override readonly connections: ec2.Connections;
  private readonly targets: ServiceTargets;

  constructor(
    scope: Construct,
    id: string,
    private readonly plan: WorkloadPlan,
    group: ec2.ISecurityGroup,
    props: ecs.FargateServiceProps,
  ) {
    super(scope, id, props);
    this.connections = group.connections;
    this.targets = new ServiceTargets(this, plan, group);
  }

  override loadBalancerTarget(options: ecs.LoadBalancerTargetOptions): ecs.IEcsLoadBalancerTarget {
    return this.targets.ofGateway(() => super.loadBalancerTarget(options));
  }

  override attachToApplicationTargetGroup(): elbv2.LoadBalancerTargetProps {
    return this.targets.refuse('attachToApplicationTargetGroup()');
  }

  override attachToNetworkTargetGroup(): elbv2.LoadBalancerTargetProps {
    return this.targets.refuse('attachToNetworkTargetGroup()');
  }

  override attachToClassicLB(): void {
    this.targets.refuse('attachToClassicLB()');
  }

  meshTarget(method: string): ecs.IEcsLoadBalancerTarget {
    const cdkTarget: CdkTarget = (options) => super.loadBalancerTarget(options);
    return this.targets.ofUser(method, cdkTarget);
  }

  override autoScaleTaskCount(props: appscaling.EnableScalingProps): ecs.ScalableTaskCount {
    return refuseScaling(this, this.plan, props);
  }

  scaleTaskCount({ minCapacity, maxCapacity }: ScalingLimits): ecs.ScalableTaskCount {
    return super.autoScaleTaskCount({ minCapacity, maxCapacity });
  }
}

class Ec2TaskService extends ecs.Ec2Service implements TaskService {
  override readonly connections: ec2.Connections;
  private readonly targets: ServiceTargets;

  constructor(
    scope: Construct,
    id: string,
    private readonly plan: WorkloadPlan,
    group: ec2.ISecurityGroup,
    props: ecs.Ec2ServiceProps,
  ) {
    super(scope, id, props);
    this.connections = group.connections;
    this.targets = new ServiceTargets(this, plan, group);
  }

  override loadBalancerTarget(options: ecs.LoadBalancerTargetOptions): ecs.IEcsLoadBalancerTarget {
    return this.targets.ofGateway(() => super.loadBalancerTarget(options));
  }

  override attachToApplicationTargetGroup(): elbv2.LoadBalancerTargetProps {
    return this.targets.refuse('attachToApplicationTargetGroup()');
  }

  override attachToNetworkTargetGroup(): elbv2.LoadBalancerTargetProps {
    return this.targets.refuse('attachToNetworkTargetGroup()');
  }

  override attachToClassicLB(): void {
    this.targets.refuse('attachToClassicLB()');
  }

  meshTarget(method: string): ecs.IEcsLoadBalancerTarget {
    const cdkTarget: CdkTarget = (options) => super.loadBalancerTarget(options);
    return this.targets.ofUser(method, cdkTarget);
  }

  override autoScaleTaskCount(props: appscaling.EnableScalingProps): ecs.ScalableTaskCount {
    return refuseScaling(this, this.plan, props);
  }

  scaleTaskCount({ minCapacity, maxCapacity }: ScalingLimits): ecs.ScalableTaskCount {
    return super.autoScaleTaskCount({ minCapacity, maxCapacity });
  }
}
