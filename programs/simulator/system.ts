import type { Cluster } from './cluster';
import { addressOf, readCluster } from './cluster';
import type { Extension } from './message';
import { extensionAt, Message, Unknown } from './message';
import type { TlsContext } from './tls';
import { tlsContext } from './tls';

/** What the Envoys of a system were told: their configurations, and nothing of what these were made of. */
export interface System {
  /** By name. */
  readonly tasks: ReadonlyMap<string, SimulatedTask>;
  /** The addresses of virtual services, by their names in DNS. */
  readonly records: ReadonlyMap<string, string>;
  /** Behind the name of a task in the DNS of Cloud Map. */
  readonly discoveryDomain: string;
}

export interface SimulatedTask {
  readonly name: string;
  /** The URI of its certificate. */
  readonly identity?: string;
  readonly listeners: readonly Listener[];
  readonly clusters: ReadonlyMap<string, Cluster>;
}

export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** One of them takes a connection; of several nobody can say which. */
  readonly chains: readonly FilterChain[];
}

export interface FilterChain {
  readonly tls: TlsContext | undefined;
  /** The connection manager, or a TCP proxy. */
  readonly filter: Extension;
}

const BOOTSTRAP = {
  reads: ['static_resources'],
  ignores: ['node', 'admin', 'application_log_config', 'overload_manager', 'layered_runtime'],
};
const RESOURCES = { reads: ['listeners', 'clusters'] };
const LISTENER = {
  reads: ['name', 'address', 'filter_chains', 'filter_chain_matcher'],
  ignores: [
    'traffic_direction',
    'drain_type',
    'access_log',
    'per_connection_buffer_limit_bytes',
    'stat_prefix',
    'ignore_global_conn_limit',
    'bypass_overload_manager',
  ],
};
const CHAIN = { reads: ['filters', 'transport_socket'], ignores: ['transport_socket_connect_timeout', 'name'] };

/** An Envoy as it is configured. */
export interface ConfiguredTask {
  readonly name: string;
  /** The URI of its certificate. */
  readonly identity?: string;
  /** As Envoy reads it. */
  readonly config: unknown;
}

export function systemOf(
  configured: readonly ConfiguredTask[],
  { records, discoveryDomain }: Pick<System, 'records' | 'discoveryDomain'>,
): System {
  const tasks = configured.map(({ name, identity, config }): SimulatedTask => ({
    name,
    ...(identity === undefined ? {} : { identity }),
    ...readBootstrap(config, name),
  }));
  return { tasks: new Map(tasks.map((task) => [task.name, task])), records, discoveryDomain };
}

export function readBootstrap(config: unknown, at: string): Pick<SimulatedTask, 'listeners' | 'clusters'> {
  const resources = Message.of(config, at, BOOTSTRAP).child('static_resources', RESOURCES);
  return {
    listeners: resources.list('listeners').map(([value, place]) => readListener(value, place)),
    clusters: new Map(
      resources.list('clusters').map(([value, place]) => {
        const { name, cluster } = readCluster(value, place);
        return [name, cluster] as const;
      }),
    ),
  };
}

function readListener(value: unknown, at: string): Listener {
  const listener = Message.of(value, at, LISTENER);
  const chains = listener.messages('filter_chains', CHAIN).map((chain): FilterChain => {
    const [filter, ...others] = chain.list('filters').map(([each, place]) => extensionAt(each, place));
    if (filter === undefined || others.length > 0) throw new Unknown(chain.at, `${others.length + 1} network filters`);
    return { tls: tlsContext(chain), filter };
  });
  if (chains.length > 1) checkMatcher(listener.raw('filter_chain_matcher'), at);
  return {
    name: listener.text('name'),
    ...addressOf(Message.of(value, at, { ...LISTENER, reads: [...LISTENER.reads, 'address'] })),
    chains,
  };
}

/** What chooses among filter chains may only do so by chance: everything else would have to be simulated. */
function checkMatcher(matcher: unknown, at: string): void {
  const types = [...JSON.stringify(matcher ?? {}).matchAll(/"type\.googleapis\.com\/([\w.]+)"/g)].map(([, type]) => type);
  const known = [
    'envoy.extensions.matching.common_inputs.network.v3.SourcePortInput',
    'envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction',
    'google.protobuf.StringValue',
  ];
  if (!types.includes(known[1]) || types.some((type) => !known.includes(type))) throw new Unknown(at, 'what chooses the filter chain');
}
