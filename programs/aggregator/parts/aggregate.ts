import { partKey } from '../../../lib/core/contract/aggregation';
import { fail, failureOf, PartFailed, type PartFailure } from '../failure';
import { reshape } from '../json/shape';
import { firstItems, kindOf, NULL, type Json } from '../json/slices';
import type { Timers } from '../time';
import type { ClientValues } from './client-values';
import type { Plan, PlannedPart } from './plan';
import { putTogether, type Request } from './put-together';
import { jsonIn, type PartResponse } from './response';
import { jsonOf, missing, nameOf, type Sources } from './values';

export interface PartCall extends Request {
  /** In `PART_HEADER`. */
  readonly key: string;
  readonly planned: PlannedPart;
}

/** Sends one request. Rejects with PartFailed; when the signal is aborted, nothing of it goes on. */
export type SendPart = (call: PartCall, signal: AbortSignal) => Promise<PartResponse>;

export interface AggregateParts {
  readonly send: SendPart;
  readonly timers: Timers;
  /** When the request of the client arrived, on the clock of `timers`. */
  readonly since: number;
  /** The client is not there any more. */
  readonly gone: AbortSignal;
}

/** What became of one request. */
export interface Attempt {
  readonly status?: number;
  readonly failure?: PartFailure;
}

export interface PartOutcome extends Attempt {
  /** What stands in the answer. */
  readonly json: Json;
  /** Absent: one request. */
  readonly items?: { readonly failed: ReadonlyMap<number, PartFailure>; readonly leftOut: number };
}

/** All parts by name, in the order of the plan, or the failure of one without which there is no answer. */
export type Aggregated =
  | { readonly ok: true; readonly outcomes: ReadonlyMap<string, PartOutcome> }
  | { readonly ok: false; readonly planned: PlannedPart; readonly failure: PartFailure };

/** Whether a part is its service's own answer, and whole. */
export function isWhole({ failure, items }: PartOutcome): boolean {
  return failure === undefined && (items === undefined || (items.failed.size === 0 && items.leftOut === 0));
}

/** Requests all parts of an answer, at once as far as they do not read from each other. Never rejects. */
export async function aggregate(plan: Plan, client: ClientValues, parts: AggregateParts): Promise<Aggregated> {
  return new Aggregate(plan, client, parts).run();
}

class Aggregate {
  private readonly running = new Set<AbortController>();
  /** Why no request begins any more. */
  private ended: PartFailure | undefined;
  /** What others read. */
  private readonly sources = new Map<string, Json>();

  constructor(
    private readonly plan: Plan,
    private readonly client: ClientValues,
    private readonly parts: AggregateParts,
  ) {}

  async run(): Promise<Aggregated> {
    const { timers, since, gone } = this.parts;
    const left = since + this.plan.aggregation.timeoutMillis - timers.now();
    const cancel = timers.after(Math.max(0, left), () => {
      this.end({ code: 'timeout', why: 'the whole answer took too long' });
    });
    const leave = (): void => {
      this.end({ code: 'unreachable', why: 'the client is gone' });
    };
    gone.addEventListener('abort', leave);
    if (gone.aborted) leave();
    try {
      return await this.all();
    } finally {
      cancel();
      gone.removeEventListener('abort', leave);
      this.end({ code: 'unreachable', why: 'the answer is complete' });
    }
  }

  private end(failure: PartFailure): void {
    this.ended ??= failure;
    for (const controller of this.running) controller.abort(failure);
  }

  private async all(): Promise<Aggregated> {
    const settled = new Map<string, Promise<PartOutcome>>();
    const aggregated = new Promise<Aggregated>((resolve) => {
      for (const planned of this.plan.parts) {
        const before = planned.readsFrom.flatMap((name) => {
          const read = settled.get(name);
          return read === undefined ? [] : [read];
        });
        const outcome = Promise.all(before).then(async () => this.outcomeOf(planned));
        settled.set(planned.part.name, outcome);
        void outcome.then(({ failure, items }) => {
          const why = failure ?? (items === undefined ? undefined : [...items.failed.values()][0]);
          if (planned.part.required && why !== undefined) resolve({ ok: false, planned, failure: why });
        });
      }
      void Promise.all([...settled].map(async ([name, outcome]) => [name, await outcome] as const)).then((outcomes) => {
        resolve({ ok: true, outcomes: new Map(outcomes) });
      });
    });
    return aggregated;
  }

