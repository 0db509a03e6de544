import type { Agent, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { Headers } from './http-messages';
import { asNode } from './http-messages';

/** A task of the gateway service. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

export interface SentTo {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The response of a task, of which only the headers have come. Rejects if there is none. */
export async function sendTo(agent: Agent, target: Target, sent: SentTo, signal: AbortSignal): Promise<IncomingMessage> {
  const { address, port } = target;
  const { method, path, headers, body } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: address,
      port,
      method,
      path,
      headers: { ...asNode(headers), host: `${address}:${port}`, ...lengthOf(method, body) },
      agent,
      signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => {
      // A connection that was kept has ended meanwhile.
      if (outgoing.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET' && !signal.aborted)
        sendTo(agent, target, sent, signal).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(body);
  });
}

function lengthOf(method: string, body: Buffer): Readonly<Record<string, string>> {
  return body.length === 0 && ['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method) ? {} : { 'content-length': String(body.length) };
}
