import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { PART_HEADER } from '../../../lib/core/contract/aggregation';
import { fail, PartFailed, type PartFailure } from '../failure';
import { Gate } from '../gate';
import { ByteWriter, grown } from '../json/byte-writer';
import type { PartCall, SendPart } from './aggregate';
import type { MemoryShare } from './memory';
import { needsBody, type PartResponse } from './response';

/** Requests to services at a time, over all clients; others wait for their turn, and their timeout runs. */
const MAX_REQUESTS = 256;
/**
 * A connection that nobody uses is closed here, long before Envoy closes it, which takes an hour by default: a POST on a connection that
 * Envoy is just closing would be lost, since nobody knows whether it has arrived.
 * https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
 */
const UNUSED_MILLIS = 60_000;
/** As Envoy has it by default, with room. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Of a body that nobody needs: so much is read to keep the connection. */
const MAX_UNREAD_BYTES = 64 * 1024;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export type ForwardedHeaders = Readonly<Record<string, string | string[]>>;

/** Connections to the Envoy of the task, which takes the requests to the services. */
export class PartsClient {
  private readonly gate = new Gate(MAX_REQUESTS);
  private readonly agent: Agent;

  /** @param unusedMillis after which a connection that nobody uses is closed */
  constructor(
    private readonly port: number,
    unusedMillis = UNUSED_MILLIS,
  ) {
    this.agent = new Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo', timeout: unusedMillis });
  }

  /** What sends the parts of one client's request. */
  sender(forwarded: ForwardedHeaders, memory: MemoryShare): SendPart {
    return async (call, signal) => {
      // Held while it waits, too.
      const bytes = call.path.length + (call.body?.length ?? 0);
      if (!memory.take(bytes)) return fail('too-large', 'the request is too large');
      try {
        return await this.inTurn(call, { forwarded, memory, signal });
      } finally {
        memory.give(bytes);
      }
    };
  }

  close(): void {
    this.agent.destroy();
  }

  private async inTurn(call: PartCall, parts: ExchangeParts): Promise<PartResponse> {
    const { signal } = parts;
    const leave = await this.gate.enter(signal);
    if (leave === undefined) throw new PartFailed(signal.reason as PartFailure);
    try {
      // While it was let in: nobody would end it any more.
      if (signal.aborted) throw new PartFailed(signal.reason as PartFailure);
      return await this.exchange(call, parts);
    } finally {
      leave();
    }
  }

  private async exchange(call: PartCall, parts: ExchangeParts): Promise<PartResponse> {
    const first = await this.attempt(call, parts);
    if (first !== 'stale') return first;
    // Envoy has closed the connection while it was idle, and has not seen the request.
    const second = await this.attempt(call, parts, false);
    return second === 'stale' ? fail('unreachable', 'there was no response') : second;
  }

  private async attempt(call: PartCall, { forwarded, memory, signal }: ExchangeParts, pooled = true): Promise<PartResponse | 'stale'> {
    const { part } = call.planned;
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port: this.port,
        method: part.method,
        path: call.path,
        headers: headersOf(call, forwarded),
        agent: pooled ? this.agent : false,
        maxHeaderSize: MAX_HEADER_BYTES,
      });
      const stop = (): void => {
        sent.destroy();
        reject(new PartFailed(signal.reason as PartFailure));
      };
      const settle = (end: () => void): void => {
        signal.removeEventListener('abort', stop);
        end();
      };
      signal.addEventListener('abort', stop);
      sent.on('error', (error: NodeJS.ErrnoException) => {
        settle(() => {
          const stale = pooled && sent.reusedSocket && SAFE_METHODS.has(part.method) && CLOSED.has(error.code ?? '');
          if (stale && !signal.aborted) resolve('stale');
          else reject(new PartFailed({ code: 'unreachable', why: whyOf(error) }));
        });
      });
      sent.on('response', (response) => {
        bodyOf(response, call, memory).then(
          (body) => {
            settle(() => {
              resolve({
                status: response.statusCode ?? 0,
                contentType: response.headers['content-type'] ?? '',
                contentEncoding: response.headers['content-encoding'] ?? '',
                body,
              });
            });
          },
          (error: unknown) => {
            settle(() => {
              sent.destroy();
              reject(error instanceof Error ? error : new Error(String(error)));
            });
          },
        );
      });
      sent.end(call.body);
    });
  }
}

interface ExchangeParts {
  readonly forwarded: ForwardedHeaders;
  readonly memory: MemoryShare;
  readonly signal: AbortSignal;
}

/** How a connection ends that was closed before the request arrived. */
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** Not the error's own text, which names addresses. */
function whyOf({ code = '' }: NodeJS.ErrnoException): string {
  return code.startsWith('HPE_') ? 'the response is not valid HTTP' : 'there was no response';
}

function headersOf({ key, body, planned: { part } }: PartCall, forwarded: ForwardedHeaders): OutgoingHttpHeaders {
  return {
    ...forwarded,
    host: part.service,
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    [PART_HEADER]: key,
  };
}

/** Undefined if it is not needed, or larger than it may be. Rejects if it breaks off. */
async function bodyOf(response: IncomingMessage, { planned: { part } }: PartCall, memory: MemoryShare): Promise<Buffer | undefined> {
  const wanted = needsBody(response.statusCode ?? 0, part);
  const limit = wanted ? part.maxResponseBytes : MAX_UNREAD_BYTES;
  const announced = Number(response.headers['content-length'] ?? 0);
  return new Promise((resolve, reject) => {
    // Its place is there before it comes, or it does not come.
    let reserved = announced;
    let length = 0;
    const giveUp = (): void => {
      response.removeAllListeners('data');
      // Ends the connection: there may be no end to what comes.
      response.destroy();
      resolve(undefined);
    };
    const broken = (): void => {
      reject(new PartFailed({ code: 'unreachable', why: 'the response broke off' }));
    };
    response.on('error', broken);
    response.on('close', () => {
      if (!response.complete) broken();
    });
    if (announced > limit || (wanted && !memory.take(announced))) {
      giveUp();
      return;
    }
    const body = new ByteWriter(wanted ? announced : 0, limit);
    response.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        giveUp();
        return;
      }
      if (!wanted) return;
      if (length > reserved) {
        // As the writer grows.
        const larger = grown(reserved, length, limit);
        if (!memory.take(larger - reserved)) {
          giveUp();
          return;
        }
        reserved = larger;
      }
      // Chunks are gone at once.
      body.slice(chunk, 0, chunk.length);
    });
    response.on('end', () => {
      resolve(wanted ? body.bytes() : undefined);
    });
  });
}
