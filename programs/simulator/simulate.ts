/**
 * A request through the configurations of a system, without an Envoy: from the listener that takes it to the
 * application, or to whoever answers before. Pure; a real Envoy agrees with it (test/e2e/simulator.e2e.ts).
 */
import { GATEWAY_PORT, INBOUND_PORT } from '../../lib/core/model/constants';
import { DEFAULT_EDGE, gatewayNameOf } from '../../lib/core/model/edge-names';
import type { Chance } from './chance';
import { everyOutcome } from './chance';
import type { Cluster, Endpoint } from './cluster';
import type { Answer, Exchange, Forward, Note } from './exchange';
import { answer } from './exchange';
import { mutateHeaders } from './header-changes';
import { HeaderMap } from './header-map';
import { manage } from './http-connection-manager';
import { Message, Unknown } from './message';
import { AUTO_HOST } from './router';
import type { FilterChain, Listener, SimulatedTask, System } from './system';
import type { Handshake, Side } from './tls';
import { handshake } from './tls';

export interface Request {
  readonly from:
    /** An application, which calls a virtual service by its name. */
    | { readonly kind: 'service'; readonly task: string; readonly to: string }
    /** API Gateway; what it says of the client it says in headers. Of several edges, that of this name. */
    | {
        readonly kind: 'edge';
        readonly edge?: string;
        /** Behind a load balancer the one of an authorizer. */ readonly port?: number;
      }
    /** Somebody who goes to the inbound port of a task, or another one, past every Envoy of a caller. */
    | {
        readonly kind: 'outsider';
        readonly task: string;
        readonly tls: boolean;
        readonly identity?: string;
        readonly port?: number;
        /** As the request says it. */ readonly host?: string;
      };
  readonly method?: string;
  /** With the query string, as it is written. */
  readonly path: string;
  /** Of a header with several values, each has a line of its own. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly bodyBytes?: number;
}

export type End =
  /** Nobody speaks HTTP with whoever sends. */
  | { readonly kind: 'refused'; readonly why: string }
  /** An Envoy answers by itself: that of this task. */
  | { readonly kind: 'answered'; readonly by: string; readonly status: number; readonly grpcStatus?: number; readonly why: string }
  /** An application gets it, or somebody outside of the mesh. */
  | Delivery;

export interface Delivery {
  readonly kind: 'delivered';
  /** The task, or the host outside of the mesh. */
  readonly to: string;
  /** Where the application listens. */
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** As the application sees them, without pseudo-headers, the host, and the length of the body. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly end: End;
  /** What becomes of copies. */
  readonly copies: readonly End[];
  /** The listeners and routes that it passed. */
  readonly via: readonly string[];
  /** For how long faults have kept it back. */
  readonly waitedSeconds: number;
  /** What became of it at each listener; copies follow what they are of. */
  readonly steps: readonly Step[];
}

/** What a listener did with a request. */
export interface Step {
  readonly task: string;
  readonly listener: string;
  /** As it came. */
  readonly method: string;
  readonly path: string;
  readonly decision: Answer | Omit<Forward, 'headers' | 'copies'>;
  /** Where copies go. */
  readonly copies: readonly string[];
  /** As it went on. */
  readonly sent?: { readonly method: string; readonly path: string; readonly host: string; readonly headers: readonly string[] };
  readonly notes: readonly Note[];
  /** Of those that came. */
  readonly headers: readonly string[];
  /** Whether it is a copy. */
  readonly copy: boolean;
}

/** The gateway service to which an edge sends. */
export function gatewayOf({ edge = DEFAULT_EDGE }: Extract<Request['from'], { kind: 'edge' }>): string {
  return gatewayNameOf(edge);
}

/** Every way in which it may go, as far as a configuration leaves something to chance. */
export function simulate(system: System, request: Request): readonly Outcome[] {
  const outcomes = everyOutcome((chance) => new Run(system, chance).send(request));
  const different = new Map(outcomes.map((outcome) => [JSON.stringify({ ...outcome, steps: undefined }), outcome]));
  return [...different.values()];
}

interface Arrival {
  readonly headers: HeaderMap;
  readonly bodyBytes: number;
  readonly from: Side;
  readonly http2: boolean;
}

class Run {
  private readonly via: string[] = [];
  private readonly copies: End[] = [];
  private readonly steps: Step[] = [];
  private copying = false;
  /** Seconds for which faults have kept it back. */
  private waited = 0;

