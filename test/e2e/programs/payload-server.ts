/**
 * An HTTP application whose answers are what the query asks for:
 *
 *   bytes=<count>            length of the body, which is lines of JSON; 5000 by default
 *   type=<content type>      `none` for none; application/json by default
 *   status=<code>            200 by default
 *   coding=gzip              the body is compressed by the application
 *   chunked=1                the answer does not tell its length
 *   drip=<count>/<ms>        that many lines instead, one after each pause
 *   <name>:<value>           any other parameter is a header
 *
 * It tells what it got: headers in `x-got`, as JSON, and the length of the body in `x-got-bytes`. SIGTERM ends it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

function lines(bytes: number): string {
  let text = '';
  for (let id = 0; text.length < bytes; id += 1)
    text += `${JSON.stringify({ id, name: `item ${(id * 7919) % 1000}`, price: (id * 31) % 997 })}\n`;
  return text.slice(0, bytes);
}

function drip(response: ServerResponse, count: number, ms: number): void {
  let sent = 0;
  const next = (): void => {
    sent += 1;
    response.write(`line ${sent}\n\n`);
    if (sent < count) timer = setTimeout(next, ms);
    else response.end();
  };
  let timer = setTimeout(next, 0);
  response.once('close', () => {
    clearTimeout(timer);
  });
}

function answer({ url = '/', headers }: IncomingMessage, response: ServerResponse, received: number): void {
  const { bytes, type, status, coding, chunked, drip: dripping, ...own } = Object.fromEntries(new URL(url, 'http://payload').searchParams);
  const text = lines(Number(bytes ?? 5000));
  const body = coding === 'gzip' ? gzipSync(text) : Buffer.from(text);
  const code = Number(status ?? 200);
  const empty = code === 204 || code === 304;
  response.writeHead(code, {
    'x-got': JSON.stringify(headers),
    'x-got-bytes': String(received),
    ...(type === 'none' ? {} : { 'content-type': type ?? 'application/json' }),
    ...(coding === undefined ? {} : { 'content-encoding': coding }),
    ...(chunked === undefined && dripping === undefined && !empty ? { 'content-length': body.length } : {}),
    ...own,
  });
  const [, count, ms] = /^(\d+)\/(\d+)$/.exec(dripping ?? '') ?? [];
  if (count !== undefined) drip(response, Number(count), Number(ms));
  else response.end(empty ? undefined : body);
}

const server = createServer((request, response) => {
  let received = 0;
  request.on('data', (chunk: Buffer) => (received += chunk.length));
  request.once('end', () => {
    answer(request, response, received);
  });
});
server.listen(Number(process.env['PORT'] ?? 8080), '0.0.0.0', () => {
  console.log('listening');
});
process.once('SIGTERM', () => process.exit(0));
