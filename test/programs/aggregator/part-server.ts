import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Writable } from 'node:stream';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** In place of Envoy and the services behind it: answers by path, and writes down what it was asked. */
export class PartServer {
  readonly requests: { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers']; body: string }[] = [];
  /** Requests that are being answered. */
  open = 0;
  /** The most of them at a time. */
  most = 0;
  private readonly handlers = new Map<string, Handler>();
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor() {
    const listener: RequestListener = (request, response) => {
      this.serve(request, response);
    };
    this.server = createServer({ keepAliveTimeout: 0 }, listener);
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get paths(): readonly string[] {
    return this.requests.map(({ path }) => path);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** @param path with the query */
  on(path: string, handler: Handler): this {
    this.handlers.set(path, handler);
    return this;
  }

  json(path: string, value: unknown, status = 200): this {
    return this.on(path, (_request, response) => {
      sendJson(response, typeof value === 'string' ? value : JSON.stringify(value), status);
    });
  }

  reset(): void {
    this.handlers.clear();
    this.requests.length = 0;
    this.most = 0;
  }

  /** As Envoy closes connections that were idle for long. */
  closeConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.closeConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const entry = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: '' };
    this.requests.push(entry);
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    response.on('close', () => {
      this.open -= 1;
    });
    request.on('data', (chunk: Buffer) => {
      entry.body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const handler = this.handlers.get(entry.path);
      if (handler === undefined) sendJson(response, '{"message":"nothing is here"}', 404);
      else handler(request, response);
    });
  }
}

export function sendJson(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}

/** Writes the same as long as somebody reads it. */
export function endless(stream: Writable, text: string): void {
  stream.on('error', () => undefined);
  const timer = setInterval(() => {
    if (stream.closed || stream.errored !== null) clearInterval(timer);
    else if (!stream.writableNeedDrain) stream.write(text);
  }, 1);
  stream.on('close', () => {
    clearInterval(timer);
  });
}
