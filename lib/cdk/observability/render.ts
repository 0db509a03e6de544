import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ObservabilityPlan } from '../../core/plan/observability/observability-plan';
import type { ObservabilityProps } from '../../props/observability/observability-props';
import { renderAlarms } from './alarms';
import { renderDashboard, type TasksOf } from './dashboard';
import { MeshMetrics } from './mesh-metrics';

export interface RenderedObservability {
  readonly dashboards: readonly cloudwatch.Dashboard[];
  readonly alarms: readonly cloudwatch.Alarm[];
}

export interface Measured {
  /** Of the mesh (lib/core/contract/scope.ts). */
  readonly meshScope: string;
  readonly tasks: TasksOf;
  /** Fires when a certificate is not renewed; absent without certificates. */
  readonly certificateAlarm?: cloudwatch.Alarm;
}

/** Dashboards and alarms stand in the stack of the system. They name metrics by text, so that services may stand in other stacks. */
export function renderObservability(
  system: Construct,
  { dashboards = [], alarms = [] }: ObservabilityPlan,
  { alarms: props }: ObservabilityProps,
  { meshScope, tasks, certificateAlarm }: Measured,
): RenderedObservability {
  const metrics = new MeshMetrics(meshScope);
  const scope = new Construct(system, 'Observability');
  const rendered = alarms.length === 0 ? [] : renderAlarms(new Construct(scope, 'Alarms'), alarms, metrics);
  for (const alarm of [...rendered, ...(certificateAlarm === undefined ? [] : [certificateAlarm])]) {
    alarm.addAlarmAction(...(props?.actions ?? []));
    alarm.addOkAction(...(props?.okActions ?? []));
  }
  return { dashboards: dashboards.map((each) => renderDashboard(scope, each, metrics, tasks)), alarms: rendered };
}
