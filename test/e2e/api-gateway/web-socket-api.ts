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
import type { Cluster, HttpClient, HttpResponse, JsonObject, Template } from '../runner';
import { Fields } from '../runner';
import { API_HOST, CLIENT_ADDRESS, requestId } from '../../../programs/emulator/api-gateway/client-request';
import type { Wired } from '../../../programs/emulator/api-gateway/wiring';
import { edgeOf, Wiring } from '../../../programs/emulator/api-gateway/wiring';

const [API_ID = ''] = API_HOST.split('.');
const MAPPED_HEADER = 'integration.request.header.';

interface SocketRoute {
  readonly key: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly authorizationType: string;
  /** Where the authorizer looks, such as `route.request.querystring.token`. */
  readonly identitySource: readonly string[];
  readonly answered: boolean;
}

/** A WebSocket API, as a template declares it. */
interface SocketApi {
  readonly gateway: string;
  readonly securityGroups: readonly string[];
  readonly stage: string;
  readonly selection: string;
  /** The paths at which it is, by the names that clients can call. */
  readonly roots: ReadonlyMap<string, string>;
  readonly routes: ReadonlyMap<string, SocketRoute>;
}

function socketApi(template: Template, edge: string): SocketApi {
  const wiring = new Wiring(template);
  const api = wiring.all('ApiGatewayV2::Api').find((each) => each.properties['ProtocolType'] === 'WEBSOCKET' && edgeOf(each) === edge);
  const stage = api === undefined ? undefined : wiring.allOf('ApiGatewayV2::Stage', 'ApiId', api.id)[0];
  if (api === undefined || stage === undefined) throw new Error(`there is no WebSocket API of the edge "${edge}"`);
  const routes = wiring.allOf('ApiGatewayV2::Route', 'ApiId', api.id).map((route) => readRoute(wiring, api, route));
  const stageName = Fields.of(stage.properties, stage.id).text('StageName');
  const open = api.properties['DisableExecuteApiEndpoint'] !== true;
  const [balancer] = linked(wiring);
  if (balancer === undefined) throw new Error('there is no VPC link of version 1');
  const [listener] = wiring.allOf('ElasticLoadBalancingV2::Listener', 'LoadBalancerArn', balancer.id);
  const [action = {}] = (listener?.properties['DefaultActions'] ?? []) as readonly JsonObject[];
  const targets = wiring.behind({ id: balancer.id, properties: action }, 'TargetGroupArn');
  return {
    gateway: wiring.ecsService('LoadBalancers', 'TargetGroupArn', targets?.id ?? ''),
    securityGroups: wiring.securityGroups(balancer, 'SecurityGroups'),
    stage: stageName,
    selection: Fields.of(api.properties, api.id).text('RouteSelectionExpression'),
    roots: new Map([...wiring.domains(api.id), ...(open ? ([[API_HOST, `/${stageName}`]] as const) : [])]),
    routes: new Map(routes.map((route) => [route.key, route])),
  };
}

/** The load balancers behind VPC links of version 1. */
function linked(wiring: Wiring): readonly Wired[] {
  return wiring.all('ApiGateway::VpcLink').flatMap((link) => {
    const [arn] = (link.properties['TargetArns'] ?? []) as readonly unknown[];
    return wiring.behind({ id: link.id, properties: { arn } as JsonObject }, 'arn') ?? [];
  });
}

function readRoute(wiring: Wiring, api: Wired, route: Wired): SocketRoute {
  const fields = Fields.of(wiring.resolver.resolve(route.properties), route.id);
  const integration = wiring
    .allOf('ApiGatewayV2::Integration', 'ApiId', api.id)
    .find(({ id }) => JSON.stringify(route.properties['Target']).includes(`"Ref":"${id}"`));
  if (integration === undefined) throw new Error(`the route ${route.id} has no integration`);
  const { properties } = integration;
  const authorizer = wiring.behind(route, 'AuthorizerId');
  const uri = wiring.resolver.text(properties['IntegrationUri'] ?? '');
  return {
    key: fields.text('RouteKey'),
    path: uri.replace(/^http:\/\/.*:80(?=\/)/, ''),
    parameters: Object.fromEntries(
      Object.entries((properties['RequestParameters'] ?? {}) as JsonObject).map(([name, value]) => [
        name,
        wiring.resolver.text(value).replace(`https://${api.id}.execute-api.`, `https://${API_ID}.execute-api.`),
      ]),
    ),
    authorizationType: fields.optionalText('AuthorizationType') ?? 'NONE',
    identitySource: (authorizer?.properties['IdentitySource'] ?? []) as readonly string[],
    answered: fields.optionalText('RouteResponseSelectionExpression') === '$default',
  };
}

