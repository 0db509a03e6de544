import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import { apiOf } from '../../emulator/api-gateway/api';
import { Meter } from '../../emulator/api-gateway/limits';
import type { Api } from '../../emulator/api-gateway/model';
import type { AuthorizerModel } from '../../emulator/api-gateway/authorizers';
import type { Instance } from '../../emulator/aws/cloud-map';
import type { EdgeListenerModel } from '../../emulator/load-balancer/listener';
import { listenerOf } from '../../emulator/load-balancer/listener';
import type { Principal } from '../../emulator/aws/principal';
import { contextOf } from '../../emulator/aws/principal';
import { allows } from '../../emulator/aws/policy';
import type { SocketApi } from '../../emulator/api-gateway/web-socket-api';
import { rootOf, socketApi } from '../../emulator/api-gateway/web-socket-api';
import type { KnownValues } from '../../emulator/template/intrinsics';
import type { Template } from '../../emulator/template/template';
import type { LocalEdge } from '../local-system';
import { AWS_HOST } from '../local-system';
import type { Log } from '../log';
import { messageOf } from '../log';
import type { Guarded } from './access';
import { ApiEdge } from './api-edge';
import { BalancerEdge, listenerAuthorizers } from './balancer-edge';
import type { ManagementCall } from './connections-api';
import { LocalIssuer } from './local-issuer';
import type { Target } from './send-to';
import type { LocalCredentials } from './signed-requests';
import { localCredentials } from './signed-requests';
import { SocketEdge } from './socket-edge';
import type { MadeToken } from './token-request';
import { BadRequest, makeToken, readTokenRequest } from './token-request';

/** What edges know of the system behind them. */
export interface Behind {
  /** What is deployed. */
  readonly template: Template;
  /** What `Ref` and `Fn::GetAtt` say of its resources. */
  readonly values: KnownValues;
  readonly region: string;
  readonly account: string;
  /** The healthy tasks of an ECS service, by its logical ID. */
  readonly tasksOf: (service: string) => readonly Instance[];
  /** Who the task at an address is; undefined: there is none. */
  readonly taskAt: (address: string) => Principal | undefined;
}

/** As `GET /status` has it. */
export interface EdgeStatus {
  readonly name: string;
  readonly port: number;
  /** What paths of routes stand behind. */
  readonly url: string;
  /** Why it answers 501. */
  readonly notEmulated?: string;
  readonly kind?: Guarded['kind'] | 'load-balancer';
  /** Names of those for which `POST /tokens` makes tokens. */
  readonly authorizers?: readonly { readonly name: string; readonly kind: string }[];
  /** Values for the header `x-api-key`, by the names of their usage plans. */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** With which requests to routes that ask for AWS credentials are signed. */
  readonly credentials?: LocalCredentials;
  /** Why it does not listen. */
  readonly error?: string;
}

interface OpenEdge {
  readonly edge: LocalEdge;
  readonly server: Server;
  readonly emulated: ApiEdge;
  readonly balancing: BalancerEdge;
  readonly sockets: SocketEdge;
  api: Api | undefined;
  /** Where it is a load balancer. */
  listener: EdgeListenerModel | undefined;
  /** Where it is a WebSocket API. */
  socketApi: SocketApi | undefined;
  /** Why there is none of them. */
  missing: string;
  error: string | undefined;
}

/** "Total combined size of request line and header values: 10240 bytes": limits of API Gateway. */
const MOST_HEADER_BYTES = 10_240;

/** The edges of a system, each on a port of its own. */
export class Edges {
  readonly issuer = new LocalIssuer();
  private readonly meter = new Meter(() => Date.now());
  private readonly open = new Map<string, OpenEdge>();
  private behind: Behind | undefined;
  private local: LocalCredentials | undefined;

  /** @param address on which edges listen; undefined: on every one */
  constructor(
    private readonly address: string | undefined,
    private readonly log: Log,
  ) {}

