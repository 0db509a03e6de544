import type { Duration } from 'aws-cdk-lib';
import type { AdjustmentType, ScalingInterval, ScalingSchedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/**
 * Auto scaling of the number of tasks, by AWS Application Auto Scaling: between two limits, by what the tasks use, by their requests, by
 * the messages of a queue, by any metric of Amazon CloudWatch, and by the clock. Where several policies want different numbers, the largest
 * wins.
 *
 * A service that scales has no `desiredCount`, so no deployment resets the number of its tasks. Callers find up to `maxCapacity` tasks.
 *
 * @example
 * const scaling: ScalingProps = { minCapacity: 2, maxCapacity: 10, cpuTargetPercent: 50, requestsPerTask: 600 };
 */
export interface ScalingProps {
  /**
   * Minimum number of tasks, from 0 to `maxCapacity`. 0 needs something that is measured without tasks, or that comes without them:
   * `queue`, `metrics`, or a schedule with a minimum of 1 or more. CPU, memory and requests of no task are not measured, so that alone
   * they would never leave 0.
   *
   * @default 1
   */
  readonly minCapacity?: number;

  /** Maximum number of tasks, 1 to 1000. With more than 8, agents of callers find tasks by the API of AWS Cloud Map instead of DNS. */
  readonly maxCapacity: number;

  /**
   * Target of the CPU utilization, 1 to 100 percent of what the tasks have.
   *
   * @default - 60 if there is no other policy: no target of memory or requests, no queue and no metric; otherwise CPU does not scale
   */
  readonly cpuTargetPercent?: number;

  /**
   * Target of the memory utilization, 1 to 100 percent of what the tasks have.
   *
   * @default - memory does not scale
   */
  readonly memoryTargetPercent?: number;

  /**
   * Target of the requests that one task gets in a minute, 1 to 100000000: from callers in the mesh, from the gateway service, and from
   * load balancers; for a gateway, from clients. Checks by the mesh of whether a task lives do not count. The agent of each task reads
   * the counters of its Envoy and reports them once a minute as the metric `RequestsPerTask`, which is the only charge (one custom metric
   * for the service).
   *
   * @default - requests do not scale
   */
  readonly requestsPerTask?: number;

  /**
   * Messages of an Amazon SQS queue, which the tasks process. It can scale from 0 and to 0.
   *
   * @default - no queue scales
   */
  readonly queue?: QueueScalingProps;

  /**
   * Policies by metrics of Amazon CloudWatch, by names of your own.
   *
   * @default - no metric scales
   */
  readonly metrics?: Record<string, MetricScalingProps>;

  /**
   * Limits by the clock, by names of your own: from its time on, each replaces `minCapacity`, `maxCapacity` or both, until the next one.
   * None is above `maxCapacity` of the service. A deployment that changes `scaling` sets the limits back to those of the service until the
   * next time of a schedule.
   *
   * @default - the limits do not change
   */
  readonly schedules?: Record<string, ScalingSchedule>;

  /**
   * Time after a scale-in in which targets do not scale in again, 0 to 3600 seconds.
   *
   * @default - 300 seconds, by Application Auto Scaling
   * @see
   * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html#target-tracking-cooldown
   */
  readonly scaleInCooldown?: Duration;

  /**
   * Time after a scale-out in which targets only scale out further if the load has grown, 0 to 3600 seconds.
   *
   * @default - 300 seconds, by Application Auto Scaling
   * @see
   * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html#target-tracking-cooldown
   */
  readonly scaleOutCooldown?: Duration;
}

/**
 * Scaling by the messages of a queue: one task for every `messagesPerTask` messages that wait or are being processed, none for an empty
 * queue, within the limits of `ScalingProps`. Above 20 tasks it takes 20 steps, each with enough tasks for its messages.
 *
 * The queue is measured once a minute. When it has had no messages and no calls for six hours, it can take up to 15 minutes until Amazon
 * SQS measures it again. Tasks need permissions of their own, such as by `queue.grantConsumeMessages(system.service('worker'))`.
 *
 * @example
 * const scaling: ScalingProps = { minCapacity: 0, maxCapacity: 5, queue: { queue, messagesPerTask: 100 } };
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export interface QueueScalingProps {
  /** The queue. */
  readonly queue: IQueue;

  /** Number of messages for each task, 1 to 1000000: how many it processes in the time that a message may wait. */
  readonly messagesPerTask: number;

  /**
   * Time after a scale-in in which the queue does not scale in again, 0 to 3600 seconds. More tasks are added at once.
   *
   * @default - 300 seconds, by Application Auto Scaling
   * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html
   */
  readonly cooldown?: Duration;
}

/**
 * Scaling by a metric of Amazon CloudWatch: to a target (`targetValue`), or by steps (`scalingSteps`).
 *
 * @example
 * const lag = new Metric({ namespace: 'Shop', metricName: 'LagPerTask', statistic: 'Average', period: Duration.minutes(1) });
 * const scaling: ScalingProps = { minCapacity: 1, maxCapacity: 6, metrics: { lag: { metric: lag, targetValue: 1000 } } };
 */
export interface MetricScalingProps {
  /** The metric. A math expression takes steps. */
  readonly metric: IMetric;

  /**
   * Value at which the metric is kept, above 0. The metric must fall when there are more tasks, and rise when there are fewer, as what each
   * task has to do does; a total does not.
   *
   * @default - `scalingSteps` say what happens
   */
  readonly targetValue?: number;

  /**
   * What happens at which values: 2 to 40 intervals of the metric, of which none overlaps another. At most one interval between them may be
   * left out, in which nothing changes. An account has 20 steps for each of the two alarms that they become, unless it asks for more.
   *
   * @default - `targetValue` says what happens
   */
  readonly scalingSteps?: ScalingInterval[];

  /**
   * What `change` of a step means.
   *
   * @default AdjustmentType.CHANGE_IN_CAPACITY
   */
  readonly adjustmentType?: AdjustmentType;

  /**
   * Number of periods of the metric, 1 to 100, for which its value must be that of a step before it counts.
   *
   * @default 1
   */
  readonly evaluationPeriods?: number;

  /**
   * Time after a step in which the steps do not scale in again, or scale out only further, 0 to 3600 seconds.
   *
   * @default - 300 seconds, by Application Auto Scaling
   * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html
   */
  readonly cooldown?: Duration;
}
