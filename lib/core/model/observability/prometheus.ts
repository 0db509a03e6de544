import type { PrometheusSettings } from './settings';

/** Where a Prometheus server reads the metrics of a task; Istio has the same port for the same thing. */
export const DEFAULT_PROMETHEUS_PORT = 15_090;

export const PROMETHEUS_PATH = '/metrics';

/**
 * By which the CloudWatch agent and the OpenTelemetry Collector find what to scrape on Amazon ECS, on the container that has the port.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContainerInsights-Prometheus-Setup-autodiscovery-ecs.html
 */
export function prometheusLabels(workload: string, { port }: PrometheusSettings): Readonly<Record<string, string>> {
  return {
    ECS_PROMETHEUS_EXPORTER_PORT: String(port),
    ECS_PROMETHEUS_METRICS_PATH: PROMETHEUS_PATH,
    ECS_PROMETHEUS_JOB_NAME: workload,
  };
}
