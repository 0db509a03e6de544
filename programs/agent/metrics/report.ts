import { statPrefix } from '../../../lib/core/contract/statistics';
import { between, type Sample, type StatisticsOf } from '../../statistics/sample';
import type { Log } from '../../shared/log';
import type { Clock } from '../clock';
import type { EnvoyAdmin } from '../drain/envoy-admin';
import { failureOf, fieldsOf } from '../failure';
import type { Step } from '../loop';
import type { ReportedMetrics } from '../settings';
import { metricLines } from './metric-lines';

export interface MetricsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly envoy: Pick<EnvoyAdmin, 'statistics'>;
  readonly metrics: ReportedMetrics;
  readonly metricsMs: number;
}

/** Envoy starts at about the same time. */
const FIRST_TRY_MS = 1000;

/**
 * Of how many callees Envoy is asked at a time: of 200, its answer has 2 MB, and reading it takes 37 MiB, while the agent may have 96 in
 * all. Of 25, it takes 17.
 */
const CALLS_AT_A_TIME = 25;

/** A part of what is reported, which is read at once. */
interface Part {
  readonly metrics: ReportedMetrics;
  before: Sample | undefined;
}

/** Reports what Envoy has counted since the last report. The first one comes when it has been read twice. */
export class MetricsReport {
  private readonly parts: readonly Part[];
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly world: MetricsParts) {
    this.parts = partsOf(world.metrics);
  }

  readonly step: Step = async () => {
    await this.report();
    return this.parts.every(({ before }) => before === undefined) ? FIRST_TRY_MS : this.world.metricsMs;
  };

  /** One after the other: what an earlier reading has must not be reported after what a later one has. */
  async report(): Promise<void> {
    const turn = this.last.then(async () => {
      for (const part of this.parts) await this.read(part);
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async read(part: Part): Promise<void> {
    const { clock, log, envoy } = this.world;
    const { metrics, before } = part;
    const now = await envoy.statistics(statisticsOf(metrics)).catch((error: unknown) => {
      if (before !== undefined) log.warn('the metrics cannot be read', fieldsOf(failureOf(error)));
      return undefined;
    });
    if (now === undefined) return;
    part.before = now;
    if (before !== undefined) for (const line of metricLines(between(before, now), metrics, clock.now())) log.raw(line);
  }
}

function partsOf({ serves = [], calls = [], ...others }: ReportedMetrics): readonly Part[] {
  const number = Math.max(1, Math.ceil(calls.length / CALLS_AT_A_TIME));
  return Array.from({ length: number }, (_, index) => ({
    metrics: {
      ...others,
      serves: index === 0 ? serves : [],
      calls: calls.slice(index * CALLS_AT_A_TIME, (index + 1) * CALLS_AT_A_TIME),
    },
    before: undefined,
  }));
}

function statisticsOf({ serves = [], calls = [] }: ReportedMetrics): StatisticsOf {
  return {
    flows: [
      ...serves.flatMap((service) => [statPrefix('inbound', service), statPrefix('edge', service)]),
      ...calls.map(({ service }) => statPrefix('outbound', service)),
    ],
    clusters: calls.flatMap(({ service, versions }) => versions?.map(({ cluster }) => cluster) ?? [service]),
  };
}
