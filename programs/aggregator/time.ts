/** Time as the aggregator sees it, so that tests need not wait for it. */
export interface Timers {
  /** Milliseconds, from anywhere. */
  now(): number;
  /** Calls once after the time, unless it is cancelled by what this returns. */
  after(millis: number, call: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (millis, call) => {
    const timer = setTimeout(call, millis);
    return () => {
      clearTimeout(timer);
    };
  },
};
