import { ADMIN_PORT } from '../contract/ports';
import type { Direction } from '../contract/statistics';
import { PROMETHEUS_PATH } from '../model/observability/prometheus';
import type { PrometheusSettings } from '../model/observability/settings';
import type { Topology } from '../model/topology';
import type { RuntimeLayer, StaticResources } from './api/bootstrap';
import type { Cluster } from './api/cluster';
import type { NetworkFilter } from './api/listener';
import type { HeaderMatcher } from './api/route-components';
import { loadAssignment } from './discovery';
import { ENFORCED, tokenBucket } from './edge/token-bucket';
import { NEVER_OVERLOADED } from './overload';
import { extension, named, socketAddress, typed } from './syntax/messages';
import { DRAINED_BY_AGENT } from './traffic/liveness-checks';
import { CONNECT_TIMEOUT } from './traffic/timeouts';

/** What an Envoy has for Prometheus, beside everything else. */
export interface PrometheusPart extends StaticResources {
  readonly layers: readonly RuntimeLayer[];
}

const NOTHING: PrometheusPart = { listeners: [], clusters: [], layers: [] };

/** No service can have this name. */
const NAME = '_prometheus';

/**
 * A port of its own that leads one request, with no part of it that the client chooses, to the admin interface: everything else of that
 * interface stays within the task. It goes on while Envoy sheds load or drains, as somebody then wants to know why.
 * https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--stats?format=prometheus
 */
export function prometheusPart({ observability }: Pick<Topology, 'observability'>): PrometheusPart {
  const settings = observability?.prometheus;
  if (settings === undefined) return NOTHING;
  return {
    listeners: [listener(settings)],
    clusters: [adminCluster()],
    // Scrapers are few, and keep their connections.
    layers: [{ name: 'scrapers', static_layer: { [`envoy.resource_limits.listener.${NAME}.connection_limit`]: MAX_CONNECTIONS } }],
  };
}

const MAX_CONNECTIONS = 32;

function listener({ port }: PrometheusSettings): StaticResources['listeners'][number] {
  return {
    name: NAME,
    ...DRAINED_BY_AGENT,
    ...NEVER_OVERLOADED,
    address: socketAddress('0.0.0.0', port),
    filter_chains: [{ filters: [manager()] }],
  };
}

/** The admin interface runs in the main thread, which also checks hosts and reads files: not even who may connect can keep it busy. */
const LIMIT = 'scrapes';
const SCRAPES = { rateLimit: 2, burstLimit: 20 };

/** The path whole, so that no query of the client's is joined to that of the admin interface; and no body. */
const NOTHING_ELSE: readonly HeaderMatcher[] = [
  { name: ':method', string_match: { exact: 'GET' } },
  { name: ':path', string_match: { exact: PROMETHEUS_PATH } },
  ...['content-length', 'transfer-encoding'].map((name): HeaderMatcher => ({ name, present_match: false })),
];

function manager(): NetworkFilter {
  return extension('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    codec_type: 'HTTP1',
    stat_prefix: NAME,
    access_log: [],
    request_headers_timeout: '15s',
    common_http_protocol_options: { idle_timeout: '300s' },
    route_config: {
      virtual_hosts: [
        {
          name: NAME,
          domains: ['*'],
          routes: [
            {
              match: { path: PROMETHEUS_PATH, headers: NOTHING_ELSE },
              route: { cluster: NAME, prefix_rewrite: STATISTICS, timeout: '10s' },
              // By it, Envoy would choose another format.
              request_headers_to_remove: ['accept'],
              typed_per_filter_config: { [LIMIT]: typed('envoy.config.route.v3.FilterConfig', { config: {} }) },
            },
            { match: { prefix: '/' }, direct_response: { status: 404 } },
          ],
        },
      ],
    },
    http_filters: [
      {
        ...named(LIMIT, 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', {
          stat_prefix: 'scrapes',
          token_bucket: tokenBucket(SCRAPES),
          ...ENFORCED,
        }),
        // All else is answered at once.
        disabled: true,
      },
      extension('envoy.extensions.filters.http.router.v3.Router', { suppress_envoy_headers: true }),
    ],
  });
}

function adminCluster(): Cluster {
  return {
    name: NAME,
    connect_timeout: CONNECT_TIMEOUT,
    circuit_breakers: { thresholds: [{ max_connections: 4, max_pending_requests: 8 }] },
    load_assignment: loadAssignment(NAME, '127.0.0.1', ADMIN_PORT),
  };
}

const DIRECTIONS: readonly Direction[] = ['inbound', 'outbound', 'edge'];

/**
 * What services, calls and the Envoy itself are like: bounded by the calls that are declared, whatever is requested. Names that begin with
 * an underscore are those of parts within the task.
 */
const EXPORTED = [
  `^(http|tcp)\\.(${DIRECTIONS.join('|')})_[^.]+\\.(downstream_rq_(completed|[1-5]xx|rx_reset|active)|downstream_cx_total|rbac\\.denied)$`,
  // Of what arrives, how long the application took: Envoy would count checks of its own health, too.
  '^http\\.(outbound|edge)_[^.]+\\.downstream_rq_time$',
  '^cluster\\._app[^.]*\\.upstream_rq_time$',
  '^cluster\\.[^_.][^.]*\\.upstream_rq_(completed|[1-5]xx|active|retry|(per_try_)?timeout|(pending|active)_overflow|time)$',
  '^cluster\\.[^_.][^.]*\\.(upstream_cx_(active|total|connect_fail|overflow|none_healthy)|membership_(total|healthy))$',
  '^cluster\\.[^_.][^.]*\\.outlier_detection\\.ejections_(active|enforced_total)$',
  '^cluster\\.[^_.][^.]*\\.circuit_breakers\\.default\\.(cx|rq|rq_pending|rq_retry)_open$',
  '^listener\\.[^_]+_[0-9]+\\.ssl\\.(handshake|connection_error|fail_verify_[^.]+)$',
  '^server\\.(uptime|live|days_until_first_cert_expiring|memory_allocated|memory_heap_size|total_connections)$',
];

/** With those that are 0, so that a server sees the first of each. */
const STATISTICS = `/stats/prometheus?filter=${encodeURIComponent(EXPORTED.join('|'))}`;
