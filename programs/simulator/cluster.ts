import { Message, extensionAt, Unknown } from './message';
import type { TlsContext } from './tls';
import { tlsContext } from './tls';

/** Where the requests of a cluster go. */
export interface Cluster {
  /** Of which one is chosen. */
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsContext | undefined;
  readonly http2: boolean;
  /** Of the headers of each request, the last thing that happens to it. */
  readonly mutations: readonly (readonly [unknown, string])[];
}

export type Endpoint =
  | { readonly kind: 'address'; readonly host: string; readonly port: number }
  /** Those that the agent of the task lists. */
  | { readonly kind: 'listed'; readonly name: string };

const CLUSTER = {
  reads: ['name', 'type', 'cluster_type', 'eds_cluster_config', 'load_assignment', 'transport_socket', 'typed_extension_protocol_options'],
  ignores: [
    'connect_timeout',
    'lb_policy',
    'circuit_breakers',
    'outlier_detection',
    'upstream_connection_options',
    'health_checks',
    'ignore_health_on_host_removal',
    'common_lb_config',
    'ring_hash_lb_config',
    'least_request_lb_config',
    'round_robin_lb_config',
    'dns_lookup_family',
    'respect_dns_ttl',
    'dns_refresh_rate',
    'per_connection_buffer_limit_bytes',
    'alt_stat_name',
    'load_balancing_policy',
  ],
};

export function readCluster(value: unknown, at: string): { readonly name: string; readonly cluster: Cluster } {
  const message = Message.of(value, at, CLUSTER);
  return { name: message.text('name'), cluster: { endpoints: endpointsOf(message), tls: tlsContext(message), ...httpOptions(message) } };
}

function endpointsOf(message: Message): readonly Endpoint[] {
  if (message.has('cluster_type')) {
    const { type, config, at } = extensionAt(message.raw('cluster_type'), message.place('cluster_type'));
    if (type !== 'envoy.extensions.clusters.dns.v3.DnsCluster') throw new Unknown(at, `the cluster ${type}`);
    Message.of(config, at, {
      reads: [],
      ignores: [
        'dns_lookup_family',
        'respect_dns_ttl',
        'dns_refresh_rate',
        'dns_failure_refresh_rate',
        'dns_jitter',
        'all_addresses_in_single_endpoint',
        'dns_min_refresh_rate',
      ],
    });
  }
  const type = message.text('type', 'STATIC');
  if (type === 'EDS') {
    const source = message
      .child('eds_cluster_config', { reads: ['eds_config'] })
      .child('eds_config', { reads: ['path_config_source'] })
      .child('path_config_source', { reads: ['path'] })
      .text('path');
    const [, name] = /\/eds-([^/]+)\.json$/.exec(source) ?? [];
    if (name === undefined) throw new Unknown(message.at, source);
    return [{ kind: 'listed', name }];
  }
  if (type !== 'STATIC' && type !== 'STRICT_DNS' && type !== 'LOGICAL_DNS') throw new Unknown(message.at, `the type ${type}`);
  const assignment = message.child('load_assignment', { reads: ['endpoints'], ignores: ['cluster_name', 'policy'] });
  return assignment
    .messages('endpoints', { reads: ['lb_endpoints'], ignores: ['locality', 'priority', 'load_balancing_weight'] })
    .flatMap((locality) =>
      locality.messages('lb_endpoints', { reads: ['endpoint'], ignores: ['load_balancing_weight', 'health_status'] }).map((endpoint) => ({
        kind: 'address' as const,
        ...addressOf(endpoint.child('endpoint', { reads: ['address'], ignores: ['hostname', 'health_check_config'] })),
      })),
    );
}

/** Of a message with a socket's address. */
export function addressOf(owner: Message): { readonly host: string; readonly port: number } {
  const socket = owner
    .child('address', { reads: ['socket_address'] })
    .child('socket_address', { reads: ['address', 'port_value'], ignores: ['protocol'] });
  return { host: socket.text('address'), port: socket.number('port_value') };
}

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

function httpOptions(message: Message): Pick<Cluster, 'http2' | 'mutations'> {
  const options = message.entries('typed_extension_protocol_options');
  for (const [key, value, at] of options) {
    if (key !== HTTP_OPTIONS) throw new Unknown(at, key);
    const { '@type': type, ...config } = value as Readonly<Record<string, unknown>>;
    if (type !== `type.googleapis.com/${HTTP_OPTIONS}`) throw new Unknown(at, String(type));
    const http = Message.of(config, at, {
      reads: ['common_http_protocol_options', 'explicit_http_config', 'auto_config', 'upstream_http_protocol_options', 'http_filters'],
    });
    http.inspect('common_http_protocol_options', [
      'idle_timeout',
      'max_connection_duration',
      'max_requests_per_connection',
      'max_headers_count',
      'max_response_headers_kb',
    ]);
    http.inspect('upstream_http_protocol_options', ['auto_sni', 'auto_san_validation']);
    const protocols = { reads: ['http_protocol_options', 'http2_protocol_options'] };
    const chosen = http.maybe('explicit_http_config', protocols);
    chosen?.inspect('http_protocol_options', []);
    chosen?.inspect('http2_protocol_options', [
      'override_stream_error_on_invalid_http_message',
      'connection_keepalive',
      'allow_connect',
      'max_concurrent_streams',
      'initial_stream_window_size',
      'initial_connection_window_size',
    ]);
    http.inspect('auto_config', ['http_protocol_options', 'http2_protocol_options']);
    return { http2: chosen?.has('http2_protocol_options') ?? false, mutations: mutationsOf(http) };
  }
  return { http2: false, mutations: [] };
}

/**
 * Of the filters between the router and the connection.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_filters
 */
function mutationsOf(http: Message): Cluster['mutations'] {
  return http
    .list('http_filters')
    .map(([value, at]) => extensionAt(value, at))
    .flatMap(({ type, config, at }) => {
      if (type === 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec') return [];
      if (type !== 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation') throw new Unknown(at, `the upstream filter ${type}`);
      return Message.of(config, at, { reads: ['mutations'] })
        .child('mutations', { reads: ['request_mutations'], ignores: ['response_mutations'] })
        .list('request_mutations');
    });
}
