import type { Timers } from '../../../programs/aggregator/time';

/** Time that passes only when a test says so, and then at once. */
export class FakeTimers implements Timers {
  private time = 0;
  private readonly calls = new Set<{ readonly at: number; readonly call: () => void }>();

  /** Those that are neither over nor cancelled. */
  get count(): number {
    return this.calls.size;
  }

  now(): number {
    return this.time;
  }

  after(millis: number, call: () => void): () => void {
    const entry = { at: this.time + millis, call };
    this.calls.add(entry);
    return () => {
      this.calls.delete(entry);
    };
  }

  /** Whoever is called does what there is to do before the next one is. */
  async advance(millis: number): Promise<void> {
    const end = this.time + millis;
    await settled();
    for (;;) {
      const [next] = [...this.calls].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.time = next.at;
      this.calls.delete(next);
      next.call();
      await settled();
    }
    this.time = end;
  }

  /** Lets time pass for as long as it takes, within reason. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = promise.finally(() => {
      over = true;
    });
    for (let step = 0; step < 10_000; step += 1) {
      await settled();
      if (over) return end;
      const [next] = [...this.calls].map(({ at }) => at).sort((a, b) => a - b);
      if (next === undefined) continue;
      await this.advance(next - this.time);
    }
    throw new Error('nothing happens any more');
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
