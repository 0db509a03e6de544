/**
 * A small HTTP application for call chains.
 *
 *   /call/<url>      calls the URL, with the trace header passed on, and answers with what came back
 *   /status/<code>   answers with that status
 *   /delay/<ms>      answers after that long
 *   /exit/<code>     ends the process with that code
 *   anything else    answers with the request as it arrived
 *
 * Every answer is JSON and names the host that gave it. SIGTERM ends it once the requests in flight are answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { hostname } from 'node:os';

/** What a traced application passes on to those it calls. */
const PASSED_ON = ['x-amzn-trace-id', 'x-request-id', 'content-type', 'accept'];

interface Called {
  readonly status: number;
  readonly body: unknown;
}

async function call(incoming: IncomingMessage, url: string, body: string): Promise<Called> {
  const [, host, port, path] = /^https?:\/\/([^/:]+)(?::(\d+))?(.*)$/.exec(url) ?? [];
  const headers: Record<string, string> = { host: port === undefined ? String(host) : `${host}:${port}` };
  for (const name of PASSED_ON) {
    const value = incoming.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return new Promise((resolve, reject) => {
    const sent = request({ host, port: port ?? 80, path: path === '' ? '/' : path, method: incoming.method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('end', () => { resolve({ status: response.statusCode ?? 0, body: json(text) }); });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function answer(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ host: hostname(), ...content }));
}

async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  incoming.setEncoding('utf8');
  for await (const chunk of incoming) body += String(chunk);
  // The path as it came, without normalisation.
  const path = incoming.url ?? '/';
  const seen = { method: incoming.method, path, headers: incoming.headers, body };
  const [, action, argument = ''] = /^\/(call|status|delay|exit)\/(.*)$/s.exec(path) ?? [];
  switch (action) {
    case 'call':
      try {
        const called = await call(incoming, argument, body);
        answer(response, called.status, { ...seen, called });
      } catch (error) {
        answer(response, 502, { ...seen, error: String((error as NodeJS.ErrnoException).code ?? error) });
      }
      break;
    case 'status':
      answer(response, Number(argument), seen);
      break;
    case 'delay':
      setTimeout(() => { answer(response, 200, seen); }, Number(argument));
      break;
    case 'exit':
      process.exit(Number(argument));
      break;
    default:
      answer(response, 200, seen);
  }
}

const server = createServer((incoming, response) => {
  console.log(JSON.stringify({ method: incoming.method, path: incoming.url, trace: incoming.headers['x-amzn-trace-id'] }));
  void handle(incoming, response);
});
server.listen(Number(process.env['PORT'] ?? 8080), '0.0.0.0', () => { console.log('listening'); });
server.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
process.once('SIGTERM', () => {
  console.log('SIGTERM');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
