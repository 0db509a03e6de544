/** What a system reports of itself while it runs. */
export interface ObservabilitySettings {
  /** Whether tasks report metrics. */
  readonly metrics: boolean;
  /** Whether queries of the log are saved. */
  readonly queries: boolean;
  /** Absent: none. */
  readonly dashboard?: DashboardSettings;
  /** Absent: none. */
  readonly alarms?: AlarmSettings;
  /** Where servers of Prometheus read the metrics of tasks; absent: nowhere. */
  readonly prometheus?: PrometheusSettings;
}

export interface PrometheusSettings {
  readonly port: number;
}

export interface DashboardSettings {
  /** Absent: CloudFormation makes one. */
  readonly name?: string;
}

export interface AlarmSettings {
  /** Of all services but those that have their own. */
  readonly thresholds: Thresholds;
  /** By names of services and gateways. */
  readonly services: Readonly<Record<string, Thresholds | 'none'>>;
}

export interface Thresholds {
  /** Of requests, above which the share of errors is too large. */
  readonly errorPercent: number;
  /** In a minute; fewer say nothing. */
  readonly minRequests: number;
  /** Of the 99th percentile; absent: any latency will do. */
  readonly latencyMilliseconds?: number;
}
