import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { defined } from '../../core/defined';
import { CALL_METRICS, SERVICE_METRICS } from '../../core/contract/metric';
import { SHIFTS_TAKEN_BACK_METRIC } from '../../core/contract/weight-shift';
import { lifeLeftMetric, meshMetric, type MeshMetricPlace } from '../mesh-metric';

export type MetricPlace = MeshMetricPlace & { readonly service: string };

export type ServiceMetric = keyof typeof SERVICE_METRICS;
export type CallMetric = keyof typeof CALL_METRICS;

/** Names and dimensions of what the agents of a mesh report; see programs/agent/metrics. */
export class MeshMetrics {
  /** @param meshScope of the mesh (lib/core/contract/scope.ts) */
  constructor(private readonly meshScope: string) {}

  /** What a service's own Envoys have counted. */
  ofService(name: ServiceMetric, place: MetricPlace, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return meshMetric(this.meshScope, SERVICE_METRICS[name], place, { ...defaultsOf(name), ...options });
  }

  /** What callers' Envoys have counted. */
  ofCalls(name: CallMetric, place: MetricPlace, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return meshMetric(this.meshScope, CALL_METRICS[name], place, { ...defaultsOf(name), ...options });
  }

  shiftsTakenBack(service: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return meshMetric(this.meshScope, SHIFTS_TAKEN_BACK_METRIC, { service }, { statistic: cloudwatch.Stats.SUM, ...options });
  }

  lifeLeft(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return lifeLeftMetric(this.meshScope, options);
  }
}

function defaultsOf(name: ServiceMetric | CallMetric): cloudwatch.MetricOptions {
  return { statistic: name === 'latency' ? cloudwatch.Stats.percentile(99) : cloudwatch.Stats.SUM };
}

/** The share of requests that failed, in percent. */
export function errorShare(
  metrics: MeshMetrics,
  place: MetricPlace,
  options: cloudwatch.MetricOptions,
  ofMetrics: cloudwatch.MetricOptions = { ...defined({ period: options.period }) },
): cloudwatch.MathExpression {
  const { label, period, color } = options;
  const id = idOf(place);
  const metric = (name: 'requests' | 'serverErrors'): cloudwatch.Metric =>
    place.caller === undefined ? metrics.ofService(name, place, ofMetrics) : metrics.ofCalls(name, place, ofMetrics);
  return new cloudwatch.MathExpression({
    expression: `100 * errors_${id} / requests_${id}`,
    usingMetrics: { [`errors_${id}`]: metric('serverErrors'), [`requests_${id}`]: metric('requests') },
    ...defined({ label, period, color }),
  });
}

/** How many percent of the calls of all callers a version gets. Of one that gets none there are none, so that they count as 0. */
export function shareOfCalls(
  metrics: MeshMetrics,
  { service, version, versions }: { readonly service: string; readonly version: string; readonly versions: readonly string[] },
  options: cloudwatch.MathExpressionOptions,
): cloudwatch.MathExpression {
  const calls = versions.map((each) => [`calls_${idOf({ service, version: each })}`, each] as const);
  const { period } = options;
  return new cloudwatch.MathExpression({
    expression: `100 * FILL(calls_${idOf({ service, version })}, 0) / (${calls.map(([id]) => `FILL(${id}, 0)`).join(' + ')})`,
    usingMetrics: Object.fromEntries(
      calls.map(([id, each]) => [id, metrics.ofCalls('requests', { service, version: each }, defined({ period }))]),
    ),
    ...options,
  });
}

/** Of a metric in a graph, where others have theirs. Names have no capital letters, and no underscores. */
function idOf({ service, version, caller }: MetricPlace): string {
  const parts = [service, version === undefined ? '' : `V${version}`, caller === undefined ? '' : `C${caller}`];
  return parts.join('').replaceAll('-', '_');
}
