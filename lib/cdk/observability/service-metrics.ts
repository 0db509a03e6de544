import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { defined } from '../../core/defined';
import type { MeasuredPlan } from '../../core/plan/observability/observability-plan';
import { displayValue } from '../../core/reading/input';
import { suggest } from '../../core/reading/reader';
import type { MeshMetricOptions } from '../../microservice';
import { throwIssue } from '../throw-issue';
import type { MetricPlace } from './mesh-metrics';
import { errorShare, MeshMetrics } from './mesh-metrics';

/** What is known of the metrics of a service. */
export interface MetricsContext {
  /** Of the mesh (lib/core/contract/scope.ts). */
  readonly meshScope: string;
  /** Whether tasks report metrics. */
  readonly reported: boolean;
  /** Absent: it takes no requests, and has none. */
  readonly measured?: MeasuredPlan;
}

/** Metrics of a service, or of one of its versions, as its handle returns them. */
export class ServiceMetrics {
  private readonly metrics: MeshMetrics;

  /** @param handle whose issues they are */
  constructor(
    private readonly handle: IConstruct,
    private readonly context: MetricsContext,
    private readonly place: MetricPlace,
  ) {
    this.metrics = new MeshMetrics(context.meshScope);
  }

  requests(options: MeshMetricOptions | undefined): cloudwatch.Metric {
    const { place, others } = this.placed('metricRequests()', options);
    return place.caller === undefined ? this.metrics.ofService('requests', place, others) : this.metrics.ofCalls('requests', place, others);
  }

  errorRate(options: MeshMetricOptions | undefined): cloudwatch.MathExpression {
    const { place, others } = this.placed('metricErrorRate()', options);
    const { label, color, ...ofMetrics } = others;
    return errorShare(this.metrics, place, { ...ofMetrics, label: label ?? 'errors, percent', ...defined({ color }) }, ofMetrics);
  }

  latency(options: MeshMetricOptions | undefined): cloudwatch.Metric {
    const { place, others } = this.placed('metricLatency()', options);
    const { measured } = this.context;
    if (measured?.tcp === true)
      throwIssue(
        this.handle,
        'metricLatency()',
        'UNSUPPORTED_BY_PROTOCOL',
        `"${place.service}" speaks TCP, whose connections have no latency`,
      );
    return place.caller === undefined ? this.metrics.ofService('latency', place, others) : this.metrics.ofCalls('latency', place, others);
  }

  private placed(
    method: string,
    options: MeshMetricOptions | undefined,
  ): { readonly place: MetricPlace; readonly others: cloudwatch.MetricOptions } {
    const { service } = this.place;
    // From JavaScript, null may stand where the default does not reach.
    const { caller, ...others } = options ?? {};
    const { reported, measured } = this.context;
    if (!reported)
      throwIssue(this.handle, method, 'MISSING', 'tasks report no metrics', { got: null, fix: 'set observability: { metrics: true }' });
    if (measured === undefined)
      throwIssue(this.handle, method, 'NO_PORT', `"${service}" takes no requests, so there are no metrics of them`, { got: null });
    if (caller === undefined || caller === null) return { place: this.place, others };
    if (this.place.version !== undefined)
      throwIssue(this.handle, method, 'CONFLICT', 'metrics of a caller are of all versions of its callee together', {
        got: null,
        fix: `ask service('${service}'), not one of its workloads, or leave caller out`,
      });
    if (!measured.callers.includes(caller))
      throwIssue(this.handle, method, 'UNKNOWN_SERVICE', `${displayValue(caller)} does not call "${service}"`, {
        got: null,
        ...(measured.callers.length === 0 ? { fix: 'leave caller out' } : suggest(caller, [...measured.callers])),
      });
    return { place: { service, caller }, others };
  }
}
