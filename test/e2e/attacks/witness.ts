/** Applications that keep everything that arrives at them, in whatever shape. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createServer as createHttp2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { ProtocolId } from '../../../lib/core/model/topology';
import type { Applications } from '../planned-mesh';

/** A line of a head or of trailers, its name in lower case. */
export type Line = readonly [name: string, value: string];

export interface Arrival {
  /** The task. */
  readonly to: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** One after the other, so that a second line of a name shows. */
  readonly lines: readonly Line[];
  /** Complete when the request has ended. */
  trailers: readonly Line[];
  body: string;
  ended: boolean;
}

/** What a request that cannot be read as HTTP, or a TCP connection, arrives as. */
const NO_REQUEST = 'NONE';

const BIG = Buffer.alloc(1_100_000, 'b');
const LATE_MS = 400;

/** They answer 200, unless the query string asks for something else: `answer=503`, `answer=big` or `answer=late`. */
export class Witness implements Applications {
  /** In the order in which they came. */
  readonly arrivals: Arrival[] = [];
  private readonly listeners = new Set<(arrival: Arrival) => void>();

  application(task: string, protocol: ProtocolId): { emit(event: 'connection', connection: Socket): unknown } {
    if (protocol === 'tcp')
      return createTcpServer((socket) => {
        this.takeConnection(task, socket);
      });
    if (protocol !== 'http') {
      const server = createHttp2Server((request, response) => {
        this.take(task, request, response);
      });
      server.on('sessionError', () => undefined);
      return server;
    }
    // As lenient as an application may be: what Envoy passes on must be harmless to that one, too.
    const server = createServer({ insecureHTTPParser: true, maxHeaderSize: 1 << 18, keepAliveTimeout: 60_000 }, (request, response) => {
      this.take(task, request, response);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      // That Envoy ends a connection within a request, since its caller did, is no nonsense.
      if (error.code?.startsWith('HPE_') === true && error.code !== 'HPE_INVALID_EOF_STATE')
        this.note({ to: task, method: NO_REQUEST, path: error.code, host: '', lines: [], trailers: [], body: '', ended: true });
      socket.destroy();
    });
    return server;
  }

  private take(task: string, request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
    const lines = pairsOf(request.rawHeaders);
    const arrival: Arrival = {
      to: task,
      method: request.method ?? '',
      path: request.url ?? '',
      host: String(request.headers[':authority'] ?? request.headers.host ?? ''),
      lines: lines.filter(([name]) => !name.startsWith(':')),
      trailers: [],
      body: '',
      ended: false,
    };
    this.note(arrival);
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => {
      arrival.body += chunk;
    });
    request.once('error', () => undefined);
    request.once('end', () => {
      arrival.trailers = pairsOf(request.rawTrailers);
      arrival.ended = true;
      answer(arrival, response);
    });
  }

  onArrival(listener: (arrival: Arrival) => void): void {
    this.listeners.add(listener);
  }

  /** Those whose path, number or body has this text. */
  with(text: string): readonly Arrival[] {
    return this.arrivals.filter(({ path, lines }) => path.includes(text) || lines.some(([, value]) => value === text));
  }

  private takeConnection(task: string, socket: Socket): void {
    this.note({ to: task, method: NO_REQUEST, path: '', host: '', lines: [], trailers: [], body: '', ended: true });
    socket.on('error', () => undefined);
    socket.write('welcome\n');
    socket.pipe(socket);
  }

  private note(arrival: Arrival): void {
    this.arrivals.push(arrival);
    for (const listener of this.listeners) listener(arrival);
  }
}

function answer({ path }: Arrival, response: ServerResponse | Http2ServerResponse): void {
  const [, wanted = '200'] = /[?&]answer=(\w+)/.exec(path) ?? [];
  const end = (status: number, body?: Buffer): void => {
    (response as ServerResponse).writeHead(status, body === undefined ? { 'x-application': 'yes' } : { 'content-length': body.length });
    (response as ServerResponse).end(body);
  };
  response.on('error', () => undefined);
  if (wanted === 'big') end(200, BIG);
  else if (wanted === 'late')
    setTimeout(() => {
      end(200);
    }, LATE_MS);
  else end(Number(wanted));
}

function pairsOf(raw: readonly string[]): readonly Line[] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index].toLowerCase(), raw[2 * index + 1]] as const);
}
