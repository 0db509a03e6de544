/**
 * The API of the connections of a WebSocket API, as far as its network goes, on the port of HTTPS: it hands requests on to the process that
 * started it.
 */
import { createServer } from 'node:http';

export interface ConnectionsRequest {
  readonly number: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly body: string;
}

export interface ConnectionsAnswer {
  readonly number: number;
  readonly status: number;
}

const waiting = new Map<number, (status: number) => void>();
let last = 0;

process.on('message', ({ number, status }: ConnectionsAnswer) => {
  waiting.get(number)?.(status);
  waiting.delete(number);
});
createServer((incoming, response) => {
  incoming.setEncoding('utf8');
  void incoming.toArray().then((chunks) => {
    const number = (last += 1);
    waiting.set(number, (status) => {
      response.writeHead(status);
      response.end();
    });
    const { method, url: path, headers } = incoming;
    process.send?.({ number, method, host: headers.host, path, body: (chunks as readonly string[]).join('') });
  });
}).listen(443, '0.0.0.0', () => process.send?.('listening'));
process.once('disconnect', () => process.exit(0));
