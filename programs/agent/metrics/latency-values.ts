import type { Bucket, Histogram } from '../../statistics/histogram';

/**
 * Values and how often each came: CloudWatch computes percentiles of them, and takes the sum of `Counts` as the number of samples. The
 * specification names numbers and lists of them; this form is the one in which AWS's own exporter writes histograms.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/exporter/awsemfexporter/metric_translator.go
 */
export interface MetricValues {
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
  readonly Max: number;
  readonly Min: number;
  readonly Count: number;
  readonly Sum: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const MAX_VALUES = 100;

/** Envoy measures no finer. */
const MILLISECOND = 1;

/** Of a value, so that percentiles are as near: Envoy's buckets are up to a tenth of theirs wide. */
const MAX_WIDTH = 0.02;

/**
 * The values of a histogram, so many lists of at most 100 that each bucket is in one. As Envoy has it, values lie evenly in their bucket,
 * so wide ones are divided. Of whole milliseconds, 1 stands for all from 1 to 2.
 */
export function latencyValues(histogram: Histogram): readonly MetricValues[] {
  const values = histogram.flatMap(valuesOf);
  return Array.from({ length: Math.ceil(values.length / MAX_VALUES) }, (_, index) =>
    listed(values.slice(index * MAX_VALUES, (index + 1) * MAX_VALUES)),
  );
}

type Value = readonly [value: number, count: number];

function valuesOf({ lower, width: measured, count }: Bucket): readonly Value[] {
  const width = Math.max(MILLISECOND, measured);
  const parts = width === MILLISECOND ? 1 : Math.min(count, Math.ceil(width / (lower * MAX_WIDTH)));
  return Array.from({ length: parts }, (_, index) => [
    rounded(lower + (width * (index + 0.5)) / parts),
    Math.floor((count * (index + 1)) / parts) - Math.floor((count * index) / parts),
  ]);
}

function listed(values: readonly Value[]): MetricValues {
  const each = values.map(([value]) => value);
  return {
    Values: each,
    Counts: values.map(([, count]) => count),
    Max: Math.max(...each),
    Min: Math.min(...each),
    Count: values.reduce((sum, [, count]) => sum + count, 0),
    Sum: rounded(values.reduce((sum, [value, count]) => sum + value * count, 0)),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
