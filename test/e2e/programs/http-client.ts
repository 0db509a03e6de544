/** The process behind `HttpClient`: does the requests that its parent sends it, inside the namespace it was started in. */
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

export interface HttpRequest {
  /** `http://host[:port]/path?query`. Everything from the path on is sent as it is written. */
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent with its length, unless the headers name a transfer-encoding. */
  readonly body?: string;
  /** A body of any bytes, in base64, in place of a text; that of the response is then given so, too. */
  readonly bodyBase64?: string;
  /** Connects there in place of the URL's host and port, which the Host header still names. */
  readonly connectTo?: { readonly host: string; readonly port: number };
  /** Uses a connection again; by default each request has a connection of its own. */
  readonly keepAlive?: boolean;
  readonly timeoutMs?: number;
}

export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  /** Lower-case names; repeated headers are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decompressed, as `content-encoding` says. */
  readonly body: string;
  /** The bytes of the body, if those of the request were given so. */
  readonly bodyBase64?: string;
  /** Of the body as it came. */
  readonly bodyBytes: number;
  /** When each part of the body came, since the request began. */
  readonly arrivalsMs: readonly number[];
  readonly durationMs: number;
}

export interface HttpFailure {
  readonly kind: 'failure';
  /** `ECONNREFUSED`, `ECONNRESET`, `ENOTFOUND`, `TIMEOUT`, `CANCELLED` … */
  readonly code: string;
  readonly message: string;
  readonly durationMs: number;
}

export type HttpOutcome = HttpResponse | HttpFailure;

export interface TcpRequest {
  readonly host: string;
  readonly port: number;
  readonly send?: string;
  /** Done when this text has come; by default when the other side ends. */
  readonly until?: string;
  /** Done when the connection stands. */
  readonly connectOnly?: boolean;
  readonly timeoutMs?: number;
}

export type TcpOutcome = { readonly kind: 'received'; readonly text: string; readonly durationMs: number } | HttpFailure;

export type WorkerRequest = { readonly id: number } & (
  | { readonly kind: 'http'; readonly request: HttpRequest }
  | { readonly kind: 'tcp'; readonly request: TcpRequest }
  | { readonly kind: 'cancel' }
);

export interface WorkerReply {
  readonly id: number;
  readonly outcome: HttpOutcome | TcpOutcome;
}

const TIMEOUT_MS = 30_000;
const pool = new Agent({ keepAlive: true, maxSockets: 256 });
const running = new Map<number, (error: Error) => void>();

class Failure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function failure(error: Error, startedAt: number): HttpFailure {
  const code = (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  return { kind: 'failure', code, message: error.message || code, durationMs: Date.now() - startedAt };
}

/** Not `new URL()`: that would rewrite the path. */
function parse(url: string): { readonly host: string; readonly port: number; readonly path: string } {
  const [, host, port, path] = /^http:\/\/([^/:?#]+)(?::(\d+))?(.*)$/s.exec(url) ?? [];
  if (host === undefined) throw new Failure('INVALID_URL', `not an http:// URL: ${url}`);
  return { host, port: Number(port ?? 80), path: path?.startsWith('/') ? path : `/${path ?? ''}` };
}

function decoded(body: Buffer, coding: string | undefined): string {
  // To HEAD, and with 304.
  if (body.length === 0) return '';
  switch (coding) {
    case 'gzip':
      return gunzipSync(body).toString();
    case 'br':
      return brotliDecompressSync(body).toString();
    default:
      return body.toString();
  }
}

async function http(id: number, request: HttpRequest): Promise<HttpOutcome> {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      resolve(failure(error, startedAt));
    };
    const timer = setTimeout(() => {
      cancel(new Failure('TIMEOUT', `no response within ${request.timeoutMs ?? TIMEOUT_MS} ms`));
    }, request.timeoutMs ?? TIMEOUT_MS);
    let cancel = fail;
    try {
      const { host, port, path } = parse(request.url);
      const target = request.connectTo ?? { host, port };
      const sentBody = request.bodyBase64 === undefined ? request.body : Buffer.from(request.bodyBase64, 'base64');
      const headers = {
        host: port === 80 ? host : `${host}:${port}`,
        ...request.headers,
        ...(sentBody !== undefined &&
          request.headers?.['transfer-encoding'] === undefined && { 'content-length': String(Buffer.byteLength(sentBody)) }),
      };
      const sent = httpRequest({
        ...target,
        path,
        method: request.method ?? 'GET',
        headers: headers as Record<string, string | string[]>,
        agent: request.keepAlive === true ? pool : false,
        // What is limited is limited by Envoys.
        maxHeaderSize: 4 * 1024 * 1024,
      });
      cancel = (error) => {
        fail(error);
        sent.destroy(error);
      };
      sent.once('error', fail);
      sent.once('response', (response) => {
        const chunks: Buffer[] = [];
        const arrivalsMs: number[] = [];
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          arrivalsMs.push(Date.now() - startedAt);
        });
        response.once('error', fail);
        response.once('end', () => {
          clearTimeout(timer);
          const joined = Object.entries(response.headers).map(
            ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')] as const,
          );
          const body = Buffer.concat(chunks);
          let text: string;
          try {
            text = decoded(body, response.headers['content-encoding']);
          } catch (error) {
            fail(error as Error);
            return;
          }
          resolve({
            kind: 'response',
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(joined),
            body: text,
            ...(request.bodyBase64 !== undefined && { bodyBase64: body.toString('base64') }),
            bodyBytes: body.length,
            arrivalsMs,
            durationMs: Date.now() - startedAt,
          });
        });
      });
      sent.end(sentBody);
    } catch (error) {
      fail(error as Error);
    }
    running.set(id, (error) => {
      cancel(error);
    });
  });
}

async function tcp(id: number, request: TcpRequest): Promise<TcpOutcome> {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: request.host, port: request.port });
    const end = (outcome: TcpOutcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const done = (): void => {
      end({ kind: 'received', text, durationMs: Date.now() - startedAt });
    };
    const fail = (error: Error): void => {
      end(failure(error, startedAt));
    };
    const timer = setTimeout(() => {
      fail(new Failure('TIMEOUT', `got ${JSON.stringify(text)} within ${request.timeoutMs ?? TIMEOUT_MS} ms`));
    }, request.timeoutMs ?? TIMEOUT_MS);
    running.set(id, fail);
    socket.setEncoding('utf8');
    socket.once('error', fail);
    socket.once('connect', () => {
      if (request.connectOnly === true) done();
      else if (request.send !== undefined) socket.write(request.send);
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (request.until !== undefined && text.includes(request.until)) done();
    });
    socket.once('end', done);
  });
}

async function handle(message: WorkerRequest): Promise<void> {
  if (message.kind === 'cancel') {
    running.get(message.id)?.(new Failure('CANCELLED', 'cancelled by the caller'));
    return;
  }
  const outcome = message.kind === 'http' ? await http(message.id, message.request) : await tcp(message.id, message.request);
  running.delete(message.id);
  process.send?.({ id: message.id, outcome } satisfies WorkerReply);
}

process.on('message', (message) => {
  void handle(message as WorkerRequest);
});
process.once('disconnect', () => process.exit(0));
