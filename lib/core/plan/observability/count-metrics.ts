import type { MeasuredPlan, ObservabilityPlan } from './observability-plan';

/** How many metrics CloudWatch makes of what the tasks of a system report. */
export interface MetricCount {
  /** While each service, version and call is in use. */
  readonly usual: number;
  /** With those that have values only when something is wrong. */
  readonly most: number;
}

/** Calls are declared, so that the topology bounds it, whatever is requested. See programs/agent/metrics/metric-lines.ts. */
export function countMetrics({ measured, alarms }: ObservabilityPlan): MetricCount {
  const counts = measured.map((each) => countOf(each, alarms !== undefined));
  return { usual: sum(counts.map(({ usual }) => usual)), most: sum(counts.map(({ most }) => most)) };
}

/** Of an external service, callers alone report. */
function countOf({ kind, callers, versions = [], tcp }: MeasuredPlan, totals: boolean): MetricCount {
  // Requests, errors of both classes, latency.
  const figures = tcp ? 3 : 4;
  const ofService = kind === 'external' ? 0 : 1;
  const calls = callers.length + (callers.length > 0 ? versions.length : 0);
  const usual = figures * (ofService + versions.length + calls) + (totals && callers.length > 0 ? TOTALS : 0);
  return { usual, most: usual + DENIED * (ofService + versions.length) + TROUBLES * calls };
}

const DENIED = 1;
/** Retries, ejected tasks, refusals, failed connections. */
const TROUBLES = 4;
/** Requests and server errors of all callers. */
const TOTALS = 2;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
