import type { ComposeFile } from './compose-file';

/** What the library, or the user, gives to applications: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Collectors outside of the tasks to which applications send their spans, also from a laptop. */
export function collectorsOf({ services }: ComposeFile): readonly string[] {
  const endpoints = Object.values(services).flatMap(({ environment }) => environment?.[ENDPOINT] ?? []);
  return [...new Set(endpoints)].filter((endpoint) => !/^https?:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(endpoint)).sort();
}
