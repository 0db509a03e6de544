import type { ContainerLog } from './logs';
import { until } from './wait';

/** An X-Ray segment as Envoy sends it. */
export interface Segment {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly name: string;
  readonly start_time: number;
  readonly end_time?: number;
  readonly type?: string;
  readonly origin?: string;
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly http?: {
    readonly request?: { readonly method?: string; readonly url?: string; readonly user_agent?: string };
    readonly response?: { readonly status?: number; readonly content_length?: number };
  };
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What the recorder prints: see programs/xray-recorder.ts. */
export const SEGMENT_KEY = 'xray_segment';

/** Reads the segments that a collector container recorded. */
export function segmentsIn(log: ContainerLog): readonly Segment[] {
  return log.json().flatMap((entry) => (entry[SEGMENT_KEY] === undefined ? [] : [entry[SEGMENT_KEY] as Segment]));
}

/** The segments of one trace, over all collectors, as soon as they are what the predicate wants. */
export async function traceUntil(
  segments: () => readonly Segment[],
  traceId: string,
  predicate: (trace: readonly Segment[]) => boolean,
): Promise<readonly Segment[]> {
  const trace = (): readonly Segment[] => segments().filter((segment) => segment.trace_id === traceId);
  return until(() => (predicate(trace()) ? trace() : undefined), {
    what: `the segments of trace ${traceId}`,
    detail: () => `got ${JSON.stringify(trace(), undefined, 2)}`,
  });
}
