import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LIFETIME_SECONDS } from '../../../lib/core/contract/issuing';
import { AUTHORITIES_AGE_METRIC, MESH_DIMENSION, METRIC_NAMESPACE, REPORT_SECONDS } from '../../../lib/core/contract/metric';

/** What the tasks of a mesh report of themselves. */
export interface TaskReports {
  /**
   * When the task that is furthest behind has last heard which authorities there are; undefined if no task reports, since there is none
   * or since nothing arrives.
   */
  lastHeard(trustDomain: string, now: Date): Promise<Date | undefined>;
}

/** Every task reports in this time, and its report arrives: CloudWatch makes metrics of logs within a minute or two. */
const WINDOW_MS = REPORT_SECONDS * 1000 + 3 * 60_000;
const PERIOD_SECONDS = 60;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export function cloudWatchReports(cloudWatch: CloudWatchClient): TaskReports {
  return {
    lastHeard: async (trustDomain, now) => {
      const { MetricDataResults: [{ Timestamps: times = [], Values: ages = [] } = {}] = [] } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(now.getTime() - WINDOW_MS),
          EndTime: now,
          MetricDataQueries: [
            {
              Id: 'age',
              MetricStat: {
                Metric: {
                  Namespace: METRIC_NAMESPACE,
                  MetricName: AUTHORITIES_AGE_METRIC,
                  Dimensions: [{ Name: MESH_DIMENSION, Value: trustDomain }],
                },
                Period: PERIOD_SECONDS,
                Stat: 'Maximum',
              },
            },
          ],
        }),
      );
      // A certificate is not older: whatever else is there is no report of an agent.
      const heard = times.map((time, index) => time.getTime() - Math.min(ages[index] ?? 0, LIFETIME_SECONDS) * 1000);
      return heard.length === 0 ? undefined : new Date(Math.min(...heard));
    },
  };
}
