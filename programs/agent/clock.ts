import { setTimeout } from 'node:timers/promises';

/** Time as the agent sees it, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after the time, or at once when the signal is aborted; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // The signal is the only reason for it to reject.
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
};
