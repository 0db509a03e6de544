import {
  AlarmType,
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
  StateValue,
} from '@aws-sdk/client-cloudwatch';
import { CALL_METRICS, MESH_DIMENSION, METRIC_NAMESPACE, SERVICE_DIMENSION, VERSION_DIMENSION } from '../../../lib/core/contract/metric';
import { PERCENTILES } from './compare-latencies';
import type { Minute } from './compare-versions';

/** What is known of a system without a memory of one's own. */
export interface Measurements {
  /** Which of these alarms fires, or is not there; undefined: none. */
  firing(names: readonly string[]): Promise<string | undefined>;
  /** Of each version, what its callers have counted in each minute. */
  minutes(of: CountedVersions, from: Date, to: Date): Promise<ReadonlyMap<string, readonly Minute[]>>;
  /** Of each minute, the shares of a version's requests that took longer than each of these times, 0 to 1. */
  sharesAbove(of: CountedVersion, milliseconds: readonly number[], from: Date, to: Date): Promise<ReadonlyMap<number, readonly number[]>>;
}

interface CountedService {
  readonly mesh: string;
  readonly service: string;
}

export interface CountedVersions extends CountedService {
  readonly versions: readonly string[];
}

export interface CountedVersion extends CountedService {
  readonly version: string;
}

const PERIOD_SECONDS = 60;
const PERIOD_MS = PERIOD_SECONDS * 1000;

interface Statistic {
  readonly id: string;
  readonly metric: string;
  readonly statistic: string;
}

const STATISTICS: readonly Statistic[] = [
  { id: 'requests', metric: CALL_METRICS.requests, statistic: 'Sum' },
  { id: 'errors', metric: CALL_METRICS.serverErrors, statistic: 'Sum' },
  { id: 'retries', metric: CALL_METRICS.retries, statistic: 'Sum' },
  ...PERCENTILES.map((percentile) => ({ id: `p${percentile}`, metric: CALL_METRICS.latency, statistic: `p${percentile}` })),
];

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
    sharesAbove: async (of, milliseconds, from, to) => {
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
      const within = milliseconds.map((limit, index): Statistic => ({
        id: `within${index}`,
        metric: CALL_METRICS.latency,
        statistic: `PR(:${limit})`,
      }));
      const values = await read(cloudWatch, of, within, from, to);
      const percents = within.map(({ id }) => values[id] ?? new Map<number, number>());
      const minutes = new Set(percents.flatMap((each) => [...each.keys()]));
      return new Map([...minutes].map((at) => [at, percents.map((each) => 1 - (each.get(at) ?? 100) / 100)]));
    },
  };
}

async function minutesOf(cloudWatch: CloudWatchClient, of: CountedVersion, from: Date, to: Date): Promise<readonly Minute[]> {
  const values = await read(cloudWatch, of, STATISTICS, from, to);
  const value = (id: string, at: number): number => values[id]?.get(at) ?? 0;
  return [...new Set(Object.values(values).flatMap((each) => [...each.keys()]))].map((at) => ({
    at,
    requests: value('requests', at),
    errors: value('errors', at),
    retries: value('retries', at),
    ...(values['p50']?.has(at) ? { latencies: { 99: value('p99', at), 90: value('p90', at), 50: value('p50', at) } } : {}),
  }));
}

/**
 * Values of statistics of a version, by their ids and minutes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
async function read(
  cloudWatch: CloudWatchClient,
  { mesh, service, version }: CountedVersion,
  statistics: readonly Statistic[],
  from: Date,
  to: Date,
): Promise<Readonly<Record<string, ReadonlyMap<number, number>>>> {
  const Dimensions = [
    { Name: MESH_DIMENSION, Value: mesh },
    { Name: SERVICE_DIMENSION, Value: service },
    { Name: VERSION_DIMENSION, Value: version },
  ];
  const { MetricDataResults: results = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Math.floor(from.getTime() / PERIOD_MS) * PERIOD_MS),
      EndTime: to,
      MetricDataQueries: statistics.map(({ id: Id, metric: MetricName, statistic: Stat }): MetricDataQuery => ({
        Id,
        MetricStat: { Metric: { Namespace: METRIC_NAMESPACE, MetricName, Dimensions }, Period: PERIOD_SECONDS, Stat },
      })),
    }),
  );
  return Object.fromEntries(
    results.map(({ Id: id = '', StatusCode: status, Timestamps: times = [], Values: values = [] }) => {
      // Half of an answer would look like a version without errors.
      if (status !== 'Complete' || !statistics.some((known) => known.id === id))
        throw new Error(`CloudWatch has not answered what the calls of ${service} ${version} were (${status ?? 'no status'})`);
      return [id, new Map(times.map((time, index) => [time.getTime(), values[index] ?? 0]))];
    }),
  );
}
