import type { ApiGateway } from './api-gateway/api-gateway';
import type { ClientRequest } from '../../programs/emulator/api-gateway/client-request';
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
    if (outcome.kind === 'response' && outcome.status === 200) this.succeeded += 1;
    else {
      const what = outcome.kind === 'response' ? `${outcome.status} ${outcome.body.slice(0, 200)}` : `${outcome.code} ${outcome.message}`;
      this.failures[what] = (this.failures[what] ?? 0) + 1;
    }
    this.finished += 1;
  }
}
