import type { ApiGateway } from './api-gateway/api-gateway';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
import type { HttpFailure, HttpResponse } from './runner';
import { until } from './runner';
import { pause } from './runner/wait';

export interface EdgeReport {
  readonly succeeded: number;
  /** What came back instead of a 200, and how often. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Requests of clients through the edge at a steady rate, each sent once, however long those before take. */
export class EdgeLoad {
  private readonly over = new AbortController();
  private readonly pending = new Set<Promise<void>>();
  private readonly failures: Record<string, number> = {};
  private succeeded = 0;
  private finished = 0;
  private readonly loop: Promise<void>;

  constructor(
    private readonly api: ApiGateway,
    private readonly request: ClientRequest,
    private readonly perSecond: number,
    /** What is wrong with a response whose status is 200. */
    private readonly mistakeOf: (response: HttpResponse) => string | undefined = partsLost,
  ) {
    this.loop = this.run();
  }

  /** Resolves when so many requests more than now have their answer, or their failure. */
  async goesOn(requests: number): Promise<void> {
    const enough = this.finished + requests;
    await until(() => this.finished >= enough, { what: `${requests} more requests` });
  }

  /** What became of all requests since the last time. */
  report(): EdgeReport {
    const { succeeded } = this;
    const failures = { ...this.failures };
    this.succeeded = 0;
    for (const what of Object.keys(failures)) Reflect.deleteProperty(this.failures, what);
    return { succeeded, failures };
  }

  /** Sends no more, and waits for those that were sent. */
  async stop(): Promise<EdgeReport> {
    this.over.abort();
    await this.loop;
    await Promise.all(this.pending);
    return this.report();
  }

  private async run(): Promise<void> {
    while (!this.over.signal.aborted) {
      const sent: Promise<void> = this.send().finally(() => this.pending.delete(sent));
      this.pending.add(sent);
      await pause(1000 / this.perSecond, this.over.signal);
    }
  }

  private async send(): Promise<void> {
    const outcome = await this.api
      .attempt(this.request)
      .catch((error: unknown) => ({ kind: 'failure' as const, code: 'no answer', message: String(error) }));
    const what = this.failureOf(outcome);
    if (what === undefined) this.succeeded += 1;
    else this.failures[what] = (this.failures[what] ?? 0) + 1;
    this.finished += 1;
  }

  private failureOf(outcome: HttpResponse | Pick<HttpFailure, 'kind' | 'code' | 'message'>): string | undefined {
    if (outcome.kind === 'failure') return `${outcome.code} ${outcome.message}`;
    return outcome.status === 200 ? this.mistakeOf(outcome) : `${outcome.status} ${outcome.body.slice(0, 200)}`;
  }
}

/** Of an answer of several parts, some may be missing. */
function partsLost({ headers, body }: HttpResponse): string | undefined {
  return headers['x-aggregate-complete'] === 'false' ? `incomplete: ${body.slice(0, 200)}` : undefined;
}
