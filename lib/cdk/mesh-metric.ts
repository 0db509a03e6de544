import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import {
  CALLER_DIMENSION,
  LIFE_LEFT_METRIC,
  MESH_DIMENSION,
  METRIC_NAMESPACE,
  SERVICE_DIMENSION,
  VERSION_DIMENSION,
} from '../core/contract/metric';

/** By which metrics are known, beside the mesh. */
export interface MeshMetricPlace {
  /** Absent: of the whole mesh. */
  readonly service?: string;
  /** Absent: of all versions. */
  readonly version?: string;
  /** Absent: of all callers. */
  readonly caller?: string;
}

/**
 * A metric that agents or functions of a mesh report.
 *
 * @param meshScope of the mesh (lib/core/contract/scope.ts)
 */
export function meshMetric(
  meshScope: string,
  metricName: string,
  { service, version, caller }: MeshMetricPlace,
  options: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const dimensionsMap = {
    [MESH_DIMENSION]: meshScope,
    ...(caller === undefined ? {} : { [CALLER_DIMENSION]: caller }),
    ...(service === undefined ? {} : { [SERVICE_DIMENSION]: service }),
    ...(version === undefined ? {} : { [VERSION_DIMENSION]: version }),
  };
  return new cloudwatch.Metric({ namespace: METRIC_NAMESPACE, metricName, dimensionsMap, ...options });
}

/** The shortest that is left of the life of a certificate, of all tasks: 1 is all of it. See programs/agent/certificate/life-left.ts. */
export function lifeLeftMetric(meshScope: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
  return meshMetric(meshScope, LIFE_LEFT_METRIC, {}, { statistic: cloudwatch.Stats.MINIMUM, ...options });
}
