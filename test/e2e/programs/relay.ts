/**
 * A small HTTP application for call chains.
 *
 *   /call/<service>/<path>   calls that path of the service whose address is in the environment, with the trace
 *                            header passed on, and answers with what came back
 *   /say/<services>/<text>   the same for a gRPC call, through several services (`checkoutservice,cartservice`)
 *   /status/<code>           answers with that status
 *   /delay/<ms>              answers after that long
 *   /exit/<code>             ends the process with that code
 *   anything else            answers with the request as it arrived
 *
 * Every answer is JSON and names the host that gave it. SIGTERM ends it once the requests in flight are answered.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { hostname } from 'node:os';
import { Metadata } from '@grpc/grpc-js';
import { callee } from './callees';
import { echoClient, say } from './echo-grpc';

/** What a traced application passes on to those it calls, unless what instruments it does that. */
const PASSED_ON = process.env['PASSED_ON']?.split(',') ?? ['x-amzn-trace-id', 'x-request-id', 'content-type', 'accept'];

export interface RelayAnswer {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly called?: Called;
  readonly error?: string;
}

export interface Called {
  readonly status: number;
  readonly body: unknown;
}

async function call(incoming: IncomingMessage, service: string, path: string, body: string): Promise<Called> {
  const { host, port } = callee(service);
  const headers: Record<string, string> = { host: `${host}:${port}` };
  for (const name of PASSED_ON) {
    const value = incoming.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method: incoming.method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, body: json(text) });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A gRPC call; its failure becomes a failure of the request. */
async function sayTo(incoming: IncomingMessage, services: string, text: string): Promise<Called> {
  const [first = '', ...via] = services.split(',');
  const { host, port } = callee(first);
  const metadata = new Metadata();
  const trace = incoming.headers['x-amzn-trace-id'];
  if (typeof trace === 'string') metadata.set('x-amzn-trace-id', trace);
  const client = echoClient(`${host}:${port}`);
  try {
    return { status: 200, body: await say(client, { text, via }, metadata) };
  } finally {
    client.close();
  }
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
  incoming.setEncoding('utf8');
  const chunks = (await incoming.toArray()) as readonly string[];
  const body = chunks.join('');
  // The path as it came, without normalisation.
  const path = incoming.url ?? '/';
  const seen = { method: incoming.method, path, headers: incoming.headers, body };
  const [, action, argument = '', rest = '/'] = /^\/(call|say|status|delay|exit)\/([^/?]*)(.*)$/s.exec(path) ?? [];
  switch (action) {
    case 'call':
    case 'say':
      try {
        const called =
          action === 'call'
            ? await call(incoming, argument, rest, body)
            : await sayTo(incoming, argument, decodeURIComponent(rest.slice(1)));
        answer(response, called.status, { ...seen, called });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        answer(response, 502, { ...seen, error: code ?? message });
      }
      break;
    case 'status':
      answer(response, Number(argument), seen);
      break;
    case 'delay':
      setTimeout(() => {
        answer(response, 200, seen);
      }, Number(argument));
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
server.listen(Number(process.env['PORT'] ?? 8080), '0.0.0.0', () => {
  console.log('listening');
});
server.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
process.once('SIGTERM', () => {
  console.log('SIGTERM');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