  constructor(
    private readonly system: System,
    private readonly chance: Chance,
  ) {}

  send(request: Request): Outcome {
    return { end: this.firstHop(request), copies: this.copies, via: this.via, waitedSeconds: this.waited, steps: this.steps };
  }

  private firstHop({ from, method = 'GET', path, headers = {}, bodyBytes = 0 }: Request): End {
    const [task, host, port] = this.target(from);
    if (task === undefined) return { kind: 'refused', why: 'there is no such task' };
    const listener = listenerAt(task, host, port);
    if (listener === undefined) return { kind: 'refused', why: `nobody listens on ${host ?? '(no address)'} in ${task.name}` };
    const side: Side =
      from.kind === 'outsider' && from.tls
        ? { context: { wantsCertificate: false, accepts: undefined }, ...(from.identity === undefined ? {} : { identity: from.identity }) }
        : { context: undefined };
    const named = from.kind === 'service' ? from.to : from.kind === 'outsider' ? from.host : undefined;
    const authority = named === undefined ? 'peer.example' : `${named}:${listener.port}`;
    const map = new HeaderMap([
      [':method', method],
      [':path', path],
      [':authority', authority],
    ]);
    for (const [name, value] of Object.entries(headers)) {
      map.remove(name);
      for (const line of [value].flat()) map.add(name, line);
    }
    // HTTP/1.1 tells even that there is none.
    if (bodyBytes > 0 || (from.kind !== 'outsider' && /^(POST|PUT|PATCH)$/.test(method))) map.set('content-length', String(bodyBytes));
    return this.arrive(task, listener, { headers: map, bodyBytes, from: side, http2: from.kind === 'outsider' });
  }

  private target(from: Request['from']): readonly [SimulatedTask | undefined, string | undefined, number | undefined] {
    switch (from.kind) {
      case 'service':
        return [this.system.tasks.get(from.task), this.system.records.get(from.to), undefined];
      case 'edge':
        return [this.system.tasks.get(gatewayOf(from)), '0.0.0.0', from.port ?? GATEWAY_PORT];
      case 'outsider':
        return [this.system.tasks.get(from.task), '0.0.0.0', from.port ?? INBOUND_PORT];
    }
  }

  /** What becomes of a request that a listener gets. */
  private arrive(task: SimulatedTask, listener: Listener, { headers, bodyBytes, from, http2 }: Arrival): End {
    const chain = listener.chains.length === 1 ? listener.chains[0] : this.chance.pick(listener.chains);
    const met = handshake(from, { context: chain.tls, ...(task.identity === undefined ? {} : { identity: task.identity }) });
    this.via.push(`${task.name}: ${listener.name}`);
    if (met.kind === 'refused') return met;
    const notes: Note[] = [];
    const came = { method: headers.method, path: headers.path, headers: headers.names };
    const exchange = { headers, bodyBytes, chance: this.chance, connection: { ...connectionOf(met, from, task), http2 }, notes };
    const decided = decide(chain, exchange);
    this.steps.push({ task: task.name, listener: listener.name, ...came, ...told(decided), notes, copy: this.copying });
    this.waited += decided.delaySeconds ?? 0;
    if (decided.kind === 'answered') return answeredBy(task, decided);
    this.via.push(decided.route);
    const { waited } = this;
    const { copying } = this;
    this.copying = true;
    for (const copy of decided.copies) this.copies.push(this.forward(task, copy.cluster, copy.headers, exchange));
    this.copying = copying;
    this.waited = waited;
    const end = this.forward(task, decided.cluster, decided.headers, exchange);
    // An application that is kept waiting by faults gets the request all the same, but nobody waits for its answer.
    return this.waited - waited < (decided.timeoutSeconds ?? Number.POSITIVE_INFINITY)
      ? end
      : answeredBy(task, answer(exchange, 504, 'response_timeout'));
  }

