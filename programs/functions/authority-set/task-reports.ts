import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LIFETIME_SECONDS } from '../../../lib/core/contract/issuing';
import {
  AUTHORITIES_AGE_METRIC,
  AUTHORITIES_CHANGED_METRIC,
  MESH_DIMENSION,
  METRIC_NAMESPACE,
  REPORT_SECONDS,
} from '../../../lib/core/contract/metric';
import { embeddedMetric } from '../../shared/embedded-metric';
import type { LogFields } from '../../shared/log';

/**
 * What a mesh reports of itself, with no memory but that of CloudWatch. All that is reported under any of its scopes counts: a deployment
 * may change it.
 */
export interface TaskReports {
  /**
   * When the task that is furthest behind has last heard which authorities there are; undefined if no task reports, since there is none
   * or since nothing arrives.
   */
  lastHeard(scopes: readonly string[], now: Date): Promise<Date | undefined>;
  /** When a state of the authorities was last dropped, to the minute, since `from`. */
  lastChange(scopes: readonly string[], from: Date, now: Date): Promise<Date | undefined>;
}

/** The line by which this function says that a state of the authorities was dropped. */
export function changeReport(scope: string, now: Date): LogFields {
  return {
    ...embeddedMetric(now.getTime(), {
      dimensionSets: [[MESH_DIMENSION]],
      metrics: [{ Name: AUTHORITIES_CHANGED_METRIC, Unit: 'Count' }],
    }),
    [MESH_DIMENSION]: scope,
    [AUTHORITIES_CHANGED_METRIC]: 1,
  };
}

/** Every task reports in this time, and its report arrives: CloudWatch makes metrics of logs within a minute or two. */
const WINDOW_MS = REPORT_SECONDS * 1000 + 3 * 60_000;
const PERIOD_SECONDS = 60;

export function cloudWatchReports(cloudWatch: CloudWatchClient): TaskReports {
  return {
    lastHeard: async (scopes, now) => {
      const ages = await maximum(cloudWatch, AUTHORITIES_AGE_METRIC, scopes, new Date(now.getTime() - WINDOW_MS), now);
      // A certificate is not older: whatever else is there is no report of an agent.
      const heard = ages.map(({ at, value }) => at.getTime() - Math.min(value, LIFETIME_SECONDS) * 1000);
      return heard.length === 0 ? undefined : new Date(Math.min(...heard));
    },
    lastChange: async (scopes, from, now) => {
      const changes = await maximum(cloudWatch, AUTHORITIES_CHANGED_METRIC, scopes, from, now);
      return changes.length === 0 ? undefined : new Date(Math.max(...changes.map(({ at }) => at.getTime())));
    },
  };
}

interface Point {
  readonly at: Date;
  readonly value: number;
}

/** Of each scope, the maximum of each minute that has one. */
async function maximum(
  cloudWatch: CloudWatchClient,
  metric: string,
  scopes: readonly string[],
  from: Date,
  to: Date,
): Promise<readonly Point[]> {
  const points = await Promise.all(scopes.map(async (scope) => maximumOf(cloudWatch, metric, scope, from, to)));
  return points.flat();
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
async function maximumOf(cloudWatch: CloudWatchClient, metric: string, scope: string, from: Date, to: Date): Promise<readonly Point[]> {
  const { MetricDataResults: [{ StatusCode: status, Timestamps: times = [], Values: values = [] } = {}] = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: from,
      EndTime: to,
      MetricDataQueries: [
        {
          Id: 'metric',
          MetricStat: {
            Metric: { Namespace: METRIC_NAMESPACE, MetricName: metric, Dimensions: [{ Name: MESH_DIMENSION, Value: scope }] },
            Period: PERIOD_SECONDS,
            Stat: 'Maximum',
          },
        },
      ],
    }),
  );
  // Nothing would look like a mesh without tasks.
  if (status !== 'Complete')
    throw new Error(`CloudWatch has not answered what the metric ${metric} was (${status ?? 'no status'}): deploy again`);
  return times.map((at, index) => ({ at, value: values[index] ?? 0 }));
}
