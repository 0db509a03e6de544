import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { requestId } from '../../emulator/api-gateway/client-request';
import type { Granted } from '../../emulator/api-gateway/authorization';
import type { Refused } from '../../emulator/api-gateway/gateway-response';
import type { Meter } from '../../emulator/api-gateway/limits';
import { message } from '../../emulator/api-gateway/model';
import type { SocketApi, SocketClient, SocketEvent, SocketRoute } from '../../emulator/api-gateway/web-socket-api';
import { rootOf, routeOfMessage, socketHeaders } from '../../emulator/api-gateway/web-socket-api';
import { access } from './access';
import type { Headers } from './http-messages';
import { bodyOf, calledBy, callerOf, passedOn } from './http-messages';
import type { LocalIssuer } from './local-issuer';
import type { Target } from './send-to';
import { sendTo } from './send-to';
import type { LocalCredentials } from './signed-requests';
import { signatureOf } from './signed-requests';
import type { Manages } from './connections-api';
import { serveConnections } from './connections-api';
import { LONGEST_MESSAGE, SocketConnections } from './socket-connections';

export interface SocketWorld {
  readonly api: () => SocketApi;
  readonly issuer: LocalIssuer;
  readonly credentials: () => LocalCredentials;
  /** A healthy task of the gateway service; undefined: there is none. */
  readonly target: () => Target | undefined;
  readonly meter: Meter;
  /** Who may send messages to connections. */
  readonly manages: Manages;
  /** Told of what should not happen. */
  readonly failed: (error: unknown) => void;
}

interface Response {
  readonly status: number;
  readonly body: string;
  /** Which of the protocols that the client offers, the service takes. */
  readonly protocol?: string;
}

/** An edge that is a WebSocket API of API Gateway. */
export class SocketEdge {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly connections = new SocketConnections();
  private readonly protocols = new WeakMap<IncomingMessage, string>();
  private readonly server = new WebSocketServer({
    noServer: true,
    // Of a longer one, the connection is closed with 1009.
    maxPayload: LONGEST_MESSAGE,
    handleProtocols: (_, request) => this.protocols.get(request) ?? false,
  });
  private closed = false;

  constructor(
    private readonly world: SocketWorld,
    private readonly port: number,
  ) {}

