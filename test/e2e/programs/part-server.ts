/**
 * An HTTP application whose answers are parts of others:
 *
 *   /value?json=<JSON>     answers with that JSON
 *   /echo/<anything>       answers with the request as it arrived
 *   /cart/<id>?items=<n>   answers with a cart of so many items: { id, items: [{ id: 1 }, …] }
 *   /delay/<ms>            answers with the time after that long; so does any path with ?delay=<ms>
 *   /status/<code>         answers with that status and { code, secret: false }
 *   /hang                  never answers
 *   /reset                 ends the connection with no answer
 *   /cut                   says that the answer is longer than it is, and ends the connection
 *   /broken                answers with what is no JSON
 *   /text                  answers with text
 *   /huge/<MiB>            answers with JSON that is so large
 *   /endless               never ends its answer
 *
 * Every answer has headers that a client of the edge must not get by a part. SIGTERM ends it once the requests in flight are answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { hostname } from 'node:os';

const OWN_HEADERS = {
  'set-cookie': 'session=secret',
  'x-internal': 'secret',
  'x-aggregate-complete': 'true',
  'cache-control': 'max-age=3600',
};
const CHUNK = Buffer.from(`"${'x'.repeat(65_533)}",`);

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', ...OWN_HEADERS }).end(JSON.stringify(value));
}

function stream(response: ServerResponse, chunks: number): void {
  response.writeHead(200, { 'content-type': 'application/json', ...OWN_HEADERS });
  response.write('[');
  let left = chunks;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(CHUNK)) {
        response.once('drain', more);
        return;
      }
    }
    if (!response.destroyed) response.end('0]');
  };
  more();
}

function answer(incoming: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://parts');
  const [what = '', argument = ''] = pathname.split('/').slice(1);
  switch (what) {
    case 'value':
      json(response, JSON.parse(searchParams.get('json') ?? 'null'));
      return;
    case 'cart': {
      const items = Array.from({ length: Number(searchParams.get('items') ?? 3) }, (_, index) => ({ id: index + 1 }));
      json(response, { id: decodeURIComponent(argument), items });
      return;
    }
    case 'delay':
      json(response, { at: Date.now() });
      return;
    case 'status':
      json(response, { code: Number(argument), secret: false }, Number(argument));
      return;
    case 'hang':
      return;
    case 'reset':
      incoming.socket.destroy();
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"half":', () => incoming.socket.destroy());
      return;
    case 'broken':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"broken": tru');
      return;
    case 'text':
      response.writeHead(200, { 'content-type': 'text/plain' }).end('no JSON');
      return;
    case 'huge':
      stream(response, Number(argument) * 16);
      return;
    case 'endless':
      stream(response, Infinity);
      return;
    default:
      json(response, { host: hostname(), method: incoming.method, path: incoming.url, headers: incoming.headers });
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://parts');
  const delay = Number(url.searchParams.get('delay') ?? /^\/delay\/(\d+)/.exec(url.pathname)?.[1] ?? 0);
  request.resume();
  request.once('end', () => {
    if (delay > 0) setTimeout(answer, delay, request, response);
    else answer(request, response);
  });
});
server.listen(Number(process.env['PORT'] ?? 8080), '0.0.0.0');
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
