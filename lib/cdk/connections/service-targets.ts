import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { throwIssue } from '../throw-issue';
import { checkOpening, MeshTarget } from './load-balancer-target';

/**
 * What load balancers may lead to. The CDK's own targets of an ECS service would lead to the inbound listener of Envoy, which answers
 * nobody without a certificate of the mesh, and open its port to them, or ask for a mapping of the application's port, past Envoy. Where a
 * service may have load balancers, its Envoy has a listener for them.
 */
export class ServiceTargets {
  private isTarget = false;

  constructor(
    private readonly service: ecs.BaseService,
    private readonly plan: WorkloadPlan,
    private readonly group: ec2.ISecurityGroup,
  ) {}

  /** Of a gateway service, which a REST API reaches through a load balancer; of no other. */
  ofGateway(cdkTarget: () => ecs.IEcsLoadBalancerTarget): ecs.IEcsLoadBalancerTarget {
    return this.plan.edge === undefined ? this.refuse('loadBalancerTarget()') : cdkTarget();
  }

  /** The target of load balancers of the user's own; an error if there is none. */
  ofUser(method: string, cdkTarget: (options: ecs.LoadBalancerTargetOptions) => ecs.IEcsLoadBalancerTarget): ecs.IEcsLoadBalancerTarget {
    const { plan, service, group: securityGroup } = this;
    const { loadBalancerTarget } = plan;
    if (loadBalancerTarget === undefined) return this.refuse(method);
    const { container: containerName, port: containerPort } = loadBalancerTarget;
    const target = cdkTarget({ containerName, containerPort });
    const tasks = { service, plan: loadBalancerTarget, name: serviceOf(plan), securityGroup, target };
    if (!this.isTarget) checkOpening(service, tasks);
    this.isTarget = true;
    return new MeshTarget(tasks);
  }

  refuse(method: string): never {
    const name = serviceOf(this.plan);
    return throwIssue(this.service, method, 'UNSUPPORTED_BY_MESH', `a load balancer cannot lead to "${name}" this way`, {
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