  /** Never rejects. */
  private async outcomeOf(planned: PlannedPart): Promise<PartOutcome> {
    try {
      const { source, ...outcome } = await (planned.part.forEach === undefined ? this.one(planned, this.own()) : this.each(planned));
      if (planned.isRead) this.sources.set(planned.part.name, source);
      return outcome;
    } catch (error) {
      const failure = failureOf(error);
      const { status } = failure;
      if (planned.isRead) this.sources.set(planned.part.name, planned.substitute);
      return { json: planned.substitute, failure, ...(status === undefined ? {} : { status }) };
    }
  }

  private own(): Sources {
    return { client: this.client, parts: this.sources };
  }

  /** @returns source: the answer as the service sent it, which others read */
  private async one(planned: PlannedPart, sources: Sources): Promise<PartOutcome & { readonly source: Json }> {
    const { status, source } = await this.answer(planned, sources);
    if (planned.shape === undefined) return { json: source, status, source };
    const json = reshape(source, planned.shape);
    if (json === undefined) return fail('unexpected-shape', 'fields are picked from a response that is no object', { status });
    return { json, status, source };
  }

  private async each(planned: PlannedPart): Promise<PartOutcome & { readonly source: Json }> {
    const { forEach } = planned.part;
    if (forEach === undefined) throw new TypeError('a part without forEach has no items');
    const over = jsonOf(forEach.over, this.own());
    if (over === undefined || kindOf(over) === 'null') return missing(forEach.over);
    if (kindOf(over) !== 'array') return fail('not-an-array', `${nameOf(forEach.over)} is no array`);
    const { items, others } = firstItems(over, forEach.limit);
    const [answers, sources] = [items.map(() => NULL), items.map(() => NULL)];
    const failed = new Map<number, PartFailure>();
    let [next, bytes, full] = [0, 0, false];
    const work = async (): Promise<void> => {
      while (next < items.length) {
        const index = next;
        next += 1;
        try {
          if (full) fail('too-large', 'the whole answer is too large');
          const { json, source } = await this.one(planned, { ...this.own(), item: items[index] ?? NULL });
          bytes += json.length;
          // No more is held than can be answered.
          full ||= bytes > this.plan.aggregation.maxResponseBytes;
          if (full) fail('too-large', 'the whole answer is too large');
          answers[index] = json;
          if (planned.isRead) sources[index] = source;
        } catch (error) {
          failed.set(index, failureOf(error));
          if (planned.part.required) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(forEach.concurrency, items.length) }, work));
    const inOrder = new Map([...failed].sort(([a], [b]) => a - b));
    return { json: arrayOf(answers), source: planned.isRead ? arrayOf(sources) : NULL, items: { failed: inOrder, leftOut: others } };
  }

  private async answer(planned: PlannedPart, sources: Sources): Promise<{ readonly status: number; readonly source: Json }> {
    const request = putTogether(planned.part, sources);
    const response = await this.sent({ ...request, planned, key: partKey(this.plan.route, planned.part.name) });
    return { status: response.status, source: jsonIn(response) };
  }

  private async sent(call: PartCall): Promise<PartResponse> {
    if (this.ended !== undefined) throw new PartFailed(this.ended);
    const { timers, send } = this.parts;
    const controller = new AbortController();
    const { signal } = controller;
    this.running.add(controller);
    const cancel = timers.after(call.planned.part.timeoutMillis, () => {
      controller.abort({ code: 'timeout', why: 'the service did not answer in time' } satisfies PartFailure);
    });
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new PartFailed(signal.reason as PartFailure));
      });
    });
    try {
      return await Promise.race([send(call, signal), stopped]);
    } finally {
      cancel();
      this.running.delete(controller);
    }
  }
}

function arrayOf(items: readonly Json[]): Json {
  return Buffer.concat([
    Buffer.from('['),
    ...items.flatMap((item, index) => (index === 0 ? [item] : [Buffer.from(','), item])),
    Buffer.from(']'),
  ]);
}