  /** Takes what is deployed for what there is. Edges whose ports stay go on with the connections that they have. */
  async adopt(edges: readonly LocalEdge[], behind: Behind): Promise<void> {
    this.behind = behind;
    const { template, values } = behind;
    if (this.local?.region !== behind.region) this.local = localCredentials(behind.region, behind.account);
    const stays = ({ name, port }: LocalEdge): boolean => edges.some((each) => each.name === name && each.port === port);
    await Promise.all([...this.open.values()].filter(({ edge }) => !stays(edge)).map(async (each) => this.shut(each)));
    for (const edge of edges) {
      const open = this.open.get(edge.name) ?? (await this.begin(edge));
      open.api = undefined;
      open.listener = undefined;
      open.socketApi = undefined;
      try {
        open.listener = listenerOf(template, edge.name, values);
        // Services find this container by its name.
        const told = (url: string): string => `http://${AWS_HOST}:${edge.port}${new URL(url).pathname}`;
        if (open.listener === undefined) open.socketApi = socketApi(template, edge.name, told, values);
        if (open.listener === undefined && open.socketApi === undefined)
          open.api = apiOf(template, {}, edge.name, { meter: this.meter, values });
      } catch (error) {
        open.missing = messageOf(error);
        this.log(`edge ${edge.name}: ${notEmulated(edge.name)} (${open.missing})`);
      }
      this.takeUpgrades(open);
    }
  }

  get status(): readonly EdgeStatus[] {
    return [...this.open.values()].map((open): EdgeStatus => {
      const {
        edge: { name, port },
        api,
        listener,
        socketApi: sockets,
        error,
      } = open;
      const authorizers = authorizersOf(open).map((each) => ({ name: each.name, kind: each.kind }));
      const common = { name, port, url: `http://localhost:${port}`, ...(error !== undefined && { error }) };
      if (listener !== undefined) return { ...common, kind: 'load-balancer', authorizers };
      const { local: credentials } = this;
      if (sockets !== undefined) {
        const [domain] = sockets.open ? [] : sockets.domains.keys();
        const url = `ws://localhost:${port}${rootOf(sockets, domain)}`;
        // By which messages are sent to connections, too.
        return { ...common, url, kind: 'web-socket', authorizers, ...(credentials !== undefined && { credentials }) };
      }
      if (api === undefined) return { ...common, notEmulated: notEmulated(name) };
      const [base = ''] = api.domains.values();
      const isSigned = api.routes.some(({ demand }) => demand.type === 'AWS_IAM');
      return {
        ...common,
        url: `${common.url}${api.open ? api.stagePath : base}`,
        kind: api.kind,
        authorizers,
        apiKeys: Object.fromEntries(api.keys ?? []),
        ...(isSigned && credentials !== undefined && { credentials }),
      };
    });
  }

