import { nameOf, statisticOf, type TemplateMetric } from './metric-statistics';
import type { DataPoint, MetricName, Template } from './runner';

/** As the template has it, of the alarms of services. */
export interface TemplateAlarm {
  readonly Metrics: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: TemplateMetric; readonly Period: number; readonly Stat: string };
    readonly ReturnData?: boolean;
  }[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData: string;
}

export interface Evaluated {
  readonly alarm: TemplateAlarm;
  readonly scope: string;
  /** How long a minute is. */
  readonly minuteMs: number;
  readonly points: (metric: MetricName) => readonly DataPoint[];
}

/** Alarms of services, by what the template calls them, such as `catalogErrors`. */
export function alarmsIn(template: Template): ReadonlyMap<string, TemplateAlarm> {
  return new Map(
    Object.entries(template.Resources ?? {}).flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::CloudWatch::Alarm' && id.includes('Observability')
        ? [[/ObservabilityAlarms(.*)[0-9A-F]{8}$/.exec(id)?.[1] ?? id, Properties as unknown as TemplateAlarm] as const]
        : [],
    ),
  );
}

/** Those that fire in one of the periods between two times. */
export function firing(
  alarms: ReadonlyMap<string, TemplateAlarm>,
  evaluated: Omit<Evaluated, 'alarm'>,
  from: number,
  to: number,
): readonly string[] {
  return [...alarms].flatMap(([name, alarm]) => (firesBetween({ ...evaluated, alarm }, from, to) ? [name] : [])).sort();
}

/**
 * Whether an alarm fires in one of the periods between two times: "M out of N" of its last periods are beyond the threshold, and those
 * without data are not, since it treats missing data as not breaching.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function firesBetween(evaluated: Evaluated, from: number, to: number): boolean {
  const { EvaluationPeriods: most, DatapointsToAlarm: needed = most, TreatMissingData: missing } = evaluated.alarm;
  if (missing !== 'notBreaching') throw new Error(`missing data are ${missing}`);
  const breaching: boolean[] = [];
  for (let start = from; start < to; start += evaluated.minuteMs) {
    breaching.push(isBeyond(evaluated, start));
    if (breaching.slice(-most).filter(Boolean).length >= needed) return true;
  }
  return false;
}

function isBeyond({ alarm, scope, minuteMs, points }: Evaluated, start: number): boolean {
  const values: Record<string, number | undefined> = {};
  for (const { Id: id, MetricStat: stat } of alarm.Metrics) {
    if (stat === undefined) continue;
    const length = (stat.Period / 60) * minuteMs;
    const within = points(nameOf(stat.Metric, scope)).filter(({ at }) => at >= start && at < start + length);
    values[id] = statisticOf(within, stat.Stat);
  }
  const { Expression: expression = '' } = alarm.Metrics.find(({ ReturnData }) => ReturnData === true) ?? {};
  // Where one of its metrics has no data, an expression has none.
  if (Object.entries(values).some(([id, value]) => expression.includes(id) && value === undefined)) return false;
  const value = computed(expression, values);
  if (alarm.ComparisonOperator === 'GreaterThanThreshold') return value > alarm.Threshold;
  if (alarm.ComparisonOperator === 'GreaterThanOrEqualToThreshold') return value >= alarm.Threshold;
  throw new Error(`no alarm is ${alarm.ComparisonOperator}`);
}

/**
 * Metric math, as far as the alarms have it: `IF(condition, value, value)` of comparisons and arithmetic.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
function computed(expression: string, values: Readonly<Record<string, number | undefined>>): number {
  const [, condition, yes, no] = /^IF\(([^,]+), ([^,]+), ([^,]+)\)$/.exec(expression) ?? [];
  if (condition === undefined || yes === undefined || no === undefined) throw new Error(`this is no expression of an alarm: ${expression}`);
  const holds = condition.split(' AND ').every((part) => {
    const [, left = '', operator, right = ''] = /^(\S+) (>=|>) (\S+)$/.exec(part) ?? [];
    const [one, other] = [operand(left, values), operand(right, values)];
    return operator === '>=' ? one >= other : one > other;
  });
  return arithmetic(holds ? yes : no, values);
}

function arithmetic(text: string, values: Readonly<Record<string, number | undefined>>): number {
  const [first = '', ...others] = text.split(' ');
  let result = operand(first, values);
  for (let index = 0; index < others.length; index += 2) {
    const other = operand(others[index + 1] ?? '', values);
    result = others[index] === '*' ? result * other : others[index] === '/' ? result / other : NaN;
  }
  return result;
}

function operand(text: string, values: Readonly<Record<string, number | undefined>>): number {
  return values[text] ?? Number(text);
}
