import { METRIC_NAMESPACE } from '../../lib/core/contract/metric';
import type { LogFields } from './log';

export interface MetricDefinition {
  readonly Name: string;
  readonly Unit: 'None' | 'Seconds' | 'Milliseconds' | 'Count';
}

/** Metrics that have the same dimensions. */
export interface MetricDirective {
  /** The same values are those of a metric for each of them. */
  readonly dimensionSets: ReadonlyArray<readonly string[]>;
  readonly metrics: readonly MetricDefinition[];
}

/**
 * What makes CloudWatch take metrics from a line of a log: no API call and no permission is needed. The values of metrics and dimensions
 * are fields of the line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetric(now: number, ...directives: readonly MetricDirective[]): LogFields {
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: directives.map(({ dimensionSets: Dimensions, metrics: Metrics }) => ({
        Namespace: METRIC_NAMESPACE,
        Dimensions,
        Metrics,
      })),
    },
  };
}