  /** @throws BadRequest */
  token(body: string): MadeToken {
    const request = readTokenRequest(body);
    const open = this.open.get(request.edge);
    if (open === undefined) throw new BadRequest(`There is no edge "${request.edge}", but ${[...this.open.keys()].join(', ')}.`);
    if (open.api === undefined && open.listener === undefined && open.socketApi === undefined)
      throw new BadRequest(notEmulated(request.edge));
    return makeToken(this.issuer, request, authorizersOf(open));
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map(async (each) => this.shut(each)));
  }

  private async begin(edge: LocalEdge): Promise<OpenEdge> {
    const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES }, (request, response) => {
      this.serve(open, request, response).catch((error: unknown) => {
        this.log(`edge ${edge.name}: ${request.method} ${request.url}: ${messageOf(error)}`);
        if (response.headersSent) response.destroy();
        else response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"Internal Server Error"}');
      });
    });
    const credentials = (): LocalCredentials => {
      if (this.local === undefined) throw new Error('bug: an edge without a system');
      return this.local;
    };
    const emulated = new ApiEdge(
      {
        api: () => {
          if (open.api === undefined) throw new Error(open.missing);
          return open.api;
        },
        issuer: this.issuer,
        credentials,
        target: () => this.target(open),
      },
      edge.port,
    );
    const sockets = new SocketEdge(
      {
        api: () => {
          if (open.socketApi === undefined) throw new Error(open.missing);
          return open.socketApi;
        },
        issuer: this.issuer,
        credentials,
        target: () => this.target(open),
        meter: this.meter,
        manages: (address, call) => this.manages(address, call),
        failed: (error) => {
          this.log(`edge ${edge.name}: ${messageOf(error)}`);
        },
      },
      edge.port,
    );
    const balancing = new BalancerEdge(
      {
        listener: () => {
          if (open.listener === undefined) throw new Error(open.missing);
          return open.listener;
        },
        issuer: this.issuer,
        target: () => this.target(open)?.address,
      },
      edge.port,
    );
    const nothing = { api: undefined, listener: undefined, socketApi: undefined, missing: '', error: undefined };
    const open: OpenEdge = { edge, server, emulated, balancing, sockets, ...nothing };
    this.open.set(edge.name, open);
    await new Promise<void>((resolve) => {
      server.once('error', (error) => {
        open.error = messageOf(error);
        this.log(`edge ${edge.name} does not listen on port ${edge.port}: ${open.error}`);
        resolve();
      });
      server.listen({ port: edge.port, ...(this.address !== undefined && { host: this.address }) }, () => {
        this.log(`edge ${edge.name} listens on port ${edge.port}`);
        resolve();
      });
    });
    return open;
  }

  /** Not those to other APIs, which take such a request as any other. */
  private takeUpgrades({ edge, server, listener, socketApi: api, balancing, sockets }: OpenEdge): void {
    server.removeAllListeners('upgrade');
    if (listener === undefined && api === undefined) return;
    server.on('upgrade', (request, socket, head) => {
      const fail = (error: unknown): void => {
        this.log(`edge ${edge.name}: ${request.method} ${request.url}: ${messageOf(error)}`);
        socket.destroy();
      };
      try {
        if (listener === undefined) sockets.upgrade(request, socket, head).catch(fail);
        else balancing.upgrade(request, socket, head);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Whether the role of a task lets it send to connections. */
  private manages(address: string, { api, resource }: ManagementCall): boolean | undefined {
    const { behind } = this;
    const task = behind?.taskAt(address);
    if (behind === undefined || task === undefined) return undefined;
    const arn = `arn:aws:execute-api:${behind.region}:${behind.account}:${api}/${resource}`;
    return allows(task.statements(), { action: 'execute-api:ManageConnections', resource: arn, context: contextOf(task) });
  }

  private async serve(open: OpenEdge, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (open.listener !== undefined) await open.balancing.serve(request, response);
    else if (open.socketApi !== undefined) await open.sockets.serve(request, response);
    else if (open.api === undefined) response.writeHead(501, { 'content-type': 'text/plain' }).end(`${notEmulated(open.edge.name)}\n`);
    else await open.emulated.serve(request, response);
  }

  private target({ api, listener, socketApi: sockets }: OpenEdge): Target | undefined {
    const gateway = (listener ?? sockets ?? api)?.gateway;
    const found = gateway === undefined ? [] : (this.behind?.tasksOf(gateway) ?? []);
    const instance = found[Math.floor(Math.random() * found.length)];
    return instance === undefined ? undefined : { address: instance.address, port: instance.port ?? GATEWAY_PORT };
  }

  private async shut({ edge, server, emulated, balancing, sockets }: OpenEdge): Promise<void> {
    this.open.delete(edge.name);
    sockets.close();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
    emulated.close();
    balancing.close();
  }
}

function authorizersOf({ api, listener, socketApi: sockets }: OpenEdge): readonly AuthorizerModel[] {
  return listener === undefined ? ((sockets ?? api)?.authorizers ?? []) : listenerAuthorizers(listener);
}

function notEmulated(edge: string): string {
  return `The edge "${edge}" is not emulated yet: it is no HTTP API, no REST API, no WebSocket API and no load balancer.`;
}
