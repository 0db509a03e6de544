import { Duration } from 'aws-cdk-lib';
import * as appscaling from 'aws-cdk-lib/aws-applicationautoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { REQUESTS_METRIC, REQUESTS_SECONDS } from '../../core/contract/metric';
import { defined } from '../../core/defined';
import type { MetricScaling, QueueScaling, Scaling, WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import { meshMetric } from '../mesh-metric';
import type { MetricScalingProps, QueueScalingProps, ScalingProps } from '../../props/service/scaling-props';

/** What the plan cannot hold. */
export interface ScalingContext {
  /** Of the workload in the props: its metrics, queue and schedules. */
  readonly props: ScalingProps | undefined;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly meshScope: string;
}

/** What moves the number of tasks between its limits. */
export function renderPolicies(
  count: ecs.ScalableTaskCount,
  plan: WorkloadPlan,
  scaling: Scaling,
  { props, meshScope }: ScalingContext,
): void {
  renderTargets(count, plan, scaling, meshScope);
  if (scaling.queue !== undefined) renderQueue(count, scaling.queue, found('queue', props?.queue));
  for (const metric of scaling.metrics ?? [])
    renderMetric(count, metric, found(metric.name, props?.metrics?.[metric.name]), cooldownsOf(scaling));
  for (const { name } of scaling.schedules ?? []) count.scaleOnSchedule(`Schedule-${name}`, found(name, props?.schedules?.[name]));
}

function found<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`bug: the plan scales by "${name}", which the props do not have`);
  return value;
}

function renderTargets(count: ecs.ScalableTaskCount, plan: WorkloadPlan, scaling: Scaling, meshScope: string): void {
  const cooldowns = cooldownsOf(scaling);
  if (scaling.cpuTargetPercent !== undefined)
    count.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: scaling.cpuTargetPercent, ...cooldowns });
  if (scaling.memoryTargetPercent !== undefined)
    count.scaleOnMemoryUtilization('Memory', { targetUtilizationPercent: scaling.memoryTargetPercent, ...cooldowns });
  if (scaling.requestsPerTask !== undefined)
    count.scaleToTrackCustomMetric('Requests', {
      metric: requestsMetric(plan, meshScope),
      targetValue: scaling.requestsPerTask,
      ...cooldowns,
    });
}

function cooldownsOf({ scaleInCooldownSeconds, scaleOutCooldownSeconds }: Scaling): appscaling.BaseTargetTrackingProps {
  return defined({ scaleInCooldown: secondsOf(scaleInCooldownSeconds), scaleOutCooldown: secondsOf(scaleOutCooldownSeconds) });
}

function secondsOf(seconds: number | undefined): Duration | undefined {
  return seconds === undefined ? undefined : Duration.seconds(seconds);
}

/** As the agents of the tasks report it (programs/agent/requests.ts). */
function requestsMetric(plan: WorkloadPlan, meshScope: string): cloudwatch.Metric {
  const place = { service: serviceOf(plan), ...defined({ version: plan.version?.name }) };
  return meshMetric(meshScope, REQUESTS_METRIC, place, {
    statistic: cloudwatch.Stats.AVERAGE,
    period: Duration.seconds(REQUESTS_SECONDS),
  });
}

/**
 * Messages that a task holds count, too: an empty queue whose last messages are being processed still has its tasks. That metric may
 * have no value where there are none.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
function renderQueue(count: ecs.ScalableTaskCount, { steps, cooldownSeconds }: QueueScaling, { queue }: QueueScalingProps): void {
  const everyMinute = { statistic: cloudwatch.Stats.MAXIMUM, period: Duration.minutes(1) };
  count.scaleOnMetric('Queue', {
    metric: new cloudwatch.MathExpression({
      expression: 'waiting + FILL(inFlight, 0)',
      label: 'Messages',
      usingMetrics: {
        waiting: queue.metricApproximateNumberOfMessagesVisible(everyMinute),
        inFlight: queue.metricApproximateNumberOfMessagesNotVisible(everyMinute),
      },
      period: Duration.minutes(1),
    }),
    adjustmentType: appscaling.AdjustmentType.EXACT_CAPACITY,
    metricAggregationType: appscaling.MetricAggregationType.MAXIMUM,
    scalingSteps: [{ upper: 0, change: 0 }, ...steps.map(({ messages, tasks }) => ({ lower: messages, change: tasks }))],
    ...defined({ cooldown: secondsOf(cooldownSeconds) }),
  });
}

function renderMetric(
  count: ecs.ScalableTaskCount,
  { name, targetValue, steps }: MetricScaling,
  { metric }: MetricScalingProps,
  cooldowns: appscaling.BaseTargetTrackingProps,
): void {
  if (targetValue !== undefined) count.scaleToTrackCustomMetric(`Metric-${name}`, { metric, targetValue, ...cooldowns });
  if (steps === undefined) return;
  const { intervals, adjustment, evaluationPeriods, cooldownSeconds } = steps;
  count.scaleOnMetric(`Metric-${name}`, {
    metric,
    adjustmentType: ADJUSTMENTS[adjustment],
    scalingSteps: [...intervals],
    ...defined({ evaluationPeriods, cooldown: secondsOf(cooldownSeconds) }),
  });
}

const ADJUSTMENTS = {
  ChangeInCapacity: appscaling.AdjustmentType.CHANGE_IN_CAPACITY,
  PercentChangeInCapacity: appscaling.AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
  ExactCapacity: appscaling.AdjustmentType.EXACT_CAPACITY,
};
