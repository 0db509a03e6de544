import type { Clock } from '../../../programs/agent/clock';

/** Who is due within so many milliseconds wakes up together: thousands of agents are simulated in seconds. */
const TICK_MS = 50;

/** Time for a crowd: in ticks, each of which ends when all that it woke has done what it can. */
export class CrowdClock implements Clock {
  private readonly ticks = new Map<number, (() => void)[]>();
  private tick = 0;

  now(): number {
    return this.tick * TICK_MS;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.at(this.tick + Math.max(1, Math.ceil(ms / TICK_MS)), wake);
      signal?.addEventListener('abort', wake);
    });
  }

  /** What happens after so many seconds. */
  in(seconds: number, what: () => void): void {
    this.at(this.tick + Math.max(1, Math.ceil((seconds * 1000) / TICK_MS)), what);
  }

  /** @param eachSecond called when another second is over */
  async advance(seconds: number, eachSecond: () => void = () => undefined): Promise<void> {
    for (let left = (seconds * 1000) / TICK_MS; left > 0; left -= 1) {
      this.tick += 1;
      const due = this.ticks.get(this.tick) ?? [];
      this.ticks.delete(this.tick);
      for (const wake of due) wake();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      if ((this.tick * TICK_MS) % 1000 === 0) eachSecond();
    }
  }

  private at(tick: number, wake: () => void): void {
    const due = this.ticks.get(tick);
    if (due === undefined) this.ticks.set(tick, [wake]);
    else due.push(wake);
  }
}
