import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpRequest } from 'node:http';
import type { Request } from '../../programs/simulator/simulate';
import { NUMBER_HEADER } from './echo';

export interface Answered {
  readonly status: number | undefined;
  readonly grpcStatus?: number;
  readonly answeredBy: string | undefined;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Sends a request over HTTP/1.1 as it is written; tells who answered, and how. */
export async function sendRaw(
  target: { readonly host: string; readonly port: number },
  number: string,
  { method = 'GET', path, headers = {}, bodyBytes = 0 }: Omit<Request, 'from'>,
): Promise<Answered> {
  return new Promise((resolve) => {
    const all: OutgoingHttpHeaders = {
      ...headers,
      [NUMBER_HEADER]: number,
      ...(bodyBytes === 0 ? {} : { 'content-length': String(bodyBytes) }),
    };
    const sent = httpRequest({ ...target, method, path, headers: all, agent, setHost: false });
    sent.once('error', () => {
      resolve({ status: undefined, answeredBy: undefined });
    });
    sent.once('response', (response) => {
      response.resume();
      response.once('end', () => {
        const grpc = response.headers['grpc-status'];
        const by = response.headers['x-application'];
        resolve({
          status: response.statusCode,
          ...(grpc === undefined ? {} : { grpcStatus: Number(grpc) }),
          answeredBy: typeof by === 'string' ? by : undefined,
        });
      });
    });
    sent.end('x'.repeat(bodyBytes));
  });
}