  private forward(task: SimulatedTask, name: string, headers: HeaderMap, exchange: Exchange): End {
    const cluster = task.clusters.get(name);
    if (cluster === undefined) return answeredBy(task, answer(exchange, 503, 'cluster_not_found'));
    const [only, second] = cluster.endpoints;
    if (only === undefined) return answeredBy(task, answer(exchange, 503, 'no_healthy_upstream'));
    const endpoint = second === undefined ? only : this.chance.pick(cluster.endpoints);
    mutateHeaders(cluster.mutations, { ...exchange, headers });
    if (headers.authority === AUTO_HOST && endpoint.kind === 'address') headers.set(':authority', endpoint.host);
    return this.reach(task, cluster, endpoint, headers, exchange);
  }

  private reach(task: SimulatedTask, cluster: Cluster, endpoint: Endpoint, headers: HeaderMap, exchange: Exchange): End {
    if (endpoint.kind === 'address' && endpoint.host.startsWith('127.')) return delivered(task.name, endpoint.port, headers);
    const name = endpoint.kind === 'listed' ? endpoint.name : this.taskOf(endpoint.host);
    if (endpoint.kind === 'address' && name === undefined) return delivered(endpoint.host, endpoint.port, headers);
    const callee = this.system.tasks.get(name ?? '');
    const listener = callee && listenerAt(callee, '0.0.0.0', endpoint.kind === 'listed' ? INBOUND_PORT : endpoint.port);
    if (callee === undefined || listener === undefined) return answeredBy(task, answer(exchange, 503, 'no_healthy_upstream'));
    const from: Side = { context: cluster.tls, ...(task.identity === undefined ? {} : { identity: task.identity }) };
    const end = this.arrive(callee, listener, { headers: headers.copy(), bodyBytes: exchange.bodyBytes, from, http2: cluster.http2 });
    return end.kind === 'refused' ? answeredBy(task, answer(exchange, 503, `upstream_reset_before_response_started (${end.why})`)) : end;
  }

  /** The task that a name of Cloud Map stands for. */
  private taskOf(host: string): string | undefined {
    const suffix = `.${this.system.discoveryDomain}`;
    return host.endsWith(suffix) ? host.slice(0, -suffix.length) : undefined;
  }
}

function listenerAt(task: SimulatedTask, host: string | undefined, port: number | undefined): Listener | undefined {
  return task.listeners.find((listener) => listener.host === host && (port === undefined || listener.port === port));
}

function connectionOf(
  met: Extract<Handshake, { kind: 'connected' }>,
  from: Side,
  task: SimulatedTask,
): Omit<Exchange['connection'], 'http2'> {
  if (!met.tls) return { tls: false };
  return {
    tls: true,
    ...(from.identity === undefined ? {} : { peer: from.identity }),
    ...(task.identity === undefined ? {} : { own: task.identity }),
  };
}

const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const TCP_PROXY = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';
const TCP = {
  reads: ['cluster'],
  ignores: [
    'stat_prefix',
    'access_log',
    'idle_timeout',
    'max_connect_attempts',
    'backoff_options',
    'upstream_connect_mode',
    'max_early_data_bytes',
  ],
};

function decide({ filter }: FilterChain, exchange: Exchange): Answer | Forward {
  if (filter.type === MANAGER) return manage(filter.config, filter.at, exchange);
  if (filter.type !== TCP_PROXY) throw new Unknown(filter.at, `the network filter ${filter.type}`);
  // Bytes: whatever they say, they go where the connection goes.
  return {
    kind: 'forwarded',
    cluster: Message.of(filter.config, filter.at, TCP).text('cluster'),
    headers: exchange.headers,
    copies: [],
    route: filter.at,
  };
}

function told(decided: Answer | Forward): Pick<Step, 'decision' | 'copies' | 'sent'> {
  if (decided.kind === 'answered') return { decision: decided, copies: [] };
  const { headers, copies, ...decision } = decided;
  return {
    decision,
    copies: copies.map(({ cluster }) => cluster),
    sent: { method: headers.method, path: headers.path, host: headers.authority, headers: headers.names },
  };
}

function answeredBy(task: SimulatedTask, { status, grpcStatus, why }: Answer): End {
  return { kind: 'answered', by: task.name, status, ...(grpcStatus === undefined ? {} : { grpcStatus }), why };
}

function delivered(to: string, port: number, headers: HeaderMap): Delivery {
  const seen = headers.copy();
  seen.remove('content-length');
  return { kind: 'delivered', to, port, method: headers.method, path: headers.path, host: headers.authority, headers: seen.plain() };
}
