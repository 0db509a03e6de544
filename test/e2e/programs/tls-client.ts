/**
 * A peer that connects as it likes: with any certificate or none, any version of TLS or none, and with a session from
 * before. It believes whoever answers. Its parent says what connections to make.
 */
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import { connect as connectByHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { connect as connectInTheClear } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { connect as connectByTls } from 'node:tls';

export interface Connection {
  readonly host: string;
  readonly port: number;
  /** PEM: the certificate chain and its key. */
  readonly identity?: { readonly certificateChain: string; readonly privateKey: string };
  /** The only version of TLS that it speaks, or no TLS at all. */
  readonly version?: SecureVersion | 'none';
  /** Offers the newest session that a server has given out to this process. */
  readonly resumes?: boolean;
  /** HTTP/2 requests, one after the other. Without any it waits for the other side to say something, or to end. */
  readonly requests?: readonly RawRequest[];
  /** What it says if it makes no requests. */
  readonly says?: string;
}

export interface RawRequest {
  /** Sent as it is written. */
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Connected {
  /** Tells this connection from others in the log of the other side. */
  readonly localPort: number;
  /** Whether the handshake came to its end as this side sees it. (With TLS 1.3 the other side may still refuse.) */
  readonly shaken: boolean;
  readonly resumed: boolean;
  /** Sessions that the other side has offered for later. */
  readonly tickets: number;
  /** Of the requests that were answered. */
  readonly responses: readonly RawResponse[];
  /** What the other side said to one that makes no requests. */
  readonly received: string;
  /** Such as `ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`. */
  readonly error?: string;
}

export interface Order {
  readonly id: number;
  readonly connection: Connection;
}

export interface Done {
  readonly id: number;
  readonly connected: Connected;
}

/** Who is let in hears nothing, if it makes no requests: that is a result too, though no test waits for it. */
const TIMEOUT_MS = 20_000;

let session: Buffer | undefined;

function open({ host, port, identity, version, resumes, requests }: Connection): Socket | TLSSocket {
  if (version === 'none') return connectInTheClear({ host, port });
  return connectByTls({
    host,
    port,
    rejectUnauthorized: false,
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    ...(identity === undefined ? {} : { cert: identity.certificateChain, key: identity.privateKey }),
    ...(requests === undefined ? {} : { ALPNProtocols: ['h2'] }),
    ...(resumes === true && session !== undefined ? { session } : {}),
  });
}

async function respond(client: ClientHttp2Session, { path, method = 'GET', headers: own = {} }: RawRequest): Promise<RawResponse> {
  const stream = client.request({ ':method': method, ':path': path, ':authority': 'peer.example', ...own });
  const response = new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once('error', reject);
    stream.once('close', () => {
      reject(new Error('no response'));
    });
    stream.once('response', resolve);
  });
  stream.end();
  const headers = Object.entries(await response).filter(([, value]) => typeof value === 'string') as readonly (readonly [string, string])[];
  return { status: Number((await response)[':status']), headers: Object.fromEntries(headers), body: await text(stream) };
}

async function attempt(connection: Connection): Promise<Connected> {
  let localPort = 0;
  let shaken = false;
  let resumed = false;
  let tickets = 0;
  let received = '';
  let error: string | undefined;
  const responses: RawResponse[] = [];
  const socket = open(connection);
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  const failed = (reason: NodeJS.ErrnoException): void => {
    error ??= reason.code ?? reason.message;
  };
  socket.once('connect', () => {
    localPort = socket.localPort ?? 0;
  });
  socket.once('secureConnect', () => {
    shaken = true;
    resumed = 'isSessionReused' in socket && socket.isSessionReused();
  });
  socket.on('session', (ticket: Buffer) => {
    tickets += 1;
    session = ticket;
  });
  socket.on('error', failed);
  if (connection.requests === undefined) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (received.endsWith('\n')) socket.end();
    });
    if (connection.says !== undefined) socket.write(connection.says);
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('the other side neither said anything nor ended'), { code: 'TIMEOUT' }));
    }, TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  } else {
    const client = connectByHttp2('http://peer.example', { createConnection: () => socket });
    client.on('error', failed);
    try {
      for (const request of connection.requests) responses.push(await respond(client, request));
    } catch (reason) {
      failed(reason as NodeJS.ErrnoException);
    }
    client.destroy();
    socket.destroy();
  }
  return { localPort, shaken, resumed, tickets, responses, received, ...(error === undefined ? {} : { error }) };
}

process.on('message', (message) => {
  const { id, connection } = message as Order;
  void attempt(connection).then((connected) => {
    process.send?.({ id, connected } satisfies Done);
  });
});
process.once('disconnect', () => process.exit(0));
