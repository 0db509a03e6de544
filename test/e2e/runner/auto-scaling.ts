import { Fields } from '../../../programs/emulator/template/fields';
import type { KnownValues, Resource, Template } from '../../../programs/emulator/template/intrinsics';
import { Resolver } from '../../../programs/emulator/template/intrinsics';

interface Step {
  readonly lower: number;
  readonly upper: number;
  readonly tasks: number;
}

interface StepPolicy {
  readonly steps: readonly Step[];
  readonly cooldownSeconds: number;
  readonly alarm: Alarm;
}

interface Alarm {
  readonly above: boolean;
  readonly threshold: number;
  readonly value: (metrics: MetricValues) => number | undefined;
}

/** By the names of metrics; a metric that has no value is not there. */
export type MetricValues = Readonly<Record<string, number>>;

const MINUTE = 60;

/**
 * Application Auto Scaling, for one scalable target of a template: its step scaling policies with exact capacities, and the alarms that
 * invoke them. It reads what the template says, and throws where that is something else.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html
 */
export class ScalingPolicies {
  readonly min: number;
  readonly max: number;
  private readonly policies: readonly StepPolicy[];
  private readonly resolver: Resolver;
  private seconds = 0;
  private blockedUntil = 0;

  /** @param target a part of the logical ID of the scalable target */
  constructor(template: Template, target: string, values: KnownValues = {}) {
    this.resolver = new Resolver(template, values);
    const resources = Object.entries(template.Resources ?? {});
    const ofType = (type: string): readonly (readonly [string, Resource])[] => resources.filter(([, { Type }]) => Type === type);
    const [found, second] = ofType('AWS::ApplicationAutoScaling::ScalableTarget').filter(([id]) => id.includes(target));
    if (found === undefined || second !== undefined) throw new Error(`there is not one scalable target "${target}"`);
    const [targetId, { Properties: properties = {} }] = found;
    [this.min, this.max] = [Number(properties['MinCapacity']), Number(properties['MaxCapacity'])];
    const alarms = ofType('AWS::CloudWatch::Alarm');
    this.policies = ofType('AWS::ApplicationAutoScaling::ScalingPolicy')
      .filter(([, policy]) => this.resolver.referenced(policy.Properties?.['ScalingTargetId']) === targetId)
      .map(([id, policy]) => {
        const [alarm] = alarms.filter(([, { Properties: own }]) => this.resolver.referencedAll(own?.['AlarmActions'] ?? []).includes(id));
        if (alarm === undefined) throw new Error(`no alarm invokes ${id}`);
        return { ...stepsOf(id, policy), alarm: this.alarmOf(alarm[0], alarm[1]) };
      });
  }

  /**
   * One minute of the metrics: how many tasks there are to be after it.
   *
   * "If the desired capacity is outside of its limits, it is one of them", and of several policies the largest capacity wins:
   * https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
   */
  minute(tasks: number, metrics: MetricValues): number {
    this.seconds += MINUTE;
    const wanted = this.policies.flatMap(({ steps, alarm, cooldownSeconds }) => {
      const value = alarm.value(metrics);
      if (value === undefined) return [];
      const breach = value - alarm.threshold;
      if (alarm.above ? breach < 0 : breach > 0) return [];
      // "The lower bound is inclusive and the upper bound exclusive" above the threshold, and the other way round below it:
      // https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html
      const step = steps.find(({ lower, upper }) => (alarm.above ? breach >= lower && breach < upper : breach > lower && breach <= upper));
      if (step === undefined) throw new Error(`no step takes ${value}, which is ${breach} from the threshold`);
      return [{ tasks: Math.max(this.min, Math.min(this.max, step.tasks)), cooldownSeconds }];
    });
    const [most] = [...wanted].sort((a, b) => b.tasks - a.tasks);
    if (most === undefined || most.tasks === tasks) return tasks;
    // "Scale-in activities are blocked until the cooldown period has expired."
    if (most.tasks < tasks && this.seconds < this.blockedUntil) return tasks;
    this.blockedUntil = this.seconds + most.cooldownSeconds;
    return most.tasks;
  }

  private alarmOf(id: string, { Properties: properties }: Resource): Alarm {
    const alarm = Fields.of(this.resolver.resolve(properties), id);
    const comparison = alarm.text('ComparisonOperator');
    if (alarm.number('EvaluationPeriods') !== 1) throw new Error(`${id}: the runner evaluates one period`);
    if (!['GreaterThanOrEqualToThreshold', 'LessThanOrEqualToThreshold'].includes(comparison))
      throw new Error(`${id}: the runner has no alarms that are ${comparison}`);
    return {
      above: comparison.startsWith('Greater'),
      threshold: alarm.number('Threshold'),
      value: expressionOf(id, alarm.objects('Metrics')),
    };
  }
}

function stepsOf(id: string, { Properties: properties }: Resource): Omit<StepPolicy, 'alarm'> {
  const policy = Fields.of(properties?.['StepScalingPolicyConfiguration'], id);
  if (policy.text('AdjustmentType') !== 'ExactCapacity') throw new Error(`${id}: the runner sets exact capacities`);
  return {
    steps: policy.objects('StepAdjustments').map((step) => ({
      lower: step.number('MetricIntervalLowerBound', -Infinity),
      upper: step.number('MetricIntervalUpperBound', Infinity),
      tasks: step.number('ScalingAdjustment'),
    })),
    cooldownSeconds: policy.number('Cooldown', 300),
  };
}

/** Sums of metrics, of which some have a value where there is none: `a + FILL(b, 0)`. */
function expressionOf(id: string, metrics: readonly Fields[]): (values: MetricValues) => number | undefined {
  const [expression] = metrics.flatMap((metric) => metric.optionalText('Expression') ?? []);
  const names = new Map(
    metrics.flatMap((metric) => {
      const name = metric.child('MetricStat')?.child('Metric')?.text('MetricName');
      return name === undefined ? [] : [[metric.text('Id'), name] as const];
    }),
  );
  const terms = (expression ?? '').split(' + ').map((term) => {
    const [, filled, value] = /^FILL\((\w+), (\d+)\)$/.exec(term) ?? [];
    const name = names.get(filled ?? term);
    if (name === undefined) throw new Error(`${id}: the runner does not know "${term}" of "${expression ?? ''}"`);
    return (values: MetricValues): number | undefined => values[name] ?? (value === undefined ? undefined : Number(value));
  });
  return (values) => terms.reduce<number | undefined>((sum, term) => add(sum, term(values)), 0);
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
