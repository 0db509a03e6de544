import type { Clock } from './clock';
import { failureOf, fieldsOf } from './failure';
import type { Pulse } from './health/pulse';
import type { Log } from '../shared/log';

/** One turn of a loop; resolves to how long to wait for the next. */
export type Step = () => Promise<number>;

export interface LoopParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly pulse: Pulse;
  readonly signal: AbortSignal;
}

/** What a step forgot to catch must not end its loop. */
const AFTER_A_BUG_MS = 10_000;

/** Takes turns until the signal; the next one at once when it is woken. */
export async function loop(name: string, step: Step, { clock, log, pulse, signal }: LoopParts, waker?: Waker): Promise<void> {
  pulse.expect(name, clock.now());
  while (!signal.aborted) {
    const pause = await step().catch((error: unknown) => {
      log.error(`the loop "${name}" failed`, fieldsOf(failureOf(error)));
      return AFTER_A_BUG_MS;
    });
    pulse.expect(name, clock.now() + pause);
    await (waker?.sleep(pause, clock, signal) ?? clock.sleep(pause, signal));
  }
}

/** Ends the pause of a loop. */
export class Waker {
  private nap: AbortController | undefined;
  private woken = false;

  /** While the loop takes its turn, the next pause ends at once. */
  wake(): void {
    this.woken = true;
    this.nap?.abort();
  }

  async sleep(ms: number, clock: Clock, end: AbortSignal): Promise<void> {
    if (!this.woken && !end.aborted) {
      const nap = new AbortController();
      const stop = (): void => {
        nap.abort();
      };
      this.nap = nap;
      end.addEventListener('abort', stop, { once: true });
      await clock.sleep(ms, nap.signal);
      end.removeEventListener('abort', stop);
      this.nap = undefined;
    }
    this.woken = false;
  }
}
