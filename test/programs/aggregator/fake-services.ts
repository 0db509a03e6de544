import { PartFailed } from '../../../programs/aggregator/failure';
import { aggregate, type Aggregated, type PartCall, type SendPart } from '../../../programs/aggregator/parts/aggregate';
import { clientValues } from '../../../programs/aggregator/parts/client-values';
import { planOf } from '../../../programs/aggregator/parts/plan';
import { answerOf, type Answer } from '../../../programs/aggregator/answer';
import type { Aggregation } from '../../../lib/core/contract/aggregation';
import { FakeTimers } from './fake-timers';

/** What a service answers, and when. */
export interface PartAnswer {
  readonly status?: number;
  readonly body?: string | Buffer;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly afterMillis?: number;
  /** There is no response. */
  readonly breaks?: boolean;
}

/** Services in memory, by path. */
export class FakeServices {
  readonly timers = new FakeTimers();
  readonly calls: PartCall[] = [];
  open = 0;
  most = 0;

  constructor(private readonly answers: Readonly<Record<string, PartAnswer>> | ((path: string) => PartAnswer)) {}

  get paths(): readonly string[] {
    return this.calls.map(({ path }) => path);
  }

  readonly send: SendPart = async (call, signal) => {
    this.calls.push(call);
    const answer = typeof this.answers === 'function' ? this.answers(call.path) : this.answers[call.path];
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    try {
      await this.wait(answer?.afterMillis ?? 0, signal);
    } finally {
      this.open -= 1;
    }
    if (answer?.breaks === true) throw new PartFailed({ code: 'unreachable', why: 'the response broke off' });
    const { status = 200, contentType = 'application/json', contentEncoding = '', body } = answer ?? { status: 404 };
    return { status, contentType, contentEncoding, body: body === undefined ? undefined : Buffer.from(body) };
  };

  /** What a client of this aggregation gets, and what became of its parts. */
  async get(
    aggregation: Aggregation,
    url: string,
    { details = false, gone = new AbortController().signal }: { readonly details?: boolean; readonly gone?: AbortSignal } = {},
  ): Promise<Answered> {
    const plan = planOf('GET /home/{user}', aggregation);
    const parts = { send: this.send, timers: this.timers, since: this.timers.now(), gone };
    const aggregated = await this.timers.until(aggregate(plan, clientValues(aggregation.path, url), parts));
    const answer = answerOf(plan, aggregated, details);
    return { answer, aggregated, text: Buffer.concat(answer.body).toString('utf8') };
  }

  private async wait(millis: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const cancel = this.timers.after(millis, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(new Error('aborted'));
      });
    });
  }
}

export interface Answered {
  readonly answer: Answer;
  readonly aggregated: Aggregated;
  readonly text: string;
}
