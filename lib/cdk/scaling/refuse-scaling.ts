import type * as appscaling from 'aws-cdk-lib/aws-applicationautoscaling';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { throwIssue } from '../throw-issue';

/** A range of which the mesh would not know: the template would go on setting the number of tasks, and callers would find 8 at most. */
export function refuseScaling(service: ecs.BaseService, plan: WorkloadPlan, props: appscaling.EnableScalingProps): never {
  const [name, version] = [serviceOf(plan), plan.version?.name];
  const workload = `service('${name}').workload(${version === undefined ? '' : `'${version}'`})`;
  const limits = `scaling: { minCapacity: ${props.minCapacity ?? 1}, maxCapacity: ${props.maxCapacity} }`;
  const [path, handle] =
    plan.edge === undefined
      ? [`services.${name}${version === undefined ? '' : `.versions.${version}`}`, `${workload}.scaling`]
      : ['gateway of its edge', `edge.gateway.workload().scaling`];
  return throwIssue(service, 'autoScaleTaskCount()', 'CONFLICT', `the mesh would not know how many tasks "${name}" can have`, {
    got: null,
    allowed: 'scaling in the props, which leaves the number of tasks out of the template and lets callers find all of them',
    fix:
      plan.sizing.scaling === undefined
        ? `set ${limits} in ${path}, and add policies there or to ${handle}`
        : `add policies to ${handle}, or to scaling in ${path}`,
  });
}
