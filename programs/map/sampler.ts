import { CERTIFICATES_PATH, readCertificates } from '../statistics/certificates';
import { readSample, STATISTICS_PATH } from '../statistics/sample';
import type { MapSource, MapTask } from './source';
import { addCounted, SampledTask, type Counted } from './tasks';

export interface SamplerOptions {
  /** @default 1000 */
  readonly intervalMs?: number;
  /** How long a task has for an answer. @default 3000 */
  readonly timeoutMs?: number;
  /** Tasks that are asked at the same time. @default 16 */
  readonly atATime?: number;
  /** What figures are about. @default 10000 */
  readonly windowMs?: number;
}

/** Certificates live for days: they are looked at once in so many samples. */
const CERTIFICATES_EVERY = 15;

/** For how long the map still shows a task that has gone. */
const GONE_MS = 60_000;

/** Asks the Envoys of all tasks once in each interval. One that does not answer holds up no other. */
export class Sampler {
  readonly windowMs: number;
  readonly startedAt = Date.now();
  /** Why the tasks cannot be listed. */
  problem: string | undefined;
  /** What tasks have counted that are no longer shown, by their workloads. */
  readonly past = new Map<string, Counted>();
  private readonly sampled = new Map<string, SampledTask>();
  private readonly waiting: string[] = [];
  private readonly asked = new Set<string>();
  private readonly samples = new Map<string, number>();
  private listing = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly end = new AbortController();
  private readonly intervalMs: number;
  private readonly timeoutMs: number;
  private readonly atATime: number;

  constructor(
    private readonly source: MapSource,
    { intervalMs = 1000, timeoutMs = 3000, atATime = 16, windowMs = 10_000 }: SamplerOptions = {},
  ) {
    this.intervalMs = intervalMs;
    this.timeoutMs = timeoutMs;
    this.atATime = atATime;
    this.windowMs = windowMs;
  }

  get tasks(): readonly SampledTask[] {
    return [...this.sampled.values()];
  }

  /** Resolves when the tasks are known and each has answered, or has not in its time. */
  async start(): Promise<void> {
    await this.list();
    const first = [...this.sampled.keys()];
    this.timer = setInterval(() => {
      void this.list();
      this.askAll();
    }, this.intervalMs);
    await this.askEach(first);
  }

  stop(): void {
    clearInterval(this.timer);
    this.end.abort();
  }

  private async list(): Promise<void> {
    if (this.listing) return;
    this.listing = true;
    try {
      const tasks = await this.withinTime((signal) => this.source.tasks(signal));
      this.problem = undefined;
      this.note(tasks);
    } catch (error) {
      this.problem = messageOf(error);
    } finally {
      this.listing = false;
    }
  }

  private note(tasks: readonly MapTask[]): void {
    const now = Date.now();
    for (const task of tasks) {
      const known = this.sampled.get(task.id);
      if (known === undefined) this.sampled.set(task.id, new SampledTask(task, now, this.windowMs));
      else known.listed(task, now);
    }
    const listed = new Set(tasks.map(({ id }) => id));
    for (const [id, known] of this.sampled) {
      if (!listed.has(id)) known.listed(undefined, now);
      if (known.state === 'gone' && now - known.since > GONE_MS) this.forget(id, known);
    }
  }

  private forget(id: string, { task: { workload }, total }: SampledTask): void {
    const before = this.past.get(workload);
    this.past.set(workload, before === undefined ? total : addCounted(before, total));
    this.sampled.delete(id);
    this.samples.delete(id);
  }

  private askAll(): void {
    for (const [id, { state }] of this.sampled) {
      if (state !== 'gone' && !this.asked.has(id) && !this.waiting.includes(id)) this.waiting.push(id);
    }
    this.askNext();
  }

  private askNext(): void {
    while (this.asked.size < this.atATime) {
      const id = this.waiting.shift();
      if (id === undefined) return;
      void this.ask(id).then(() => {
        this.askNext();
      });
    }
  }

  private async askEach(ids: readonly string[]): Promise<void> {
    const left = [...ids];
    const lane = async (): Promise<void> => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) await this.ask(id);
    };
    await Promise.all(Array.from({ length: this.atATime }, lane));
  }

  private async ask(id: string): Promise<void> {
    const known = this.sampled.get(id);
    if (known === undefined || this.asked.has(id)) return;
    this.asked.add(id);
    try {
      const text = await this.withinTime((signal) => this.source.admin(id, STATISTICS_PATH, signal));
      known.answered(readSample(text), Date.now());
      await this.lookAtCertificate(id, known);
    } catch (error) {
      known.failed(messageOf(error), Date.now());
    } finally {
      this.asked.delete(id);
    }
  }

  private async lookAtCertificate(id: string, known: SampledTask): Promise<void> {
    const count = this.samples.get(id) ?? 0;
    this.samples.set(id, count + 1);
    if (count % CERTIFICATES_EVERY !== 0) return;
    try {
      const certificates = readCertificates(await this.withinTime((signal) => this.source.admin(id, CERTIFICATES_PATH, signal)));
      // While one is replaced, Envoy has both: what counts is the one that connections get from now on.
      known.certificate = [...certificates].sort((a, b) => b.expires - a.expires)[0];
    } catch {
      // It has just answered: the next time, then.
      this.samples.set(id, 0);
    }
  }

  /** A source that does not look at its signal is left, too. */
  private async withinTime<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const late = AbortSignal.timeout(this.timeoutMs);
    const signal = AbortSignal.any([late, this.end.signal]);
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        reject(new Error(late.aborted ? `no answer within ${this.timeoutMs / 1000} s` : 'the map ends'));
      };
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([ask(signal), left]);
    } catch (error) {
      if (late.aborted) throw new Error(`no answer within ${this.timeoutMs / 1000} s`, { cause: error });
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
