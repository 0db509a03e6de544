import type { Random } from './backoff';
import { jittered } from './backoff';
import type { Clock } from './clock';
import type { Failure } from './failure';

/** Within this time, several answers mean the same: that an API gets too many requests. */
const SAME_MS = 5000;
/** After this long without such an answer, the agent is twice as fast again. */
const RECOVERY_MS = 60_000;
/** With a larger one, agents would be asleep long after the others have stopped asking. */
const MAX_SLOWDOWN = 8;

/**
 * How much slower an agent sends requests to an API of AWS than its share lets it. The share is meant for this system alone; what others of
 * the account take of the quota shows only in answers that refuse. All loops of an agent have one, since they share the quota.
 */
export class Throttle {
  private slowdown = 1;
  private at = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** By which pauses are multiplied, 1 at least. */
  get factor(): number {
    return Math.max(1, this.slowdown * 2 ** ((this.at - this.clock.now()) / RECOVERY_MS));
  }

  /** The API has refused a request, since there were too many. */
  refused(): void {
    const now = this.clock.now();
    if (now - this.at < SAME_MS) return;
    this.slowdown = Math.min(MAX_SLOWDOWN, 2 * this.factor);
    this.at = now;
  }
}

/** Whether the API refused a request since there were too many; then there are fewer from now on. */
export function refused({ reason }: Failure, throttle: Throttle): boolean {
  if (reason !== 'throttled') return false;
  throttle.refused();
  return true;
}

/** Pauses between the turns of a loop: short after a change, and longer with each turn in which nothing has changed. */
export class Pace {
  private next: number;

  constructor(
    private readonly limits: { readonly quickMs: number; readonly slowMs: number },
    private readonly random: Random,
    private readonly throttle: Throttle,
  ) {
    this.next = limits.quickMs;
  }

  /** More changes follow. */
  changed(): void {
    this.next = this.limits.quickMs;
  }

  pause(): number {
    const { next } = this;
    this.next = Math.min(this.limits.slowMs, 2 * next);
    return jittered(next, this.random) * this.throttle.factor;
  }
}
