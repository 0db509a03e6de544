/**
 * The process behind `SteadyLoad`: makes a call every so often, whether those before are answered or not, and each only
 * once. What is not a success is counted as a failure, in words.
 */
import { Agent, request as httpRequest } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import { connect } from 'node:http2';
import type { ServiceError } from '@grpc/grpc-js';
import { credentials, Metadata } from '@grpc/grpc-js';
import type { EchoClient } from './echo-grpc';
import { loadEcho, say } from './echo-grpc';

export interface SteadyCalls {
  /** A gRPC client makes unary calls, numbered by their texts, that are answered after `delayMs`; the others ask for `path`. */
  readonly protocol: 'HTTP/1.1' | 'HTTP/2' | 'gRPC';
  /** `host:port` */
  readonly target: string;
  readonly perSecond: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
}

export interface SteadyReport {
  readonly succeeded: number;
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>;
}

export type SteadyOrder = { readonly kind: 'start'; readonly calls: SteadyCalls; readonly proto: string } | { readonly kind: 'stop' };
export type SteadyNews =
  | { readonly kind: 'progress'; readonly finished: number; /** How long the last call took. */ readonly milliseconds: number }
  | { readonly kind: 'end'; readonly report: SteadyReport };

const TIMEOUT_MS = 20_000;
const failures: Record<string, number> = {};
let [succeeded, finished] = [0, 0];
const pending = new Set<Promise<void>>();
let timer: NodeJS.Timeout | undefined;

function tell(news: SteadyNews): void {
  process.send?.(news);
}

function caller(calls: SteadyCalls, proto: string): () => Promise<void> {
  switch (calls.protocol) {
    case 'HTTP/1.1':
      return overHttp1(calls);
    case 'HTTP/2':
      return overHttp2(calls);
    case 'gRPC':
      return overGrpc(calls, proto);
  }
}

function overHttp1({ target, path = '/', headers = {} }: SteadyCalls): () => Promise<void> {
  const [host, port] = target.split(':');
  const agent = new Agent({ keepAlive: true });
  return async () =>
    new Promise((resolve, reject) => {
      const sent = httpRequest({ host, port: Number(port), path, headers, agent, timeout: TIMEOUT_MS }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.once('error', reject);
        response.once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`status ${response.statusCode ?? 0} ${body.slice(0, 100)}`));
        });
      });
      sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.once('error', reject);
      sent.end();
    });
}

function overHttp2({ target, path = '/', headers = {} }: SteadyCalls): () => Promise<void> {
  let session: ClientHttp2Session | undefined;
  const connected = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(`http://${target}`);
      // It fails the requests too, which are counted.
      session.on('error', () => undefined);
    }
    return session;
  };
  return async () =>
    new Promise((resolve, reject) => {
      const stream = connected().request({ ':path': path, ...headers });
      let [status, body] = [0, ''];
      stream.setEncoding('utf8');
      stream.setTimeout(TIMEOUT_MS, () => {
        stream.destroy(new Error('no answer in time'));
      });
      stream.once('response', (answer) => {
        status = Number(answer[':status']);
      });
      stream.on('data', (chunk: string) => (body += chunk));
      stream.once('error', reject);
      stream.once('close', () => {
        if (status === 200 && stream.rstCode === 0) resolve();
        else reject(new Error(`status ${status}, stream code ${stream.rstCode ?? 0} ${body.slice(0, 100)}`));
      });
      stream.end();
    });
}

function overGrpc({ target, delayMs = 0 }: SteadyCalls, proto: string): () => Promise<void> {
  process.env['PROTO'] = proto;
  const client = new (loadEcho())(target, credentials.createInsecure(), { 'grpc.enable_retries': 0 }) as unknown as EchoClient;
  let number = 0;
  return async () => {
    number += 1;
    await say(client, { text: `steady-${number}`, delay_ms: delayMs }, new Metadata());
  };
}

function count(error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException | ServiceError;
  const what = `${code === undefined ? '' : `${code} `}${message}`;
  failures[what] = (failures[what] ?? 0) + 1;
}

function start({ perSecond, ...calls }: SteadyCalls, proto: string): void {
  const call = caller({ perSecond, ...calls }, proto);
  timer = setInterval(() => {
    const since = performance.now();
    const made = call()
      .then(() => {
        succeeded += 1;
      }, count)
      .then(() => {
        finished += 1;
        pending.delete(made);
        tell({ kind: 'progress', finished, milliseconds: Math.round(performance.now() - since) });
      });
    pending.add(made);
  }, 1000 / perSecond);
}

async function stop(): Promise<void> {
  clearInterval(timer);
  await Promise.all(pending);
  tell({ kind: 'end', report: { succeeded, failures } });
}

process.on('message', (message) => {
  const order = message as SteadyOrder;
  if (order.kind === 'start') start(order.calls, order.proto);
  else void stop();
});
process.once('disconnect', () => process.exit(0));
