import type { Thresholds } from '../../model/topology';
import type { SavedQuery } from './saved-queries';

/** What is made of the metrics that tasks report, and of their log. */
export interface ObservabilityPlan {
  /** All that has metrics: gateways first, as requests come, then services and external services by name. Absent: metrics are off. */
  readonly measured?: readonly MeasuredPlan[];
  /** Several where one would hold too much; absent: none. */
  readonly dashboards?: readonly DashboardPlan[];
  /** Absent: none. */
  readonly alarms?: readonly AlarmPlan[];
  /** Absent: none. */
  readonly queries?: readonly SavedQuery[];
}

export interface DashboardPlan {
  /** Names the construct. */
  readonly id: string;
  /** Absent: CloudFormation makes one. */
  readonly name?: string;
  /** Who calls whom, in Markdown, with so many lines; absent: another one has it. */
  readonly picture?: { readonly markdown: string; readonly lines: number };
  readonly rows: readonly RowPlan[];
  /** Whether it shows what is left of the life of certificates. */
  readonly certificates: boolean;
}

/** What a dashboard shows of it: as many callers and versions as its graphs hold. */
export interface RowPlan extends MeasuredPlan {
  /** What there would be too much of, for people; absent: everything is there. */
  readonly leftOut?: string;
}

/** What has metrics: a service or one of its ports, a gateway, an external service. */
export interface MeasuredPlan {
  readonly name: string;
  readonly kind: 'service' | 'gateway' | 'external';
  /** Names of its callers in the mesh, sorted. */
  readonly callers: readonly string[];
  /** Sorted; absent: it has none. */
  readonly versions?: readonly string[];
  /** Whether shares of calls move by themselves from version to version. */
  readonly shifts?: true;
  readonly tcp: boolean;
  /** Names of the workloads whose tasks it has; empty: those of another one, or none of the mesh. */
  readonly workloads: readonly string[];
}

export type AlarmKind = 'errors' | 'unavailable' | 'latency';

export interface AlarmPlan extends Thresholds {
  readonly kind: AlarmKind;
  /** Of a service or gateway. */
  readonly service: string;
  readonly tcp: boolean;
  /** Who has counted its requests: its callers, who also know of those that never reached it, or its own Envoys. */
  readonly countedBy: 'callers' | 'service';
}
