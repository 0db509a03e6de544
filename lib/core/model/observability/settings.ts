/** What a system tells of itself while it runs. */
export interface ObservabilitySettings {
  /** Whether tasks report metrics. */
  readonly metrics: true;
}
