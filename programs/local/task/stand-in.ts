import type { Server } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { createServer as createHttp2Server } from 'node:http2';
import { setTimeout } from 'node:timers/promises';
import type { StandInAnswer, StandInSettings } from '../local-system';

interface Asked {
  readonly method: string;
  /** With the query. */
  readonly path: string;
}

/** Servers in place of an application, as the settings of a task say at the moment. */
export class StandIns {
  private readonly open = new Map<string, Server>();

  /** @param log told of what cannot be opened */
  constructor(
    private readonly task: string,
    private readonly log: (line: string) => void,
  ) {}

  set(wanted: readonly StandInSettings[]): void {
    const all = new Map(wanted.map((each) => [JSON.stringify(each), each]));
    for (const [key, server] of this.open) {
      if (all.has(key)) continue;
      this.open.delete(key);
      server.close();
    }
    for (const [key, settings] of all) {
      if (this.open.has(key)) continue;
      const server = standIn(settings, this.task);
      server.on('error', (error) => {
        this.log(`nobody can stand in for the application at port ${settings.port}: ${error.message}`);
      });
      this.open.set(key, server.listen(settings.port));
    }
  }
}

function standIn({ protocol, answers }: StandInSettings, task: string): Server {
  switch (protocol) {
    case 'tcp':
      // What it gets is read, and answered by nothing.
      return createTcpServer((socket) => socket.on('error', () => undefined).resume());
    case 'http':
      return createServer((request, response) => {
        const asked = { method: request.method ?? 'GET', path: request.url ?? '/' };
        request.resume();
        void answerTo(asked, answers, task).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
      });
    case 'http2':
    case 'grpc': {
      const server = createHttp2Server();
      server.on('stream', (stream, headers) => {
        stream.on('error', () => undefined);
        stream.resume();
        const asked = { method: headers[':method'] ?? 'GET', path: headers[':path'] ?? '/' };
        void (protocol === 'grpc' ? answerGrpc(stream, asked, answers) : answerHttp2(stream, asked, answers, task));
      });
      return server;
    }
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function answerTo(asked: Asked, answers: readonly StandInAnswer[], task: string): Promise<Answer> {
  const told = answers.find((answer) => fits(answer, asked)) ?? {};
  const { status = 200, headers = {}, body = { standIn: task, ...asked }, delayMs = 0 } = told;
  if (delayMs > 0) await setTimeout(delayMs);
  return typeof body === 'string'
    ? { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body }
    : { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

async function answerHttp2(stream: ServerHttp2Stream, asked: Asked, answers: readonly StandInAnswer[], task: string): Promise<void> {
  const { status, headers, body } = await answerTo(asked, answers, task);
  if (stream.destroyed) return;
  stream.respond({ ':status': status, ...headers });
  stream.end(body);
}

/** A status of gRPC alone: messages have a form that only their `.proto` file tells. https://grpc.io/docs/guides/status-codes/ */
async function answerGrpc(stream: ServerHttp2Stream, asked: Asked, answers: readonly StandInAnswer[]): Promise<void> {
  const { status, headers = {}, delayMs = 0 } = answers.find((answer) => fits(answer, asked)) ?? {};
  if (delayMs > 0) await setTimeout(delayMs);
  if (stream.destroyed) return;
  if (status !== undefined && status !== 200) {
    stream.respond({ ':status': status, ...headers }, { endStream: true });
    return;
  }
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12', 'grpc-message': 'a stand-in has no messages', ...headers },
    { endStream: true },
  );
}

/** @returns whether an answer is for a request */
export function fits({ method, path }: StandInAnswer, asked: Asked): boolean {
  if (method !== undefined && method.toUpperCase() !== asked.method.toUpperCase()) return false;
  if (path === undefined) return true;
  const [without = ''] = asked.path.split('?');
  return path.endsWith('*') ? without.startsWith(path.slice(0, -1)) : without === path;
}
