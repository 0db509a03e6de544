import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import type { ConnectionsRequest } from '../programs/connections-server';
import { program } from '../programs';
import type { Cluster, HttpClient, HttpResponse } from '../runner';
import type { IdentitySource } from '../../../programs/emulator/api-gateway/authorizers';
import { API_HOST, CLIENT_ADDRESS } from '../../../programs/emulator/api-gateway/client-request';
import type { SocketApi, SocketClient, SocketEvent, SocketRoute } from '../../../programs/emulator/api-gateway/web-socket-api';
import { connectionIn, routeOfMessage, socketApi, socketHeaders } from '../../../programs/emulator/api-gateway/web-socket-api';

/** The API's own name stands in the place of the one that CloudFormation would give it. */
const told = (url: string): string => url.replace(/^https:\/\/[^/]+\.execute-api\.[^/]+/, `https://${API_HOST}`);

/** The paths at which an API is, by the names that clients can call. */
function rootsOf({ domains, open, stage }: SocketApi): ReadonlyMap<string, string> {
  return new Map([...domains, ...(open ? ([[API_HOST, `/${stage}`]] as const) : [])]);
}

/** What a Lambda authorizer says of a token: the principal, or nothing if it denies. */
export type Decide = (token: string) => string | undefined;

interface Connection extends SocketClient {
  readonly socket: WebSocket;
}

/**
 * Stands in for a WebSocket API of API Gateway: it opens WebSockets, and sends what comes on them to the gateway service, as the template
 * says, in the security group of its load balancer.
 */
export class WebSocketGateway {
  private readonly server = createServer();
  private readonly sockets = new WebSocketServer({ noServer: true });
  private readonly open = new Map<string, Connection>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly roots: ReadonlyMap<string, string>;
  private count = 0;

  private constructor(
    private readonly cluster: Cluster,
    private readonly api: SocketApi,
    readonly client: HttpClient,
    private readonly decide: Decide,
    private readonly connections: ChildProcess,
  ) {
    this.roots = rootsOf(api);
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.track(this.connect(request, socket, head));
    });
    connections.on('message', (message: ConnectionsRequest) => {
      connections.send({ number: message.number, status: this.callback(message) });
    });
  }

  static async open(cluster: Cluster, edge: string, decide: Decide): Promise<WebSocketGateway> {
    const api = socketApi(cluster.template, edge, told);
    if (api === undefined) throw new Error(`there is no WebSocket API of the edge "${edge}"`);
    const client = await cluster.client({ name: 'web-socket-api', securityGroups: api.securityGroups });
    const endpoint = await cluster.vpc.joinInternet('connections', [API_HOST, ...rootsOf(api).keys()]);
    const connections = endpoint.fork(program('connections-server'));
    await once(connections, 'message');
    const gateway = new WebSocketGateway(cluster, api, client, decide, connections);
    gateway.server.listen(0, '127.0.0.1');
    await once(gateway.server, 'listening');
    cluster.endBefore(async () => gateway.close());
    return gateway;
  }

  /** Without a path; a client names the host of the API or of its domain. */
  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async close(): Promise<void> {
    const ended = [...this.open.values()].map(async ({ socket }) => {
      socket.terminate();
      await once(socket, 'close');
    });
    await Promise.all(ended);
    await Promise.all(this.pending);
    this.connections.kill('SIGKILL');
    this.server.close();
    await once(this.server, 'close');
  }

  /**
   * "Until execution of the integration associated with the $connect route is completed, the upgrade request is pending and the actual
   * connection will not be established. If the $connect request fails (e.g., due to AuthN/AuthZ failure or an integration failure), the
   * connection will not be made." "If authorization fails on $connect, … the client will receive a 401 or 403 response":
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
   */
  private async connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refuse = (status: number): void => {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    const route = this.api.routes.get('$connect');
    if (route === undefined) throw new Error('the API has no $connect');
    const url = new URL(request.url ?? '/', 'ws://api');
    const { host = '' } = request.headers;
    const root = this.roots.get(host);
    if (root === undefined || url.pathname !== (root || '/')) {
      refuse(403);
      return;
    }
    const { type, authorizer } = route.demand;
    const asked = type === 'CUSTOM';
    const sources = this.api.authorizers.find(({ id }) => id === authorizer)?.sources ?? [];
    const tokens = sources.map((source) => identity(source, url, request));
    // As for REST APIs, a request without an identity source is refused, and the function is not asked:
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    if (asked && tokens.some((token) => token === undefined)) {
      refuse(401);
      return;
    }
    const principal = asked ? this.decide(tokens[0] ?? '') : undefined;
    if (asked && principal === undefined) {
      refuse(403);
      return;
    }
    this.count += 1;
    const connection: SocketClient = {
      id: `L0SM9cOFvHcCIhw=${this.count}`,
      domainName: host,
      address: CLIENT_ADDRESS,
      context: principal === undefined ? {} : { 'authorizer.principalId': principal },
    };
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name, value]) => typeof value === 'string' && !HOP_BY_HOP.includes(name)),
    ) as Readonly<Record<string, string>>;
    const response = await this.send(route, connection, 'CONNECT', '', headers);
    if (response.status < 200 || response.status > 299) {
      refuse(response.status);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (opened) => {
      this.keep({ ...connection, socket: opened });
    });
  }

  /** What is under way ends before the client that sends it does. */
  private track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
  }

  private keep(connection: Connection): void {
    const { id, socket } = connection;
    this.open.set(id, connection);
    socket.on('message', (data) => {
      this.track(this.message(connection, (data as Buffer).toString()));
    });
    socket.once('close', () => {
      this.open.delete(id);
      const route = this.api.routes.get('$disconnect');
      if (route !== undefined) this.track(this.send(route, connection, 'DISCONNECT', ''));
    });
  }

  private async message(connection: Connection, body: string): Promise<void> {
    const route = routeOfMessage(this.api, body);
    if (route === undefined) return;
    const response = await this.send(route, connection, 'MESSAGE', body);
    if (route.answered) connection.socket.send(response.body);
  }

  private async send(
    route: SocketRoute,
    connection: SocketClient,
    type: SocketEvent['type'],
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const { address } = this.task();
    return this.client.send({
      url: `http://${address}:${GATEWAY_PORT}${route.path}`,
      method: 'POST',
      headers: { ...headers, ...socketHeaders(this.api, route, { type, connection }) },
      body,
    });
  }

  private task(): { readonly address: string } {
    const { registries } = this.cluster.service(this.api.gateway);
    const [task] = registries.flatMap(({ discovery }) => this.cluster.cloudMap.discoverable(discovery));
    if (task === undefined) throw new Error('the gateway service has no healthy task');
    return task;
  }

  /**
   * POST sends a message to a connection, DELETE closes it:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
   * By a domain the path has no stage, and a name that is switched off is so for this, too: https://github.com/aws/aws-sdk-net/issues/1860
   */
  private callback({ method, host, path, body }: ConnectionsRequest): number {
    const root = this.roots.get(host.replace(/:443$/, ''));
    const id = root === undefined ? undefined : connectionIn(path, root);
    if (id === undefined) return 403;
    const connection = this.open.get(id);
    if (connection === undefined) return 410;
    if (method === 'DELETE') connection.socket.close();
    else connection.socket.send(body);
    return method === 'DELETE' ? 204 : 200;
  }
}

const HOP_BY_HOP: readonly string[] = ['connection', 'upgrade', 'host'];

function identity({ place, name }: IdentitySource, url: URL, { headers }: IncomingMessage): string | undefined {
  if (place === 'querystring') return url.searchParams.get(name) ?? undefined;
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}
