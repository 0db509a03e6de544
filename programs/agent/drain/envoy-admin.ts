import { ADMIN_PORT, APP_MESH_EGRESS_PORT } from '../../../lib/core/contract/ports';
import { statPrefix } from '../../../lib/core/contract/statistics';
import { readSample, statisticsPath, type Sample, type StatisticsOf } from '../../statistics/sample';
import { Failure } from '../failure';
import { localHttp } from '../local-http';

/** What the agent requests from the Envoy in its task. All throw a Failure. */
export interface EnvoyAdmin {
  /** Announces to callers with every answer from now on that the task stops; connections stay open, and all is still served. */
  failHealthCheck(): Promise<void>;
  /** Which tasks Envoy can call, by the names of clusters. */
  membership(): Promise<ReadonlyMap<string, Membership>>;
  /** Signals clients on inbound connections to reconnect elsewhere; new connections are still served. */
  drainListeners(): Promise<void>;
  /** Requests from other tasks that are being answered, and TCP connections from them. */
  inFlight(): Promise<number>;
  /** Requests from elsewhere that it has answered since its start, without checks of whether it lives. */
  answered(): Promise<number>;
  /** What it has counted since its start. */
  statistics(of: StatisticsOf): Promise<Sample>;
}

/** Tasks of a callee. */
export interface Membership {
  readonly healthy: number;
  readonly total: number;
}

/** Where `lib/core/envoy/bootstrap.ts` puts it; the paths are among those that it allows. */
export const ENVOY_ADMIN = `http://127.0.0.1:${ADMIN_PORT}`;

/** What arrives, at our own Envoys and at App Mesh's, which call it `ingress`. */
const HTTP = `http\\.(${statPrefix('inbound', '')}|${statPrefix('edge', '')}|ingress)`;
const TCP = `tcp\\.(${statPrefix('inbound', '')}|ingress)`;
const LISTENER = 'listener\\.0\\.0\\.0\\.0_';

/** At App Mesh's Envoys a listener of that kind takes what leaves, too. */
const GAUGES = new RegExp(
  [
    `^${HTTP}.*\\.downstream_rq_active$`,
    `^${TCP}.*\\.upstream_flush_active$`,
    `^${LISTENER}(?!${APP_MESH_EGRESS_PORT}\\.)\\d+\\.downstream_cx_active$`,
  ].join('|'),
);
const OF_TCP = new RegExp(`^${TCP}`);

export function envoyAdmin(base: string): EnvoyAdmin {
  const stats = async (type: 'Counters' | 'Gauges', filter: string): Promise<string> =>
    request('GET', `${base}/stats?format=json&type=${type}&filter=${encodeURIComponent(filter)}`);
  const gauges = async (filter: string): Promise<string> => stats('Gauges', filter);
  return {
    failHealthCheck: async () => {
      await request('POST', `${base}/healthcheck/fail`);
    },
    membership: async () => membershipOf(await gauges(MEMBERSHIP.source)),
    drainListeners: async () => {
      await request('POST', `${base}/drain_listeners?graceful&inboundonly`);
    },
    inFlight: async () => inFlightOf(await gauges(`^(${HTTP}|${TCP}|${LISTENER})`)),
    statistics: async (of) => sampleOf(await request('GET', `${base}${statisticsPath(of)}`)),
    answered: async () => answeredOf(await stats('Counters', ANSWERED.source)),
  };
}

/**
 * Envoy counts the connections of a TCP proxy at its listener only. Of an HTTP listener, connections do not count:
 * callers keep them open, and idle ones lose nothing.
 */
export function inFlightOf(stats: string): number {
  const gauges = valuesIn(stats).filter(({ name }) => GAUGES.test(name));
  const tcp = gauges.some(({ name }) => OF_TCP.test(name));
  return gauges.filter(({ name }) => tcp || !name.startsWith('listener.')).reduce((sum, { value }) => sum + value, 0);
}

/**
 * Unlike `downstream_rq_total`, it leaves out what Envoy's filter for health checks answers.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/stats
 */
const ANSWERED = new RegExp(`^${HTTP}.*\\.downstream_rq_completed$`);

export function answeredOf(stats: string): number {
  return valuesIn(stats)
    .filter(({ name }) => ANSWERED.test(name))
    .reduce((sum, { value }) => sum + value, 0);
}

const MEMBERSHIP = /^cluster\.([^.]+)\.membership_(healthy|total)$/;

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats */
export function membershipOf(stats: string): ReadonlyMap<string, Membership> {
  const found = new Map<string, Membership>();
  for (const { name, value } of valuesIn(stats)) {
    const [, cluster, count] = MEMBERSHIP.exec(name) ?? [];
    if (cluster !== undefined && count !== undefined)
      found.set(cluster, { ...(found.get(cluster) ?? { healthy: 0, total: 0 }), [count]: value });
  }
  return found;
}

function valuesIn(stats: string): readonly { readonly name: string; readonly value: number }[] {
  const list = statsOf(stats);
  if (!Array.isArray(list)) throw new Failure('envoy', 'Envoy answered with something else than statistics');
  return list.flatMap((stat: unknown) => {
    if (typeof stat !== 'object' || stat === null || !('name' in stat) || !('value' in stat)) return [];
    const { name, value } = stat;
    return typeof name === 'string' && typeof value === 'number' ? [{ name, value }] : [];
  });
}

function sampleOf(text: string): Sample {
  try {
    return readSample(text);
  } catch (error) {
    throw new Failure('envoy', 'Envoy answered with something else than statistics', { cause: error });
  }
}

function statsOf(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'stats' in answer ? answer.stats : undefined;
  } catch {
    return undefined;
  }
}

async function request(method: 'GET' | 'POST', url: string): Promise<string> {
  return localHttp(method, url).catch((error: unknown) => {
    throw new Failure('envoy', error instanceof Error ? error.message : String(error), { cause: error });
  });
}
