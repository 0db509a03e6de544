import type { Direction } from '../../lib/core/contract/statistics';
import { statPrefix } from '../../lib/core/contract/statistics';
import { addCounts, noCounts, subtractCounts, type Counts } from './counts';
import { addHistograms, subtractHistogram, type Histogram } from './histogram';
import { parseStats, type Stats } from './parse-stats';

/** What listeners of Envoy count. */
export const FLOW_COUNTS = ['requests', 'clientErrors', 'serverErrors', 'cancelled', 'denied'] as const;

/**
 * Requests that one side of an Envoy has taken; of a TCP listener, connections. `requests` are those that were answered, by
 * whomever; `cancelled` those whose sender went away before.
 */
export interface Flow {
  readonly counts: Counts<(typeof FLOW_COUNTS)[number]>;
  /**
   * In milliseconds, from the first byte of a request to the last one of its answer, with all attempts. Of what arrives, how long the
   * application took: Envoy would count checks of its own health too.
   */
  readonly latency: Histogram;
}

/** What clusters of Envoy count. */
export const UPSTREAM_COUNTS = [
  'requests',
  'clientErrors',
  'serverErrors',
  'retries',
  'timeouts',
  /** Refused by a circuit breaker. */
  'overflows',
  /** Connections, of TCP and of HTTP. */
  'connections',
  'connectFailures',
  /** Requests for which there was no task. */
  'noTask',
  'ejections',
] as const;

/** What an Envoy has sent to the tasks of one version of a callee, or to an external service. */
export interface Upstream {
  readonly counts: Counts<(typeof UPSTREAM_COUNTS)[number]>;
  /** In milliseconds, from the end of a request to the end of its answer, of the last attempt. */
  readonly latency: Histogram;
  /** Tasks that it knows. */
  readonly tasks: number;
  readonly healthyTasks: number;
  /** Tasks that are left out at the moment, since they failed. */
  readonly ejected: number;
  /** Circuit breakers that are open at the moment, such as `rq`. */
  readonly open: readonly string[];
}

/** What an Envoy has counted since its start. */
export interface Sample {
  readonly uptimeSeconds: number;
  /** By `<direction>_<peer>`, as `statPrefix` has it. */
  readonly flows: ReadonlyMap<string, Flow>;
  /** By names of clusters: a service without versions, `<service>-<version>`, an external service. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** TLS handshakes of those that connected to it: of all, and of those whose certificate was missing or not accepted. */
  readonly handshakes: Counts<'succeeded' | 'refused'>;
}

/** Of whom statistics are asked for: flows as `statPrefix` has them, and clusters. */
export interface StatisticsOf {
  readonly flows: readonly string[];
  readonly clusters: readonly string[];
}

/** Alone of these, of those that were ever used: a tenth of what Envoy has. */
function filterOf({ flows, clusters }: StatisticsOf): string {
  const [flow, cluster] = [`(${flows.join('|')})`, `(${clusters.join('|')})`];
  return [
    `^http\\.${flow}\\.(downstream_rq_(completed|[45]xx|rx_reset|time)|rbac\\.denied)$`,
    `^tcp\\.${flow}\\.downstream_cx_total$`,
    `^cluster\\.${cluster}\\.upstream_rq_(completed|[45]xx|retry|(per_try_)?timeout|(pending|active)_overflow|time)$`,
    `^cluster\\.${cluster}\\.(upstream_cx_(overflow|total|connect_fail|none_healthy)|membership_(total|healthy))$`,
    `^cluster\\.${cluster}\\.outlier_detection\\.ejections_(active|enforced_total)$`,
    `^cluster\\.${cluster}\\.circuit_breakers\\.default\\.[^.]+_open$`,
    '^listener\\.[^_]+_[0-9]+\\.ssl\\.(handshake|connection_error|fail_verify_[^.]+)$',
    '^cluster\\._app[^.]*\\.upstream_rq_time$',
    '^server\\.uptime$',
  ].join('|');
}

/** All of them, but for clusters that lead into the task itself. */
const EVERYTHING: StatisticsOf = { flows: ['(inbound|outbound|edge)_[^.]+'], clusters: ['[^_.][^.]*'] };

/** What to ask the admin interface for; it is among what `lib/core/envoy/bootstrap.ts` allows. */
export function statisticsPath(of: StatisticsOf): string {
  return `/stats?format=json&usedonly&histogram_buckets=detailed&filter=${encodeURIComponent(filterOf(of))}`;
}

export const STATISTICS_PATH = statisticsPath(EVERYTHING);

/** @param text what Envoy answers to `STATISTICS_PATH`. @throws if it is no such answer */
export function readSample(text: string): Sample {
  const stats = parseStats(text);
  return {
    uptimeSeconds: stats.numbers.get('server.uptime') ?? 0,
    flows: new Map([...namesOf(stats, 'http'), ...namesOf(stats, 'tcp')].map((name) => [name, flowOf(stats, name)])),
    upstreams: new Map([...clustersOf(stats)].map((name) => [name, upstreamOf(stats, name)])),
    handshakes: {
      succeeded: sum(stats, /^listener\.[^_]+_\d+\.ssl\.handshake$/),
      refused: sum(stats, /^listener\.[^_]+_\d+\.ssl\.(connection_error|fail_verify_.+)$/),
    },
  };
}