/** What a Lambda authorizer says of a token: the principal, or nothing if it denies. */
export type Decide = (token: string) => string | undefined;

interface Connection {
  readonly id: string;
  /** By which the client has called. */
  readonly host: string;
  readonly socket: WebSocket;
  readonly principal: string | undefined;
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
  private count = 0;

  private constructor(
    private readonly cluster: Cluster,
    private readonly api: SocketApi,
    readonly client: HttpClient,
    private readonly decide: Decide,
    private readonly connections: ChildProcess,
  ) {
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.track(this.connect(request, socket, head));
    });
    connections.on('message', (message: ConnectionsRequest) => {
      connections.send({ number: message.number, status: this.callback(message) });
    });
  }

  static async open(cluster: Cluster, edge: string, decide: Decide): Promise<WebSocketGateway> {
    const api = socketApi(cluster.template, edge);
    const client = await cluster.client({ name: 'web-socket-api', securityGroups: api.securityGroups });
    const endpoint = await cluster.vpc.joinInternet('connections', [API_HOST, ...api.roots.keys()]);
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
    const root = this.api.roots.get(host);
    if (root === undefined || url.pathname !== (root || '/')) {
      refuse(403);
      return;
    }
    const asked = route.authorizationType === 'CUSTOM';
    const tokens = route.identitySource.map((source) => identity(source, url, request));
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
    const connection = { id: `L0SM9cOFvHcCIhw=${this.count}`, host, principal };
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

  /**
   * $default takes what the selection expression finds no other route for:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
   */
  private async message(connection: Connection, body: string): Promise<void> {
    const route = this.api.routes.get(selected(this.api.selection, body) ?? '$default') ?? this.api.routes.get('$default');
    if (route === undefined || route.key === '$connect' || route.key === '$disconnect') return;
    const response = await this.send(route, connection, 'MESSAGE', body);
    if (route.answered) connection.socket.send(response.body);
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html */
  private async send(
    route: SocketRoute,
    { id, host, principal }: Pick<Connection, 'id' | 'host' | 'principal'>,
    eventType: string,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const context: Readonly<Record<string, string | undefined>> = {
      'context.identity.sourceIp': CLIENT_ADDRESS,
      'context.domainName': host,
      'context.stage': this.api.stage,
      'context.routeKey': route.key,
      'context.requestId': requestId(),
      'context.connectionId': id,
      'context.eventType': eventType,
      'context.authorizer.principalId': principal,
    };
    const mapped = Object.entries(route.parameters).map(([name, value]) => {
      const literal = /^'(.*)'$/.exec(value)?.[1] ?? context[value];
      if (literal === undefined) throw new Error(`the stand-in for a WebSocket API does not know ${value}`);
      return [name.replace(MAPPED_HEADER, ''), literal] as const;
    });
    const { address } = this.task();
    return this.client.send({
      url: `http://${address}:${GATEWAY_PORT}${route.path}`,
      method: 'POST',
      headers: { ...headers, ...Object.fromEntries(mapped) },
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
    const root = this.api.roots.get(host.replace(/:443$/, ''));
    const start = `${root ?? ''}/@connections/`;
    if (root === undefined || !path.startsWith(start)) return 403;
    const connection = this.open.get(decodeURIComponent(path.slice(start.length)));
    if (connection === undefined) return 410;
    if (method === 'DELETE') connection.socket.close();
    else connection.socket.send(body);
    return method === 'DELETE' ? 204 : 200;
  }
}

const HOP_BY_HOP: readonly string[] = ['connection', 'upgrade', 'host'];

function identity(source: string, url: URL, { headers }: IncomingMessage): string | undefined {
  const [, where, name = ''] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (where === 'querystring') return url.searchParams.get(name) ?? undefined;
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

function selected(expression: string, body: string): string | undefined {
  const parts = expression.replace('$request.body.', '').split('.');
  try {
    const found = parts.reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>>)[part], JSON.parse(body));
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}
