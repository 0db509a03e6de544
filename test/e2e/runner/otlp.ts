import type { ContainerLog } from './logs';
import { until } from './wait';

/** A span as it came by OTLP: see programs/otlp-recorder.ts. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  /** Of the instrumentation. */
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  /** Those of the request that brought it. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A record of a log. */
export type LogRecord = Omit<Span, 'kind' | 'name'> & { readonly body?: { readonly stringValue?: string } };

export function spansIn(log: ContainerLog): readonly Span[] {
  return log.json().flatMap((entry) => (entry['otlp_span'] === undefined ? [] : [entry['otlp_span'] as Span]));
}

export function logRecordsIn(log: ContainerLog): readonly LogRecord[] {
  return log.json().flatMap((entry) => (entry['otlp_log'] === undefined ? [] : [entry['otlp_log'] as LogRecord]));
}

/** The spans of one trace, over all collectors, as soon as they are what the predicate wants. */
export async function spansUntil(
  spans: () => readonly Span[],
  traceId: string,
  predicate: (trace: readonly Span[]) => boolean,
): Promise<readonly Span[]> {
  const trace = (): readonly Span[] => spans().filter((span) => span.traceId === traceId);
  return until(() => (predicate(trace()) ? trace() : undefined), {
    what: `the spans of trace ${traceId}`,
    detail: () => `got ${JSON.stringify(trace(), undefined, 2)}`,
  });
}
