import type { Log } from '../../shared/log';
import type { PartFailure } from '../failure';
import type { Aggregated } from '../parts/aggregate';
import type { Plan, PlannedPart } from '../parts/plan';

/** How long the same failure of the same part is not logged again. */
export const QUIET_MS = 10_000;

/** A line for each part that failed, and none while it fails for the same reason again and again: how many is on the next. */
export class FailureLog {
  private readonly lines = new Map<string, { until: number; unlogged: number }>();

  constructor(
    private readonly log: Log,
    private readonly now: () => number,
  ) {}

  /** Of what one client was answered. */
  parts(plan: Plan, aggregated: Aggregated): void {
    if (!aggregated.ok) {
      this.part(plan, aggregated.planned, aggregated.failure);
      return;
    }
    for (const planned of plan.parts) {
      const outcome = aggregated.outcomes.get(planned.part.name);
      if (outcome?.failure !== undefined) this.part(plan, planned, outcome.failure);
      const [first] = outcome?.items?.failed.values() ?? [];
      if (first !== undefined) this.part(plan, planned, first);
    }
  }

  private part({ route }: Plan, { part: { name, service } }: PlannedPart, { code, why, status, clientFault }: PartFailure): void {
    // A client that asks for nonsense is none of the operator's business.
    if (clientFault === true) return;
    const context = { route, part: name, service, code, ...(status === undefined ? {} : { status }) };
    this.event('a part has failed', { ...context, why }, JSON.stringify(context));
  }

  /** @param key what is the same again; there are only so many, since none of it comes from a client */
  event(message: string, fields: Readonly<Record<string, unknown>>, key: string = message): void {
    const now = this.now();
    const last = this.lines.get(key);
    if (last !== undefined && now < last.until) {
      last.unlogged += 1;
      return;
    }
    const unlogged = last?.unlogged ?? 0;
    this.lines.set(key, { until: now + QUIET_MS, unlogged: 0 });
    this.log.warn(message, { ...fields, ...(unlogged === 0 ? {} : { alsoSince: unlogged }) });
  }
}
