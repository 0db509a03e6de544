import type { JsonObject } from '../template/intrinsics';
import { Fields } from '../template/fields';
import { remember } from '../remember';
import type { Backend, Fields as ServiceFields } from './service';
import { failed, succeeded } from './service';

export interface DataPoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly at: number;
  readonly value: number;
  /** How many samples have this value. @default 1 */
  readonly count?: number;
}

export interface MetricName extends Pick<DataPoint, 'namespace' | 'name' | 'dimensions'> {
  readonly [more: string]: unknown;
}

export type AlarmState = 'ALARM' | 'OK';

/**
 * The metrics that CloudWatch makes of the logs of an account and Region.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class Metrics {
  readonly points: DataPoint[] = [];
  /** The states of alarms that somebody asks for by their names. */
  readonly alarms = new Map<string, AlarmState>();

  /** @param remembers how many points */
  constructor(private readonly remembers = Infinity) {}

  /** A line of a log; one without the fields of a metric is nothing here. */
  read(line: string): void {
    if (!line.startsWith('{')) return;
    const entry = parsed(line);
    const { _aws: about } = entry as { readonly _aws?: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] } };
    for (const { Namespace: namespace, Dimensions: sets, Metrics: metrics } of about?.CloudWatchMetrics ?? [])
      for (const set of sets)
        for (const { Name: name } of metrics)
          for (const sample of samplesOf(entry[name]))
            remember(
              this.points,
              {
                namespace,
                name,
                dimensions: Object.fromEntries(set.map((dimension) => [dimension, String(entry[dimension])])),
                at: about?.Timestamp ?? NaN,
                ...sample,
              },
              this.remembers,
            );
  }

  /** Of one metric: the one with just these dimensions. */
  of(metric: MetricName): readonly DataPoint[] {
    return this.points.filter(
      ({ namespace, name, dimensions }) =>
        namespace === metric.namespace && name === metric.name && textOf(dimensions) === textOf(metric.dimensions),
    );
  }

  /** What an alarm says, by the properties that a template has of it, of all that there is. */
  stateOf(properties: JsonObject): AlarmState {
    const alarm = Fields.of(properties, 'Alarm');
    const values = this.of({
      namespace: alarm.text('Namespace'),
      name: alarm.text('MetricName'),
      dimensions: Object.fromEntries(alarm.objects('Dimensions').map((each) => [each.text('Name'), each.text('Value')])),
    }).map(({ value }) => value);
    const [statistic, comparison] = [alarm.text('Statistic'), alarm.text('ComparisonOperator')];
    if (statistic !== 'Minimum' || comparison !== 'LessThanThreshold' || alarm.text('TreatMissingData') !== 'notBreaching')
      throw new Error(`the runner has no alarms of the ${statistic} that are ${comparison}`);
    return Math.min(...values) < alarm.number('Threshold') ? 'ALARM' : 'OK';
  }
}

/** Of a number, a list of numbers, or one of values with how often each came. */
function samplesOf(target: unknown): readonly Pick<DataPoint, 'value' | 'count'>[] {
  if (Array.isArray(target)) return target.map((value) => ({ value: Number(value) }));
  if (typeof target !== 'object' || target === null) return [{ value: Number(target) }];
  const { Values = [], Counts = [] } = target as { readonly Values?: readonly number[]; readonly Counts?: readonly number[] };
  return Values.map((value, index) => ({ value, count: Counts[index] ?? 1 }));
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** One of GetMetricData, as far as the library's functions write it. */
export interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Period: number;
    readonly Stat: string;
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
  };
}

type Sample = Pick<DataPoint, 'value' | 'count'>;

/**
 * A statistic of samples: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 *
 * @throws Error for one that is not known here
 */
function statistic(name: string): (samples: readonly Sample[]) => number {
  if (name === 'Maximum') return (samples) => Math.max(...samples.map(({ value }) => value));
  if (name === 'Sum') return (samples) => sumOf(samples, ({ value }) => value);
  const [, percentile, rank] = /^(?:p([0-9.]+)|PR\(:([0-9.]+)\))$/.exec(name) ?? [];
  if (percentile !== undefined) return (samples) => percentileOf(samples, Number(percentile));
  if (rank !== undefined)
    return (samples) => (sumOf(samples, ({ value }) => (value <= Number(rank) ? 1 : 0)) / sumOf(samples, () => 1)) * 100;
  throw new Error(`the runner has no ${name} of metrics`);
}

function percentileOf(samples: readonly Sample[], percentile: number): number {
  let left = (sumOf(samples, () => 1) * (100 - percentile)) / 100;
  const falling = [...samples].sort((a, b) => b.value - a.value);
  const found = falling.find(({ count = 1 }) => {
    left -= count;
    return left < 0;
  });
  return (found ?? falling.at(-1))?.value ?? NaN;
}

function sumOf(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return samples.reduce((sum, sample) => sum + of(sample) * (sample.count ?? 1), 0);
}

/** GetMetricData and DescribeAlarms. Neither knows resources. */
export function metricsBackend(metrics: Metrics): Backend {
  return {
    prefix: 'cloudwatch',
    request: () => ({ resource: '*', context: {} }),
    serve: (operation, input) => {
      switch (operation) {
        case 'GetMetricData':
          return metricData(metrics, input);
        case 'DescribeAlarms':
          return describeAlarms(metrics, input);
        default:
          return failed('UnknownOperationException', operation);
      }
    },
  };
}

function metricData(metrics: Metrics, input: ServiceFields): ReturnType<typeof succeeded> {
  const [from, to] = [Number(input['StartTime']), Number(input['EndTime'])];
  return succeeded({
    MetricDataResults: (input['MetricDataQueries'] as readonly Query[]).map(({ Id: id, MetricStat: { Metric: metric, Period, Stat } }) => {
      const valueOf = statistic(Stat);
      const dimensions = Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value]));
      const byPeriod = new Map<number, readonly Sample[]>();
      for (const { at, ...sample } of metrics.of({ namespace: metric.Namespace, name: metric.MetricName, dimensions })) {
        const start = Math.floor(at / 1000 / Period) * Period;
        if (at / 1000 >= from && at / 1000 < to) byPeriod.set(start, [...(byPeriod.get(start) ?? []), sample]);
      }
      return { Id: id, StatusCode: 'Complete', Timestamps: [...byPeriod.keys()], Values: [...byPeriod.values()].map(valueOf) };
    }),
  });
}

function describeAlarms(
  { alarms }: Metrics,
  { AlarmNames: names, AlarmTypes: types = ['MetricAlarm'] }: ServiceFields,
): ReturnType<typeof succeeded> {
  const found = [names]
    .flat()
    .map(String)
    .flatMap((name) => {
      const state = alarms.get(name);
      return state === undefined ? [] : [{ AlarmName: name, StateValue: state }];
    });
  return succeeded({ MetricAlarms: [types].flat().includes('MetricAlarm') ? found : [], CompositeAlarms: [] });
}

function textOf(dimensions: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(dimensions).sort());
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
