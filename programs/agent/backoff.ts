import { MAX_JITTER } from '../../lib/core/contract/agent';

/** A number in [0, 1), injected so that tests are repeatable. */
export type Random = () => number;

/** Between 80% and 120% of the time: tasks that start together must not ask AWS together for ever. */
export function jittered(ms: number, random: Random): number {
  return ms * (2 - MAX_JITTER + 2 * (MAX_JITTER - 1) * random());
}

/** Waits that double up to a limit; each is between half and the whole of its turn. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly limits: { readonly firstMs: number; readonly maxMs: number },
    private readonly random: Random,
  ) {}

  next(): number {
    const { firstMs, maxMs } = this.limits;
    const whole = Math.min(maxMs, firstMs * 2 ** Math.min(this.attempt, 30));
    this.attempt += 1;
    return whole * (0.5 + 0.5 * this.random());
  }

  reset(): void {
    this.attempt = 0;
  }
}
