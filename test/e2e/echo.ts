import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { ProtocolId } from '../../lib/core/model/topology';

/** A request as an application has got it. */
export interface Arrived {
  /** Which application it was: `task:port`. */
  readonly to: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** Values of the same name are joined by commas; without those that a connection has of itself. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Tells requests, and their copies, from each other. */
export const NUMBER_HEADER = 'case-number';

const OF_CONNECTIONS = ['host', 'connection', 'content-length', 'transfer-encoding', NUMBER_HEADER];

/** What applications have got, by the number of the request, and listeners for sockets on which there is one. */
export class Echo {
  private readonly arrived = new Map<string, Arrived[]>();

  /** What listens as the application of a task; it answers 200 to everything. */
  application(task: string, protocol: ProtocolId): ReturnType<typeof createServer> | ReturnType<typeof createHttp2Server> {
    return protocol === 'http'
      ? createServer((request, response) => {
          this.take(`${task}:${request.socket.localPort ?? 0}`, request, response);
        })
      : createHttp2Server((request, response) => {
          this.take(`${task}:${request.socket.localPort ?? 0}`, request, response);
        });
  }

  of(number: string): readonly Arrived[] {
    return this.arrived.get(number) ?? [];
  }

  private take(to: string, request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
    const pairs = Array.from(
      { length: request.rawHeaders.length / 2 },
      (_, index) => [request.rawHeaders[2 * index].toLowerCase(), request.rawHeaders[2 * index + 1]] as const,
    );
    const headers: Record<string, string> = {};
    for (const [name, value] of pairs.filter(([each]) => !each.startsWith(':') && !OF_CONNECTIONS.includes(each)))
      headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
    const number = String(request.headers[NUMBER_HEADER]);
    const host = String(request.headers[':authority'] ?? request.headers.host);
    this.arrived.set(number, [...this.of(number), { to, method: request.method ?? '', path: request.url ?? '', host, headers }]);
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'x-application': to });
      response.end();
    });
  }
}
