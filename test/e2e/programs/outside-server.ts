/**
 * A machine of the internet. It chooses its certificate by the name that a client asks for (SNI), answers HTTP requests with
 * what it saw of them, and TCP connections with a greeting and what they said. `/slow` is never answered.
 */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { createSecureServer } from 'node:http2';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';

export interface OutsideServer {
  /** Certificate and key by the name in SNI; whoever asks for none of them gets the first one. */
  readonly identities: Readonly<Record<string, { readonly certificateChain: string; readonly privateKey: string }>>;
  readonly https: number;
  readonly http: number;
  /** TCP inside TLS. */
  readonly tls: number;
  readonly tcp: number;
}

/** What the server saw of a request. */
export interface Seen {
  readonly sni?: string;
  readonly tls?: string;
  readonly httpVersion: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

function answer(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void {
  if (request.url === '/slow') return;
  const socket = ('stream' in request ? request.stream.session?.socket : request.socket) as Partial<TLSSocket> | undefined;
  const seen = {
    sni: socket?.servername === false ? undefined : socket?.servername,
    tls: socket?.getProtocol?.() ?? undefined,
    httpVersion: request.httpVersion,
    method: request.method,
    path: request.url,
    headers: request.headers,
  };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(seen));
}

function greet(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => socket.write(`you said ${chunk.toString()}`));
  socket.write('welcome\n');
}

function serve({ identities, https, http, tls, tcp }: OutsideServer): void {
  const contexts = Object.entries(identities).map(
    ([name, { certificateChain, privateKey }]) => [name, createSecureContext({ cert: certificateChain, key: privateKey })] as const,
  );
  const [first] = Object.values(identities);
  const settings = {
    cert: first?.certificateChain,
    key: first?.privateKey,
    SNICallback: (name: string, done: (error: Error | null, context?: ReturnType<typeof createSecureContext>) => void) => {
      done(null, contexts.find(([known]) => known === name)?.[1]);
    },
  };
  const servers = [
    [createSecureServer({ ...settings, allowHTTP1: true }, answer), https],
    [createServer(answer), http],
    [createTlsServer(settings, greet), tls],
    [createTcpServer(greet), tcp],
  ] as const;
  let waiting = servers.length;
  for (const [server, port] of servers) {
    server.on('tlsClientError', () => undefined).on('sessionError', () => undefined);
    server.listen(port, '0.0.0.0', () => {
      waiting -= 1;
      if (waiting === 0) process.send?.('listening');
    });
  }
}

process.once('message', (message) => {
  serve(message as OutsideServer);
});
process.once('disconnect', () => process.exit(0));
