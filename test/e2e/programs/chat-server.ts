/**
 * A service behind a WebSocket API. It remembers the events that it got, as JSON at `/events`; refuses to let in who calls himself
 * `banned`; answers the message `echo`; and sends what is said in `say` to the connection that said it, by the URL that the event names.
 */
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:http';

export interface ChatEvent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the callback was answered with. */
  readonly sent?: number | string;
}

/** Nobody verifies it: who calls is known by the address. */
const authorization = 'AWS4-HMAC-SHA256';
const events: ChatEvent[] = [];
const [port = '8080'] = process.argv.slice(2);

createServer((incoming, response) => {
  void take(incoming).then(({ status, body }) => {
    response.writeHead(status);
    response.end(body);
  });
}).listen(Number(port));

async function take(incoming: IncomingMessage): Promise<{ readonly status: number; readonly body: string }> {
  incoming.setEncoding('utf8');
  const body = ((await incoming.toArray()) as readonly string[]).join('');
  const { url: path = '', method = '' } = incoming;
  if (path === '/events') return { status: 200, body: JSON.stringify(events) };
  const headers = incoming.headers as Readonly<Record<string, string>>;
  const sent = path === '/say' ? await send(headers, body) : undefined;
  events.push({ method, path, headers, body, ...(sent === undefined ? {} : { sent }) });
  const refused = path === '/websocket/connect' && headers['x-user-name'] === 'banned';
  return { status: refused ? 403 : 200, body: path === '/websocket/message/echo' ? `echo of ${body}` : 'nothing' };
}

/**
 * To the port of HTTPS, the only way out that security groups leave, but without TLS, which the stand-in for AWS does not speak; in a local
 * system, to that of the URL.
 */
async function send(headers: Readonly<Record<string, string>>, body: string): Promise<number | string> {
  const { 'x-websocket-callback-url': url = '', 'x-websocket-connection-id': id = '' } = headers;
  const { hostname: host, port: own, pathname } = new URL(`${url}/@connections/${encodeURIComponent(id)}`);
  return new Promise((resolve) => {
    const sent = request(
      { host, port: own === '' ? 443 : Number(own), path: pathname, method: 'POST', headers: { authorization } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.once('error', (error) => {
      resolve(error.message);
    });
    sent.end(body);
  });
}
