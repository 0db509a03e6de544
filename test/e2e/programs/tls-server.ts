/**
 * Stands where the Envoy of a task would take calls, and answers as it likes: HTTP/2 requests with 200, and TCP connections
 * with a greeting. Its parent says how it presents itself, and hears of all that it was told.
 */
import type { Http2Server } from 'node:http2';
import { createSecureServer, createServer } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { SecureVersion } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';

export interface Presentation {
  readonly port: number;
  readonly identity: { readonly certificateChain: string; readonly privateKey: string };
  /** The newest version of TLS that it speaks, or no TLS at all. */
  readonly version?: SecureVersion | 'none';
  readonly protocol: 'http2' | 'tcp';
}

/** `listening`, or a line of what a peer has said. */
export interface Heard {
  readonly kind: 'listening' | 'told';
  readonly text: string;
}

function tell(kind: Heard['kind'], text: string): void {
  process.send?.({ kind, text } satisfies Heard);
}

function greeting(settings: object): Server {
  return createTlsServer(settings, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      tell('told', chunk.toString());
    });
    socket.write('welcome\n');
  });
}

function answering(server: Http2Server): Http2Server {
  return server
    .on('stream', (stream, headers) => {
      tell('told', `${headers[':method'] ?? ''} ${headers[':path'] ?? ''}`);
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200 });
      stream.end('welcome\n');
    })
    .on('sessionError', () => undefined);
}

let current: Server | undefined;
const sockets = new Set<Socket>();

/** Instead of whatever it did before. */
function serve({ port, identity, version, protocol }: Presentation): void {
  const tls = {
    cert: identity.certificateChain,
    key: identity.privateKey,
    ...(version === undefined || version === 'none' ? {} : { maxVersion: version }),
  };
  const server: Server = protocol === 'tcp' ? greeting(tls) : answering(version === 'none' ? createServer() : createSecureServer(tls));
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  current = server;
  server.listen(port, '0.0.0.0', () => {
    tell('listening', '');
  });
}

process.on('message', (message) => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  if (current === undefined) serve(message as Presentation);
  else
    current.close(() => {
      serve(message as Presentation);
    });
});
process.once('disconnect', () => process.exit(0));
