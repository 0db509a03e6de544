import type { Service } from '../../model/topology';
import type { MeasuredPlan, ObservabilityPlan } from './observability-plan';

/** How many metrics CloudWatch makes of what the tasks of a system report. */
export interface MetricCount {
  /** While each service, version and call is in use. */
  readonly usual: number;
  /** With those that have values only when something is wrong. */
  readonly most: number;
}

/** Calls are declared, so that the topology bounds it, whatever is requested. See programs/agent/metrics/metric-lines.ts. */
export function countMetrics({ measured = [], alarms }: ObservabilityPlan): MetricCount {
  const counts = measured.map((each) => countOf(each, alarms !== undefined));
  return { usual: sum(counts.map(({ usual }) => usual)), most: sum(counts.map(({ most }) => most)) };
}

/**
 * Of what agents report though nobody asked for metrics: of versions that a shift compares, and of requests by which a service scales. A
 * shift that is taken back has one of its own.
 *
 * @param measured whether metrics are reported anyway
 */
export function countMetricsOfServices(services: readonly Service[], measured: boolean): MetricCount {
  // A port of a service beside its first has the tasks of that, which report once.
  const own = services.filter(({ additionalPort }) => additionalPort === undefined);
  const counts = own.map(({ shift, scaling, versions = [], protocol }): MetricCount => {
    const compared = !measured && shift?.comparison !== undefined ? versions.length : 0;
    const scalings = versions.length === 0 ? [scaling] : versions.map((version) => version.scaling);
    const scaled = scalings.filter((each) => each?.requestsPerTask !== undefined).length;
    const usual = figuresOf(protocol === 'tcp') * compared + scaled;
    return { usual, most: usual + TROUBLES * compared + (shift === undefined ? 0 : TAKEN_BACK) };
  });
  return { usual: sum(counts.map(({ usual }) => usual)), most: sum(counts.map(({ most }) => most)) };
}

/** Of an external service, callers alone report. */
function countOf({ kind, callers, versions = [], tcp }: MeasuredPlan, totals: boolean): MetricCount {
  const figures = figuresOf(tcp);
  const ofService = kind === 'external' ? 0 : 1;
  const calls = callers.length + (callers.length > 0 ? versions.length : 0);
  const usual = figures * (ofService + versions.length + calls) + (totals && callers.length > 0 ? TOTALS : 0);
  return { usual, most: usual + DENIED * (ofService + versions.length) + TROUBLES * calls };
}

/** Requests, errors of both classes, latency. */
function figuresOf(tcp: boolean): number {
  return tcp ? 3 : 4;
}

const TAKEN_BACK = 1;
const DENIED = 1;
/** Retries, ejected tasks, refusals, failed connections. */
const TROUBLES = 4;
/** Requests and server errors of all callers. */
const TOTALS = 2;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
