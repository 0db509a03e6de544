import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { HandedOut } from '../placement/handed-out';
import { ServiceShift } from './service-shift';
import { Shifter, type ShiftedVersions } from './shifter';

/** What there is of a system. */
export interface ShiftedSystem {
  /** Where a group stands, or what is in none. */
  readonly placeOf: (group: string | undefined) => { readonly scope: Construct; readonly logGroup: logs.ILogGroup };
  /** As those who stand below a construct refer to it. */
  readonly parameterOf: (service: string, user: Construct) => ssm.IStringParameter;
  readonly versionsOf: (service: string) => ShiftedVersions;
}

/**
 * What moves weights, in the stacks in which the services stand.
 *
 * @param shifter that of the system, which has made the parameters
 */
export function renderShifts(shifter: Shifter, { weights = [], workloads }: SystemPlan, system: ShiftedSystem): void {
  const { meshScope: mesh } = shifter;
  const groups = new Map(workloads.map((workload) => [serviceOf(workload), workload.group]));
  const shifted = weights.flatMap(({ shift, ...plan }) => (shift === undefined ? [] : { plan, shift, group: groups.get(plan.service) }));
  const { scope: ofSystem } = system.placeOf(undefined);
  // An export would come and go with shifts.
  const handedOut = new HandedOut(ofSystem, 'MeshScope');
  handedOut.add({ group: undefined, scope: ofSystem, values: new Map([['scope', mesh]]) });
  for (const group of new Set(shifted.map((each) => each.group))) {
    const { scope, logGroup } = system.placeOf(group);
    const moved = shifted
      .filter((each) => each.group === group)
      .map((each) => ({ ...each, parameter: system.parameterOf(each.plan.service, scope) }));
    const parameterArns = moved.map(({ parameter }) => parameter.parameterArn);
    const own =
      group === undefined
        ? shifter
        : new Shifter(scope, 'WeightShifts', { meshScope: handedOut.get('scope', scope), logGroup, parameterArns });
    for (const { plan, shift, parameter } of moved) {
      const versions = system.versionsOf(plan.service);
      own.renderShift(plan, shift, parameter.parameterName, versions);
      versions.moved(new ServiceShift(own.stateMachine, { mesh, service: plan.service }));
    }
  }
}
