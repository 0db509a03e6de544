import type { DataPoint, MetricName } from './runner';

/** As the templates have it. */
export interface TemplateMetric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

/**
 * A statistic of data points, as CloudWatch computes it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 *
 * @returns undefined if there are none
 */
export function statisticOf(points: readonly DataPoint[], stat: string): number | undefined {
  if (points.length === 0) return undefined;
  const samples = points.reduce((sum, { count = 1 }) => sum + count, 0);
  if (stat === 'SampleCount') return samples;
  if (stat === 'Sum') return points.reduce((sum, { value, count = 1 }) => sum + value * count, 0);
  const percent = Number(/^p([\d.]+)$/.exec(stat)?.[1] ?? NaN);
  if (Number.isNaN(percent)) throw new Error(`there is no ${stat} here`);
  let left = Math.ceil((samples * percent) / 100);
  for (const { value, count = 1 } of [...points].sort((a, b) => a.value - b.value)) {
    left -= count;
    if (left <= 0) return value;
  }
  return undefined;
}

/** @param scope of the mesh, which a template knows as a token */
export function nameOf({ Namespace: namespace, MetricName: name, Dimensions }: TemplateMetric, scope: string): MetricName {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : scope]));
  return { namespace, name, dimensions };
}