  /** Requests that open no WebSocket: those for connections that there are. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request, 2 * LONGEST_MESSAGE);
    await serveConnections(this.connections, this.world, { request, body, response });
  }

  /**
   * "Until execution of the integration associated with the $connect route is completed, the upgrade request is pending and the actual
   * connection will not be established. If the $connect request fails (e.g., due to AuthN/AuthZ failure or an integration failure), the
   * connection will not be made.":
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
   */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // One that goes meanwhile is none.
    socket.on('error', () => socket.destroy());
    const api = this.world.api();
    const { called, domain } = calledBy(request, api, this.port);
    const { pathname } = new URL(request.url ?? '/', 'ws://edge');
    const route = api.routes.get('$connect');
    if (route === undefined || pathname.replace(/\/$/, '') !== rootOf(api, domain).replace(/\/$/, '')) {
      refuse(socket, message(403, 'Forbidden'));
      return;
    }
    const granted = await this.granted(api, route, request);
    if ('status' in granted) {
      refuse(socket, { ...message(granted.status, granted.body), headers: granted.headers });
      return;
    }
    if (!this.passes(api, route)) {
      refuse(socket, message(429, 'Too Many Requests'));
      return;
    }
    const id = `${randomBytes(11).toString('base64url')}=`;
    const client = { id, domainName: domain ?? called, address: callerOf(request), context: granted.context };
    const sent = passedOn(request, ['host', 'content-length', 'expect']);
    const { status, body, protocol } = await this.send(api, route, { type: 'CONNECT', connection: client }, Buffer.alloc(0), sent);
    if (status < 200 || status > 299) {
      refuse(socket, { status, body });
      return;
    }
    if (this.closed || socket.destroyed) {
      socket.destroy();
      return;
    }
    if (protocol !== undefined) this.protocols.set(request, protocol);
    this.server.handleUpgrade(request, socket, head, (opened) => {
      this.connections.add(client, request.headers['user-agent'] ?? '', opened, {
        message: (data) => {
          this.message(client, data).catch(this.world.failed);
        },
        ended: () => {
          this.ended(client).catch(this.world.failed);
        },
      });
    });
  }

  close(): void {
    this.closed = true;
    this.connections.close();
    this.agent.destroy();
  }

  private async granted(api: SocketApi, route: SocketRoute, request: IncomingMessage): Promise<Granted | Refused> {
    if (route.demand.type === 'NONE') return { context: {} };
    const credentials = this.world.credentials();
    const { url: path = '/', headers } = request;
    const sent = { path, method: 'GET', headers: { ...passedOn(request), host: headers.host ?? '' } };
    const signature = await signatureOf(sent, Buffer.alloc(0), credentials);
    const authorize = access({ kind: 'web-socket', authorizers: api.authorizers }, this.world.issuer, { signature, credentials });
    return authorize(route, sent);
  }

  private async message(connection: SocketClient, data: Buffer): Promise<void> {
    const api = this.world.api();
    const route = routeOfMessage(api, data.toString());
    const tell = (text: string): void => {
      this.connections.send(connection.id, JSON.stringify({ message: text, connectionId: connection.id, requestId: requestId() }));
    };
    // As has been seen: https://github.com/aws-samples/simple-websockets-chat-app/issues/24
    if (route === undefined) tell('Forbidden');
    else if (!this.passes(api, route)) tell('Too Many Requests');
    else {
      const response = await this.send(api, route, { type: 'MESSAGE', connection }, data);
      if (response === NO_RESPONSE) tell('Internal server error');
      else if (response === LATE) tell('Endpoint request timed out');
      else if (route.answered) this.connections.send(connection.id, response.body);
    }
  }

  private async ended(connection: SocketClient): Promise<void> {
    const api = this.world.api();
    const route = api.routes.get('$disconnect');
    if (route !== undefined && !this.closed) await this.send(api, route, { type: 'DISCONNECT', connection }, Buffer.alloc(0));
  }

  private passes({ id }: SocketApi, { key, throttle }: SocketRoute): boolean {
    return throttle === undefined || this.world.meter.passes(`${id} ${key}`, throttle);
  }

  private async send(api: SocketApi, route: SocketRoute, event: SocketEvent, body: Buffer, headers: Headers = {}): Promise<Response> {
    const target = this.world.target();
    if (target === undefined) return NO_RESPONSE;
    const mapped = socketHeaders(api, route, event);
    const kept = Object.entries(headers).filter(([name]) => !(name.toLowerCase() in mapped));
    const signal = AbortSignal.timeout(route.timeoutMs);
    try {
      const sent = { method: 'POST', path: route.path, headers: { ...Object.fromEntries(kept), ...mapped }, body };
      const arrived = await sendTo(this.agent, target, sent, signal);
      const content = await bodyOf(arrived, LONGEST_MESSAGE);
      if (content === 'too long') {
        arrived.destroy();
        return NO_RESPONSE;
      }
      const protocol = arrived.headers['sec-websocket-protocol'];
      return { status: arrived.statusCode ?? 500, body: content.toString(), ...(protocol !== undefined && { protocol }) };
    } catch {
      return signal.aborted ? LATE : NO_RESPONSE;
    }
  }
}

const NO_RESPONSE: Response = message(500, 'Internal server error');
const LATE: Response = message(504, 'Endpoint request timed out');

/** Of a client that gets no connection. */
function refuse(socket: Duplex, { status, headers = {}, body }: Response & { readonly headers?: Refused['headers'] }): void {
  const all = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
