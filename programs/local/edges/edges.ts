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
import type { Template } from '../../emulator/template/template';
import type { LocalEdge } from '../local-system';
import type { Log } from '../log';
import { messageOf } from '../log';
import { ApiEdge } from './api-edge';
import { BalancerEdge, listenerAuthorizers } from './balancer-edge';
import { LocalIssuer } from './local-issuer';
import type { LocalCredentials } from './signed-requests';
import { localCredentials } from './signed-requests';
import type { MadeToken } from './token-request';
import { BadRequest, makeToken, readTokenRequest } from './token-request';

/** What edges know of the system behind them. */
export interface Behind {
  /** What is deployed. */
  readonly template: Template;
  readonly region: string;
  readonly account: string;
  /** The healthy tasks of an ECS service, by its logical ID. */
  readonly tasksOf: (service: string) => readonly Instance[];
}

/** As `GET /status` has it. */
export interface EdgeStatus {
  readonly name: string;
  readonly port: number;
  /** What paths of routes stand behind. */
  readonly url: string;
  /** Why it answers 501. */
  readonly notEmulated?: string;
  readonly kind?: Api['kind'] | 'load-balancer';
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
  api: Api | undefined;
  /** Where it is a load balancer. */
  listener: EdgeListenerModel | undefined;
  /** Why there is neither. */
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
    if (this.local?.region !== behind.region) this.local = localCredentials(behind.region, behind.account);
    const stays = ({ name, port }: LocalEdge): boolean => edges.some((each) => each.name === name && each.port === port);
    await Promise.all([...this.open.values()].filter(({ edge }) => !stays(edge)).map(async (each) => this.shut(each)));
    for (const edge of edges) {
      const open = this.open.get(edge.name) ?? (await this.begin(edge));
      open.api = undefined;
      open.listener = undefined;
      try {
        open.listener = listenerOf(behind.template, edge.name);
        if (open.listener === undefined) open.api = apiOf(behind.template, {}, edge.name, this.meter);
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
        error,
      } = open;
      const authorizers = authorizersOf(open).map((each) => ({ name: each.name, kind: each.kind }));
      const common = { name, port, url: `http://localhost:${port}`, ...(error !== undefined && { error }) };
      if (listener !== undefined) return { ...common, kind: 'load-balancer', authorizers };
      if (api === undefined) return { ...common, notEmulated: notEmulated(name) };
      const [base = ''] = api.domains.values();
      const { local: credentials } = this;
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
    if (open.api === undefined && open.listener === undefined) throw new BadRequest(notEmulated(request.edge));
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
    const emulated = new ApiEdge(
      {
        api: () => {
          if (open.api === undefined) throw new Error(open.missing);
          return open.api;
        },
        issuer: this.issuer,
        credentials: () => {
          if (this.local === undefined) throw new Error('bug: an edge without a system');
          return this.local;
        },
        target: () => this.target(open),
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
    const open: OpenEdge = { edge, server, emulated, balancing, api: undefined, listener: undefined, missing: '', error: undefined };
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

  /** Load balancers alone: APIs take such a request as any other. */
  private takeUpgrades({ edge, server, listener, balancing }: OpenEdge): void {
    server.removeAllListeners('upgrade');
    if (listener === undefined) return;
    server.on('upgrade', (request, socket, head) => {
      try {
        balancing.upgrade(request, socket, head);
      } catch (error) {
        this.log(`edge ${edge.name}: ${request.method} ${request.url}: ${messageOf(error)}`);
        socket.destroy();
      }
    });
  }

  private async serve(open: OpenEdge, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (open.listener !== undefined) await open.balancing.serve(request, response);
    else if (open.api === undefined) response.writeHead(501, { 'content-type': 'text/plain' }).end(`${notEmulated(open.edge.name)}\n`);
    else await open.emulated.serve(request, response);
  }

  private target({ api, listener }: OpenEdge): { readonly address: string; readonly port: number } | undefined {
    const gateway = listener?.gateway ?? api?.gateway;
    const found = gateway === undefined ? [] : (this.behind?.tasksOf(gateway) ?? []);
    const instance = found[Math.floor(Math.random() * found.length)];
    return instance === undefined ? undefined : { address: instance.address, port: instance.port ?? GATEWAY_PORT };
  }

  private async shut({ edge, server, emulated, balancing }: OpenEdge): Promise<void> {
    this.open.delete(edge.name);
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

function authorizersOf({ api, listener }: OpenEdge): readonly AuthorizerModel[] {
  return listener === undefined ? (api?.authorizers ?? []) : listenerAuthorizers(listener);
}

function notEmulated(edge: string): string {
  return `The edge "${edge}" is not emulated yet: it is no HTTP API, no REST API and no load balancer.`;
}
