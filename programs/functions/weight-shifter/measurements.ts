import {
  AlarmType,
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import { CALL_METRICS, MESH_DIMENSION, METRIC_NAMESPACE, SERVICE_DIMENSION, VERSION_DIMENSION } from '../../../lib/core/contract/metric';
import type { Minute } from './compare-versions';

/** What is known of a system without a memory of one's own. */
export interface Measurements {
  /** Which of these alarms fires, or is not there; undefined: none. */
  firing(names: readonly string[]): Promise<string | undefined>;
  /** Of each version, what its callers have counted in each minute. */
  minutes(of: CountedVersions, from: Date, to: Date): Promise<ReadonlyMap<string, readonly Minute[]>>;
}

export interface CountedVersions {
  readonly mesh: string;
  readonly service: string;
  readonly versions: readonly string[];
}

const PERIOD_SECONDS = 60;
const PERIOD_MS = PERIOD_SECONDS * 1000;

const STATISTICS = [
  ['requests', CALL_METRICS.requests, 'Sum'],
  ['errors', CALL_METRICS.serverErrors, 'Sum'],
  ['latency', CALL_METRICS.latency, 'p99'],
] as const;

export function cloudWatchMeasurements(cloudWatch: CloudWatchClient): Measurements {
  return {
    firing: async (names) => {
      if (names.length === 0) return undefined;
      const { MetricAlarms: alarms = [], CompositeAlarms: composites = [] } = await cloudWatch.send(
        new DescribeAlarmsCommand({
          AlarmNames: [...names],
          AlarmTypes: [AlarmType.MetricAlarm, AlarmType.CompositeAlarm],
          MaxRecords: 100,
        }),
      );
      const states = new Map([...alarms, ...composites].map(({ AlarmName: name = '', StateValue: state }) => [name, state]));
      const firing = names.find((name) => !states.has(name) || states.get(name) === StateValue.ALARM);
      if (firing === undefined) return undefined;
      return states.has(firing) ? `the alarm ${firing} fires` : `the alarm ${firing} is gone`;
    },
    minutes: async (of, from, to) => {
      const answers = await Promise.all(
        of.versions.map(async (version) => [version, await minutesOf(cloudWatch, { ...of, version }, from, to)] as const),
      );
      return new Map(answers);
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
async function minutesOf(
  cloudWatch: CloudWatchClient,
  { mesh, service, version }: { readonly mesh: string; readonly service: string; readonly version: string },
  from: Date,
  to: Date,
): Promise<readonly Minute[]> {
  const Dimensions = [
    { Name: MESH_DIMENSION, Value: mesh },
    { Name: SERVICE_DIMENSION, Value: service },
    { Name: VERSION_DIMENSION, Value: version },
  ];
  const { MetricDataResults: results = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Math.floor(from.getTime() / PERIOD_MS) * PERIOD_MS),
      EndTime: to,
      MetricDataQueries: STATISTICS.map(([Id, MetricName, Stat]): MetricDataQuery => ({
        Id,
        MetricStat: { Metric: { Namespace: METRIC_NAMESPACE, MetricName, Dimensions }, Period: PERIOD_SECONDS, Stat },
      })),
    }),
  );
  const byTime = new Map<number, { requests: number; errors: number; latency?: number }>();
  for (const { Id: id, StatusCode: status, Timestamps: times = [], Values: values = [] } of results) {
    const [name] = STATISTICS.find(([known]) => known === id) ?? [];
    // Half of an answer would look like a version without errors.
    if (status !== 'Complete' || name === undefined)
      throw new Error(`CloudWatch has not answered what the calls of ${service} ${version} were (${status ?? 'no status'})`);
    times.forEach((time, index) => {
      const at = time.getTime();
      byTime.set(at, { ...(byTime.get(at) ?? { requests: 0, errors: 0 }), [name]: values[index] ?? 0 });
    });
  }
  return [...byTime].map(([at, figures]) => ({ at, ...figures }));
}
