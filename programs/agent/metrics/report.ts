import { between, type Sample } from '../../statistics/sample';
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

/** Reports what Envoy has counted since the last report. The first one comes when it has been read twice. */
export class MetricsReport {
  private before: Sample | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: MetricsParts) {}

  readonly step: Step = async () => {
    await this.report();
    return this.before === undefined ? FIRST_TRY_MS : this.parts.metricsMs;
  };

  /** One after the other: what an earlier reading has must not be reported after what a later one has. */
  async report(): Promise<void> {
    const turn = this.last.then(async () => this.read());
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async read(): Promise<void> {
    const { clock, log, envoy, metrics } = this.parts;
    const { before } = this;
    const now = await envoy.statistics().catch((error: unknown) => {
      if (before !== undefined) log.warn('the metrics cannot be read', fieldsOf(failureOf(error)));
      return undefined;
    });
    if (now === undefined) return;
    this.before = now;
    if (before !== undefined) for (const line of metricLines(between(before, now), metrics, clock.now())) log.raw(line);
  }
}
