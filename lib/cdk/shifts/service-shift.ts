import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { SHIFTS_TAKEN_BACK_METRIC } from '../../core/contract/weight-shift';
import type { IServiceShift } from '../../microservice';
import { meshMetric } from '../mesh-metric';

/** The handle of a service's shifts. */
export class ServiceShift implements IServiceShift {
  constructor(
    readonly stateMachine: IStateMachine,
    private readonly of: { readonly mesh: string; readonly service: string },
  ) {}

  metricTakenBack(props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const { mesh, service } = this.of;
    return meshMetric(mesh, SHIFTS_TAKEN_BACK_METRIC, { service }, { statistic: cloudwatch.Stats.SUM, ...props });
  }
}
