import type { Clock } from '../../../programs/agent/clock';
import { NOW } from './authority';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so, and then at once. */
export class FakeClock implements Clock {
  private sleepers: Sleeper[] = [];
  private works = 0;

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

  /** Time stands still until this is done: making a key takes real time, in another thread. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.works += 1;
    return work.finally(() => {
      this.works -= 1;
    });
  }

  /** Lets time pass; whoever wakes up does what there is to do before the next one does. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settled();
    for (;;) {
      const next = this.sleepers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.time = Math.max(this.time, next.at);
      next.wake();
      await this.settled();
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
    await this.settled();
    for (let turn = 0; !over; turn += 1) {
      const next = [...this.sleepers].sort((one, other) => one.at - other.at)[0];
      if (next === undefined || turn > 100_000) throw new Error('nobody sleeps, and what was waited for did not come');
      await this.advance(next.at - this.time);
    }
    return promise;
  }

  /** Beside the work, nothing in these tests does real input or output: one turn of the event loop is enough for what can be done now. */
  private async settled(): Promise<void> {
    do await turn();
    while (this.works > 0);
  }
}

async function turn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
