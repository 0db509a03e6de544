import type { ChildProcess } from 'node:child_process';
import type { HttpOutcome, HttpRequest, HttpResponse, TcpOutcome, TcpRequest, WorkerReply, WorkerRequest } from '../programs/http-client';
import { program } from '../programs';
import type { Endpoint } from './network';
import { pause } from './wait';

export type { HttpFailure, HttpOutcome, HttpRequest, HttpResponse, TcpOutcome, TcpRequest } from '../programs/http-client';

/** A request that got no response. */
export class RequestFailed extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Sends requests from inside a network namespace. One Node process per namespace does the work, started at the
 * first request; paths are sent as they are written, with no normalisation.
 */
export class HttpClient {
  private worker: ChildProcess | undefined;
  private failure: Error | undefined;
  private sent = 0;
  private readonly waiting = new Map<
    number,
    { readonly resolve: (outcome: HttpOutcome | TcpOutcome) => void; readonly reject: (error: Error) => void }
  >();

  constructor(readonly endpoint: Endpoint) {}

  /** Sends one request. Any status is a response; only no response throws. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const outcome = await this.attempt(request);
    if (outcome.kind === 'failure') throw new RequestFailed(outcome.code, `${request.method ?? 'GET'} ${request.url}: ${outcome.message}`);
    return outcome;
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    return this.send({ url, headers });
  }

  /** Sends one request; a failure is a result too. */
  async attempt(request: HttpRequest): Promise<HttpOutcome> {
    return (await this.ask({ kind: 'http', request }).reply) as HttpOutcome;
  }

  /** Sends all requests, some at a time, and returns the outcomes in the order of the requests. */
  async sendAll(requests: readonly HttpRequest[], options: { readonly concurrency?: number } = {}): Promise<readonly HttpOutcome[]> {
    const outcomes: HttpOutcome[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < requests.length) {
        const index = next;
        next += 1;
        outcomes[index] = await this.attempt(requests[index]);
      }
    };
    await Promise.all(Array.from({ length: options.concurrency ?? 8 }, lane));
    return outcomes;
  }

  /** Opens a TCP connection, sends, and reads until the text that is waited for (or the end). */
  async tcp(request: TcpRequest): Promise<TcpOutcome> {
    return (await this.ask({ kind: 'tcp', request }).reply) as TcpOutcome;
  }

  /**
   * Tries to connect to an address of another endpoint and tells what became of it. `dropped` is known from that
   * endpoint's firewall, `not let out` from the one here, and neither from a timeout.
   */
  async connect(target: Endpoint, port: number): Promise<'connected' | 'refused' | 'dropped' | 'not let out'> {
    const { id, reply } = this.ask({ kind: 'tcp', request: { host: target.address, port, connectOnly: true } });
    const ended = new AbortController();
    const outcome = reply.finally(() => {
      ended.abort();
    });
    // Its rejection, should the loop throw first, has nobody to tell.
    outcome.catch(() => undefined);
    while (!ended.signal.aborted) {
      const drops = await target.drops();
      if (drops.some((drop) => drop.address === this.endpoint.address && drop.port === port)) {
        this.worker?.send({ id, kind: 'cancel' } satisfies WorkerRequest);
        return 'dropped';
      }
      if ((await this.endpoint.notLetOut()).some((drop) => drop.address === target.address && drop.port === port)) {
        this.worker?.send({ id, kind: 'cancel' } satisfies WorkerRequest);
        return 'not let out';
      }
      await pause(50, ended.signal);
    }
    const result = await outcome;
    if (result.kind !== 'failure') return 'connected';
    if (result.code === 'ECONNREFUSED') return 'refused';
    throw new RequestFailed(result.code, `connecting to ${target.address}:${port}: ${result.message}`);
  }

  close(): void {
    this.failure ??= new Error('the client is closed');
    this.worker?.kill('SIGKILL');
    this.rejectAll(this.failure);
  }

  private ask(request: DistributiveOmit<WorkerRequest, 'id'>): { readonly id: number; readonly reply: Promise<HttpOutcome | TcpOutcome> } {
    this.sent += 1;
    const id = this.sent;
    const reply = new Promise<HttpOutcome | TcpOutcome>((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        return;
      }
      this.waiting.set(id, { resolve, reject });
      this.start().send({ ...request, id }, (error) => {
        if (error) reject(error);
      });
    });
    return { id, reply };
  }

  private start(): ChildProcess {
    if (this.worker) return this.worker;
    const worker = this.endpoint.fork(program('http-client'));
    worker.on('message', (message) => {
      const { id, outcome } = message as WorkerReply;
      this.waiting.get(id)?.resolve(outcome);
      this.waiting.delete(id);
    });
    const failed = (error: Error): void => {
      this.failure ??= error;
      this.rejectAll(this.failure);
    };
    worker.once('error', failed);
    worker.once('exit', (code) => {
      failed(new Error(`the client in ${this.endpoint.namespace} ended with code ${code ?? 'none'}`));
    });
    this.worker = worker;
    return worker;
  }

  private rejectAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