/** What an Envoy counted between two samples of it: if it began anew in between, what the later one has. Gauges are the later one's. */
export function between(earlier: Sample, later: Sample): Sample {
  if (later.uptimeSeconds < earlier.uptimeSeconds) return later;
  return {
    uptimeSeconds: later.uptimeSeconds - earlier.uptimeSeconds,
    flows: mapValues(later.flows, (flow, name) => {
      const before = earlier.flows.get(name) ?? NO_FLOW;
      return { counts: subtractCounts(flow.counts, before.counts), latency: subtractHistogram(flow.latency, before.latency) };
    }),
    upstreams: mapValues(later.upstreams, (upstream, name) => {
      const before = earlier.upstreams.get(name) ?? NO_UPSTREAM;
      const latency = subtractHistogram(upstream.latency, before.latency);
      return { ...upstream, counts: subtractCounts(upstream.counts, before.counts), latency };
    }),
    handshakes: subtractCounts(later.handshakes, earlier.handshakes),
  };
}

export const NO_FLOW: Flow = { counts: noCounts(FLOW_COUNTS), latency: [] };

export function addFlows(one: Flow, other: Flow): Flow {
  return { counts: addCounts(one.counts, other.counts), latency: addHistograms(one.latency, other.latency) };
}

export const NO_UPSTREAM: Upstream = {
  ...{ counts: noCounts(UPSTREAM_COUNTS), latency: [] },
  ...{ tasks: 0, healthyTasks: 0, ejected: 0, open: [] },
};

/** Of several versions of a callee, or of what several tasks of a caller say: then, tasks of the callee count once for each of these. */
export function addUpstreams(one: Upstream, other: Upstream): Upstream {
  return {
    counts: addCounts(one.counts, other.counts),
    latency: addHistograms(one.latency, other.latency),
    tasks: one.tasks + other.tasks,
    healthyTasks: one.healthyTasks + other.healthyTasks,
    ejected: one.ejected + other.ejected,
    open: [...new Set([...one.open, ...other.open])].sort(),
  };
}

const DIRECTIONS: readonly Direction[] = ['inbound', 'outbound', 'edge'];

/** Whose flow it is. */
export function readFlowName(name: string): { readonly direction: Direction; readonly peer: string } | undefined {
  const direction = DIRECTIONS.find((each) => name.startsWith(statPrefix(each, '')));
  return direction === undefined ? undefined : { direction, peer: name.slice(statPrefix(direction, '').length) };
}

function namesOf({ numbers }: Stats, kind: 'http' | 'tcp'): ReadonlySet<string> {
  const pattern = new RegExp(`^${kind}\\.((?:${DIRECTIONS.join('|')})_[^.]+)\\.`);
  return new Set([...numbers.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []));
}

/** Those whose names begin with an underscore lead into the task itself. */
function clustersOf({ numbers }: Stats): ReadonlySet<string> {
  return new Set([...numbers.keys()].flatMap((name) => /^cluster\.([^_.][^.]*)\./.exec(name)?.[1] ?? []));
}

function flowOf(stats: Stats, name: string): Flow {
  const http = (statistic: string): number => stats.numbers.get(`http.${name}.${statistic}`) ?? 0;
  const tcp = (statistic: string): number => stats.numbers.get(`tcp.${name}.${statistic}`) ?? 0;
  return {
    counts: {
      requests: http('downstream_rq_completed') + tcp('downstream_cx_total'),
      clientErrors: http('downstream_rq_4xx'),
      serverErrors: http('downstream_rq_5xx'),
      cancelled: http('downstream_rq_rx_reset'),
      denied: http('rbac.denied') + tcp('rbac.denied'),
    },
    latency: latencyOf(stats, name),
  };
}

function latencyOf({ histograms }: Stats, name: string): Histogram {
  const { direction, peer } = readFlowName(name) ?? {};
  if (direction !== 'inbound') return histograms.get(`http.${name}.downstream_rq_time`) ?? [];
  return histograms.get(`cluster._app_${peer ?? ''}.upstream_rq_time`) ?? histograms.get('cluster._app.upstream_rq_time') ?? [];
}

function upstreamOf(stats: Stats, name: string): Upstream {
  const of = (statistic: string): number => stats.numbers.get(`cluster.${name}.${statistic}`) ?? 0;
  const breakers = `cluster.${name}.circuit_breakers.default.`;
  return {
    counts: {
      requests: of('upstream_rq_completed'),
      clientErrors: of('upstream_rq_4xx'),
      serverErrors: of('upstream_rq_5xx'),
      retries: of('upstream_rq_retry'),
      timeouts: of('upstream_rq_timeout') + of('upstream_rq_per_try_timeout'),
      overflows: of('upstream_rq_pending_overflow') + of('upstream_rq_active_overflow') + of('upstream_cx_overflow'),
      connections: of('upstream_cx_total'),
      connectFailures: of('upstream_cx_connect_fail'),
      noTask: of('upstream_cx_none_healthy'),
      ejections: of('outlier_detection.ejections_enforced_total'),
    },
    latency: stats.histograms.get(`cluster.${name}.upstream_rq_time`) ?? [],
    tasks: of('membership_total'),
    healthyTasks: of('membership_healthy'),
    ejected: of('outlier_detection.ejections_active'),
    open: [...stats.numbers]
      .flatMap(([key, value]) => (value > 0 && key.startsWith(breakers) ? [key.slice(breakers.length).replace(/_open$/, '')] : []))
      .sort(),
  };
}

function sum({ numbers }: Stats, pattern: RegExp): number {
  return [...numbers].reduce((total, [name, value]) => (pattern.test(name) ? total + value : total), 0);
}

function mapValues<Value, Result>(values: ReadonlyMap<string, Value>, change: (value: Value, key: string) => Result): Map<string, Result> {
  return new Map([...values].map(([key, value]) => [key, change(value, key)]));
}
