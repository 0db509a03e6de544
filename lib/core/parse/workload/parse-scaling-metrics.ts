import { counted, Opaque } from '../../reading/input';
import type { MetricInterval, MetricScaling, MetricSteps } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';
import { COOLDOWN, checkScalingName } from './scaling-syntax';

const FIELDS = ['metric', 'targetValue', 'scalingSteps', 'adjustmentType', 'evaluationPeriods', 'cooldown'] as const;
const OF_STEPS = ['adjustmentType', 'evaluationPeriods', 'cooldown'] as const;
const ADJUSTMENTS = ['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity'] as const;
const MOST_PERIODS = 100;

/** What the CDK takes: it makes two policies of them. */
const STEPS = { min: 2, max: 40 };

const EITHER = 'such as targetValue: 100, or scalingSteps: [{ upper: 10, change: -1 }, { lower: 50, change: +1 }]';

export function parseMetrics(at: Reader): readonly MetricScaling[] | undefined {
  if (at.absent) return undefined;
  if (at.empty)
    at.fail('MISSING', 'there is no metric to scale by', {
      fix: 'leave metrics out, or add one, such as lag: { metric, targetValue: 100 }',
    });
  const metrics = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, item]) => parseMetric(name, item) ?? []);
  return metrics.length === 0 ? undefined : metrics;
}

function parseMetric(name: string, at: Reader): MetricScaling | undefined {
  checkScalingName(name, at);
  at.required('an object with a metric', 'remove it, or write { metric, targetValue: 100 }');
  if (!at.checkFields(FIELDS)) return undefined;
  const metric = at.field('metric').required('the metric', 'such as metric: new cloudwatch.Metric({ … })');
  const isMetric = metric.checkInstance('a cloudwatch.IMetric', ['toMetricConfig()', 'toAlarmConfig()']);
  const target = at.field('targetValue');
  const targetValue = target.number({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, integer: false, allowed: 'a number above 0' });
  const steps = parseSteps(at);
  if (target.absent && at.field('scalingSteps').absent)
    at.fail('MISSING', 'nothing says what the metric means', { got: null, fix: EITHER });
  if (!target.absent && !at.field('scalingSteps').absent)
    at.field('scalingSteps').fail('CONFLICT', 'a metric has a target or steps', { got: null, fix: 'remove one of the two' });
  if (!target.absent && metric.value instanceof Opaque && metric.value.has('expression'))
    target.fail('CONFLICT', 'Application Auto Scaling tracks no math expression of the CDK', {
      got: null,
      fix: 'use scalingSteps, or a metric without an expression',
    });
  if (at.field('scalingSteps').absent)
    for (const field of OF_STEPS)
      if (!at.field(field).absent)
        at.field(field).fail('NO_EFFECT', 'it belongs to scalingSteps', { fix: 'remove it, or add scalingSteps' });
  return isMetric ? { name, ...defined({ targetValue, steps }) } : undefined;
}

function parseSteps(at: Reader): MetricSteps | undefined {
  const field = at.field('scalingSteps');
  const adjustment = at.field('adjustmentType').oneOf(
    ADJUSTMENTS,
    'an applicationautoscaling.AdjustmentType',
    ADJUSTMENTS.map((type) => `AdjustmentType.${type.replace(/(?<=.)[A-Z]/g, '_$&').toUpperCase()}`),
  );
  const evaluationPeriods = at.field('evaluationPeriods').number({ min: 1, max: MOST_PERIODS, unit: 'periods' });
  const cooldownSeconds = at.field('cooldown').seconds(COOLDOWN);
  const items = field.items('a list of intervals');
  if (field.absent) return undefined;
  if (Array.isArray(field.value) && (items.length < STEPS.min || items.length > STEPS.max))
    return field.fail('OUT_OF_RANGE', `there are ${counted(items.length, 'step')}`, { got: null, allowed: `${STEPS.min} to ${STEPS.max}` });
  const intervals = items.flatMap((item) => parseInterval(item) ?? []);
  if (items.length === 0 || intervals.length < items.length) return undefined;
  const adjusts = adjustment ?? 'ChangeInCapacity';
  checkIntervals(field, intervals, adjusts);
  return { intervals, adjustment: adjusts, ...defined({ evaluationPeriods, cooldownSeconds }) };
}

function parseInterval(at: Reader): MetricInterval | undefined {
  at.required('an interval', 'remove the entry, or write { lower: 50, change: +1 }');
  if (!at.checkFields(['lower', 'upper', 'change'])) return undefined;
  const value = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, integer: false, allowed: 'a number' };
  const lower = at.field('lower').number(value);
  const upper = at.field('upper').number(value);
  const change = at
    .field('change')
    .required('by how much the number of tasks changes', 'such as change: +1')
    .number({ ...value, integer: true, allowed: 'a whole number' });
  if (at.field('lower').absent && at.field('upper').absent)
    return at.fail('MISSING', 'the interval has no bound', { got: null, fix: 'give it lower, upper or both' });
  if (lower !== undefined && upper !== undefined && lower > upper)
    return at.fail('OUT_OF_RANGE', `it would end at ${upper}, before it begins at ${lower}`, { got: null, fix: 'swap lower and upper' });
  return change === undefined ? undefined : { change, ...defined({ lower, upper }) };
}

/** A bound that is left out is that of the neighbor. */
interface Bounds {
  lower: number;
  upper: number;
}

/** As the CDK puts them together, which fails without a path. */
function checkIntervals(at: Reader, intervals: readonly MetricInterval[], adjustment: MetricSteps['adjustment']): void {
  const sorted = [...intervals].sort((a, b) => (a.lower ?? a.upper ?? 0) - (b.lower ?? b.upper ?? 0));
  const bounds = sorted.map(({ lower, upper }, index): Bounds => ({
    lower: lower ?? sorted[index - 1]?.upper ?? (index === 0 ? 0 : NaN),
    upper: upper ?? sorted[index + 1]?.lower ?? (index === sorted.length - 1 ? Infinity : NaN),
  }));
  const unknown = bounds.findIndex(({ lower, upper }) => Number.isNaN(lower) || Number.isNaN(upper));
  const overlap = bounds.findIndex(({ upper }, index) => upper > (bounds[index + 1]?.lower ?? Infinity));
  if (unknown >= 0 || overlap >= 0)
    return void at.fail('CONFLICT', unknown >= 0 ? 'two steps leave open where one ends and the other begins' : 'two steps overlap', {
      got: null,
      fix: 'give each step the bounds that its neighbors do not have',
    });
  const gaps = sorted.flatMap(({ change }, index): readonly boolean[] => [
    ...((bounds[index - 1]?.upper ?? 0) === bounds[index]?.lower ? [] : [true]),
    change === 0 && adjustment !== 'ExactCapacity',
  ]);
  if (bounds.at(-1)?.upper !== Infinity) gaps.push(true);
  if (gaps.filter((gap, index) => gap && !(gaps[index - 1] ?? false)).length > 1)
    at.fail('CONFLICT', 'there is more than one interval in which nothing changes', {
      got: null,
      allowed: 'at most one, between the steps that scale in and those that scale out',
      fix: 'let the other steps meet',
    });
}
