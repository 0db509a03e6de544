import { METRIC_NAMESPACE } from '../../lib/core/contract/metric';
import type { LogFields } from '../shared/log';

export interface MetricDefinition {
  readonly Name: string;
  readonly Unit: 'None' | 'Seconds' | 'Milliseconds' | 'Count';
}

/**
 * What makes CloudWatch take metrics from a line of a log: no API call and no permission is needed. The values of metrics and dimensions
 * are fields of the line.
 *
 * @param dimensionSets the same values are those of a metric for each of them
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetric(
  now: number,
  dimensionSets: ReadonlyArray<readonly string[]>,
  metrics: readonly MetricDefinition[],
): LogFields {
  return { _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: dimensionSets, Metrics: metrics }] } };
}
