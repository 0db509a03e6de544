import type { Clock } from '../../../programs/agent/clock';
import { NOW } from './authority';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so, and then at once. */
export class FakeClock implements Clock {
  private sleepers: Sleeper[] = [];

  constructor(private time = NOW) {}

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const sleeper = {
        at: this.time + ms,
        wake: (): void => {
          signal?.removeEventListener('abort', sleeper.wake);
          this.sleepers = this.sleepers.filter((each) => each !== sleeper);
          resolve();
        },
      };
      this.sleepers.push(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });
  }

  /** Lets time pass; whoever wakes up does what there is to do before the next one does. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const next = this.sleepers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.time = Math.max(this.time, next.at);
      next.wake();
      await settled();
    }
    this.time = end;
  }

  /** Lets time pass for as long as it takes, within reason. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => {
      over = true;
    };
    promise.then(end, end);
    await settled();
    for (let turn = 0; !over; turn += 1) {
      const next = [...this.sleepers].sort((one, other) => one.at - other.at)[0];
      if (next === undefined || turn > 100_000) throw new Error('nobody sleeps, and what was waited for did not come');
      await this.advance(next.at - this.time);
    }
    return promise;
  }
}

/** Nothing in these tests does real input or output, so one turn of the event loop is enough for all that can be done now. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
