import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DETAILS_HEADER, ROUTE_HEADER } from '../../../lib/core/contract/aggregation';
import { answerOf, messageAnswer, type Answer } from '../answer';
import { Gate } from '../gate';
import { aggregate } from '../parts/aggregate';
import { clientValues } from '../parts/client-values';
import type { Memory, MemoryShare } from '../parts/memory';
import type { Plan } from '../parts/plan';
import type { ForwardedHeaders, PartsClient } from '../parts/send';
import type { Timers } from '../time';
import type { FailureLog } from './failure-log';

/** Requests of clients at a time, and how many wait for how long until one of them is answered. */
const MAX_REQUESTS = 256;
const MAX_WAITING = 256;
const MAX_WAIT_MS = 1000;
/** A body is not for parts; so much of one is read to keep the connection. */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
/** How long a client may take none of its answer, which is held until then. */
const MAX_STALL_MS = 30_000;

export interface ServerParts {
  readonly plans: ReadonlyMap<string, Plan>;
  readonly client: PartsClient;
  readonly memory: Memory;
  readonly timers: Timers;
  readonly failures: FailureLog;
}

/** Answers the requests that Envoy sends, each with one JSON object. */
export class AggregatingServer {
  private readonly gate = new Gate(MAX_REQUESTS, MAX_WAITING);
  private readonly server: Server;
  private draining = false;

  constructor(private readonly parts: ServerParts) {
    this.server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
      void this.serve(request, response);
    });
    // Envoy ends idle connections: were it done here, a request could arrive just then.
    this.server.keepAliveTimeout = 0;
  }

  /** Resolves to the port. */
  async listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', 1024, () => {
        this.server.off('error', reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Answers what has begun, and resolves when that is done. */
  async drain(): Promise<void> {
    this.draining = true;
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    const memory = this.parts.memory.share();
    response.on('close', () => {
      gone.abort();
      memory.free();
      if (this.draining) this.server.closeIdleConnections();
    });
    response.on('error', () => {
      response.destroy();
    });
    try {
      const refused = (): void => {
        gone.abort();
        refuseBody(request, response);
      };
      if (!drainBody(request, response, refused)) {
        refused();
        return;
      }
      const answer = await this.answer(request, { gone: gone.signal, memory });
      if (this.draining) response.setHeader('connection', 'close');
      if (!gone.signal.aborted) send(response, answer);
    } catch (error) {
      this.parts.failures.event('a request could not be answered', { why: error instanceof Error ? error.message : String(error) });
      if (!response.headersSent) send(response, messageAnswer(500, 'Internal Server Error'));
      else response.destroy();
    }
  }

  private async answer(
    request: IncomingMessage,
    { gone, memory }: { readonly gone: AbortSignal; readonly memory: MemoryShare },
  ): Promise<Answer> {
    const { plans, timers, client, failures } = this.parts;
    const since = timers.now();
    const plan = plans.get(headerOf(request, ROUTE_HEADER) ?? '');
    if (plan === undefined) {
      failures.event('Envoy sent a request of a route that does not aggregate', {});
      return messageAnswer(404, 'Not Found');
    }
    const leave = await this.enter(gone);
    if (leave === undefined) {
      if (!gone.aborted) failures.event('too many requests at a time: some are answered with 503', {});
      return messageAnswer(503, 'Service Unavailable', { 'retry-after': '1' });
    }
    try {
      const aggregated = await aggregate(plan, clientValues(plan.aggregation.path, request.url ?? '/'), {
        send: client.sender(forwardedHeaders(plan, request), memory),
        timers,
        since,
        gone,
      });
      if (!gone.aborted) failures.parts(plan, aggregated);
      return answerOf(plan, aggregated, headerOf(request, DETAILS_HEADER) === 'true');
    } finally {
      leave();
    }
  }

  /** A place among the requests that are answered; undefined if there is none for a while. */
  private async enter(gone: AbortSignal): Promise<(() => void) | undefined> {
    const { memory, timers } = this.parts;
    const over = new AbortController();
    const abort = (): void => {
      over.abort();
    };
    const cancel = timers.after(MAX_WAIT_MS, abort);
    gone.addEventListener('abort', abort);
    try {
      const leave = await this.gate.enter(over.signal);
      if (leave === undefined || (await memory.enough(over.signal))) return leave;
      leave();
      return undefined;
    } finally {
      cancel();
      gone.removeEventListener('abort', abort);
    }
  }
}

const TOO_LARGE = messageAnswer(413, 'Request Entity Too Large');

/** Nobody reads the rest, so the connection ends when the client has the answer. */
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return;
  request.pause();
  response.setHeader('connection', 'close');
  response.once('finish', () => {
    request.destroy();
  });
  send(response, TOO_LARGE);
}

/**
 * The body is read and not looked at, since it is no part's.
 *
 * @param refused called if more comes than is read
 * @returns false if that is known from the length
 */
function drainBody(request: IncomingMessage, response: ServerResponse, refused: () => void): boolean {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return false;
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) refused();
  });
  request.on('error', () => {
    response.destroy();
  });
  return true;
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function forwardedHeaders({ aggregation }: Plan, { headers }: IncomingMessage): ForwardedHeaders {
  return Object.fromEntries(
    aggregation.forwardedHeaders.flatMap((name): [string, string | string[]][] => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  response.writeHead(status, { ...headers, 'content-length': length });
  response.setTimeout(MAX_STALL_MS, () => {
    response.destroy();
  });
  response.cork();
  for (const piece of body) response.write(piece);
  response.end();
  response.uncork();
}
