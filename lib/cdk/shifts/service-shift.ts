import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { MESH_DIMENSION, METRIC_NAMESPACE, SERVICE_DIMENSION } from '../../core/contract/metric';
import { SHIFTS_TAKEN_BACK_METRIC } from '../../core/contract/weight-shift';
import type { IServiceShift } from '../../microservice';

/** The handle of a service's shifts. */
export class ServiceShift implements IServiceShift {
  constructor(
    readonly stateMachine: IStateMachine,
    private readonly of: { readonly mesh: string; readonly service: string },
  ) {}

  metricTakenBack(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRIC_NAMESPACE,
      metricName: SHIFTS_TAKEN_BACK_METRIC,
      dimensionsMap: { [MESH_DIMENSION]: this.of.mesh, [SERVICE_DIMENSION]: this.of.service },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    });
  }
}
