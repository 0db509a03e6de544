/**
 * An application whose answers are odd: what a path asks for (`/many/3` is three headers), in HTTP/1.1, or in HTTP/2 without TLS if
 * PROTOCOL says so. Each request is logged. SIGTERM ends it.
 */
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { constants, createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';

const PORT = Number(process.env['PORT'] ?? 8080);
/** Long enough for another request to be answered meanwhile. */
const SLOW_MS = 2000;
const OK = 'HTTP/1.1 200 OK\r\n';
const BODY = 'content-length: 2\r\n\r\nok';

/** So many headers beside those that every answer has. */
function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `x-h${index}`);
}

/** What goes over the wire; the connection ends after it if the path begins with `cut`. */
const ANSWERS: Readonly<Record<string, (amount: number) => string>> = {
  ok: () => OK + BODY,
  many: (count) =>
    `${OK}${names(count)
      .map((name) => `${name}: v\r\n`)
      .join('')}${BODY}`,
  // In lines of a kilobyte.
  large: (kib) =>
    `${OK}${names(kib)
      .map((name) => `${name}: ${'v'.repeat(1024 - name.length)}\r\n`)
      .join('')}${BODY}`,
  // In one.
  long: (kib) => `${OK}x-long: ${'v'.repeat(kib * 1024)}\r\n${BODY}`,
  te: () => `${OK}te: gzip\r\n${BODY}`,
  'unasked-switch': () => 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'high-status': () => `HTTP/1.1 1000 High\r\n${BODY}`,
  garbage: () => '\u0000\u0001 this is not HTTP \u0007\r\n\r\n',
  'space-in-name': () => `${OK}x bad: 1\r\n${BODY}`,
  'nul-in-value': () => `${OK}x-bad: a\u0000b\r\n${BODY}`,
  'no-length': () => `${OK}content-length: two\r\n\r\nok`,
  'two-lengths': () => `${OK}content-length: 3\r\n${BODY}`,
  'length-and-chunks': () => `${OK}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
  'unknown-coding': () => `${OK}transfer-encoding: zip\r\n\r\nok`,
  'chunks-without-content': () => 'HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'low-status': () => `HTTP/1.1 042 Low\r\n${BODY}`,
  'cut-in-headers': () => `${OK}content-le`,
  'cut-in-body': () => `${OK}content-length: 100\r\n\r\nok`,
};

function http1(): void {
  createServer((socket) => {
    let received = '';
    socket.on('error', () => undefined);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      const end = received.indexOf('\r\n\r\n');
      const [, method = '', path = '', what = '', amount = ''] = /^(\S+) (\/([a-z0-9-]+)\/?(\d*)) /.exec(received) ?? [];
      if (end < 0) return;
      console.log(JSON.stringify({ method, path, headers: received.slice(0, end).split('\r\n').length - 1 }));
      received = '';
      const text = (ANSWERS[what] ?? ANSWERS['ok'])?.(Number(amount)) ?? '';
      const answer = (): void => {
        if (what.startsWith('cut')) socket.end(text, 'latin1');
        else socket.write(text, 'latin1');
      };
      if (what === 'slow') setTimeout(answer, SLOW_MS);
      else answer();
    });
  }).listen(PORT, '0.0.0.0', () => {
    console.log('listening');
  });
}

function answer(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.respond({ ':status': 200, ...headers });
  stream.end('ok');
}

function http2(): void {
  const server = createHttp2Server({ maxSendHeaderBlockLength: 2 ** 22 });
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream, { ':method': method, ':path': path }) => {
    stream.on('error', () => undefined);
    console.log(JSON.stringify({ method, path }));
    const [, what = '', amount = ''] = /^\/([a-z0-9-]+)\/?(\d*)/.exec(path ?? '') ?? [];
    switch (what) {
      case 'many':
        answer(stream, Object.fromEntries(names(Number(amount)).map((name) => [name, 'v'])));
        break;
      case 'large':
        answer(stream, Object.fromEntries(names(Number(amount)).map((name) => [name, 'v'.repeat(1024 - name.length)])));
        break;
      case 'reset':
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        break;
      case 'refused':
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
        break;
      default:
        answer(stream, {});
    }
  });
  server.listen(PORT, '0.0.0.0', () => {
    console.log('listening');
  });
}

if (process.env['PROTOCOL'] === 'http2') http2();
else http1();
process.once('SIGTERM', () => process.exit(0));
