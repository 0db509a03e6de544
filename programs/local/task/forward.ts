import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as send } from 'node:http';

export interface ForwardOptions {
  readonly host: string;
  readonly port: number;
  /** In place of the path and query of the request. */
  readonly path?: string;
  /** Beside those of the request, in place of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Passes a request on, and its answer back, as they arrive. */
export function forward(request: IncomingMessage, response: ServerResponse, { host, port, path, headers }: ForwardOptions): void {
  const onward = send(
    { host, port, method: request.method, path: path ?? request.url, headers: { ...request.headers, ...headers } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  onward.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'content-type': 'text/plain' }).end(`${host}:${port} does not answer: ${error.message}\n`);
  });
  // Who has gone needs no answer.
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
