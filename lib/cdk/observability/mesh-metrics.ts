import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { defined } from '../../core/defined';
import {
  CALL_METRICS,
  CALLER_DIMENSION,
  LIFE_LEFT_METRIC,
  MESH_DIMENSION,
  METRIC_NAMESPACE,
  SERVICE_DIMENSION,
  SERVICE_METRICS,
  VERSION_DIMENSION,
} from '../../core/contract/metric';

/** By which metrics are known, beside the mesh. */
export interface MetricPlace {
  readonly service: string;
  /** Absent: of all versions. */
  readonly version?: string;
  /** Absent: of all callers. */
  readonly caller?: string;
}

export type ServiceMetric = keyof typeof SERVICE_METRICS;
export type CallMetric = keyof typeof CALL_METRICS;

/** Names and dimensions of what the agents of a mesh report; see programs/agent/metrics. */
export class MeshMetrics {
  /** @param meshScope of the mesh (lib/core/contract/scope.ts) */
  constructor(private readonly meshScope: string) {}

  /** What a service's own Envoys have counted. */
  ofService(name: ServiceMetric, place: MetricPlace, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(SERVICE_METRICS[name], this.dimensions(place), { ...defaultsOf(name), ...options });
  }

  /** What callers' Envoys have counted. */
  ofCalls(name: CallMetric, place: MetricPlace, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(CALL_METRICS[name], this.dimensions(place), { ...defaultsOf(name), ...options });
  }

  /** The shortest that is left of the life of a certificate, of all tasks: 1 is all of it. */
  lifeLeft(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric(LIFE_LEFT_METRIC, { [MESH_DIMENSION]: this.meshScope }, { statistic: cloudwatch.Stats.MINIMUM, ...options });
  }

  private metric(
    metricName: string,
    dimensionsMap: Readonly<Record<string, string>>,
    options: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return new cloudwatch.Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap, ...options });
  }

  private dimensions({ service, version, caller }: MetricPlace): Readonly<Record<string, string>> {
    return {
      [MESH_DIMENSION]: this.meshScope,
      ...(caller === undefined ? {} : { [CALLER_DIMENSION]: caller }),
      [SERVICE_DIMENSION]: service,
      ...(version === undefined ? {} : { [VERSION_DIMENSION]: version }),
    };
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

/** Of a metric in a graph, where others have theirs. Names have no capital letters, and no underscores. */
function idOf({ service, version, caller }: MetricPlace): string {
  const parts = [service, version === undefined ? '' : `V${version}`, caller === undefined ? '' : `C${caller}`];
  return parts.join('').replaceAll('-', '_');
}
