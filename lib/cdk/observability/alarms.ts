import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { AlarmKind, AlarmPlan } from '../../core/plan/observability/observability-plan';
import type { MeshMetrics } from './mesh-metrics';

/** Metrics have a value for each minute. */
const PERIOD = Duration.minutes(1);

/** Alarms of services, each below a construct with the name of its service. */
export function renderAlarms(scope: Construct, plans: readonly AlarmPlan[], metrics: MeshMetrics): readonly cloudwatch.Alarm[] {
  const parents = new Map<string, Construct>();
  return plans.map((plan) => {
    const parent = parents.get(plan.service) ?? new Construct(scope, plan.service);
    parents.set(plan.service, parent);
    return new cloudwatch.Alarm(parent, ALARM_IDS[plan.kind], {
      ...ALARMS[plan.kind](plan, metrics),
      // A minute without requests has no values, and nothing is wrong with it.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  });
}

export const ALARM_IDS: Readonly<Record<AlarmKind, string>> = { errors: 'Errors', unavailable: 'Unavailable', latency: 'Latency' };

type AlarmOf = (plan: AlarmPlan, metrics: MeshMetrics) => cloudwatch.AlarmProps;

const ALARMS: Readonly<Record<AlarmKind, AlarmOf>> = {
  errors: (plan, metrics) => ({
    alarmDescription:
      `More than ${plan.errorPercent} % of the ${what(plan)} to ${plan.service} ${fail(plan)}, in 3 of 5 minutes with at least ` +
      `${plan.minRequests} of them, as ${by(plan)} see it.`,
    metric: expression(`IF(requests >= ${plan.minRequests}, 100 * errors / requests, 0)`, counts(plan, metrics), 'errors, percent'),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: plan.errorPercent,
    ...THREE_OF_FIVE,
  }),
  unavailable: (plan, metrics) => ({
    alarmDescription: `All ${what(plan)} to ${plan.service} ${fail(plan)}, in 3 minutes in a row, as ${by(plan)} see it.`,
    metric: expression('IF(requests > 0 AND errors >= requests, 1, 0)', counts(plan, metrics), 'all requests fail'),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 3,
  }),
  latency: (plan, metrics) => ({
    alarmDescription:
      `1 % of the requests to ${plan.service} take longer than ${plan.latencyMilliseconds ?? 0} ms, in 3 of 5 minutes with at least ` +
      `${plan.minRequests} requests, as its own Envoys see it.`,
    metric: expression(
      `IF(requests >= ${plan.minRequests}, latency, 0)`,
      {
        requests: metrics.ofService('requests', plan, { period: PERIOD }),
        latency: metrics.ofService('latency', plan, { period: PERIOD }),
      },
      '99th percentile of latency, milliseconds',
    ),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: plan.latencyMilliseconds ?? 0,
    ...THREE_OF_FIVE,
  }),
};

/** One bad minute wakes nobody, and one good one in between does not hide four bad ones. */
const THREE_OF_FIVE = { evaluationPeriods: 5, datapointsToAlarm: 3 };

function what({ tcp }: AlarmPlan): string {
  return tcp ? 'connections' : 'requests';
}

function fail({ tcp }: AlarmPlan): string {
  return tcp ? 'cannot be made' : 'fail with a status of 500 or more';
}

function by({ countedBy }: AlarmPlan): string {
  return countedBy === 'callers' ? 'its callers' : 'its own Envoys';
}

function counts({ service, countedBy }: AlarmPlan, metrics: MeshMetrics): Record<string, cloudwatch.IMetric> {
  const place = { service };
  const options = { period: PERIOD };
  return countedBy === 'callers'
    ? { requests: metrics.ofCalls('requests', place, options), errors: metrics.ofCalls('serverErrors', place, options) }
    : { requests: metrics.ofService('requests', place, options), errors: metrics.ofService('serverErrors', place, options) };
}

function expression(text: string, usingMetrics: Record<string, cloudwatch.IMetric>, label: string): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({ expression: text, usingMetrics, label, period: PERIOD });
}
