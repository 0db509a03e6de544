import { Failure } from '../failure';
import { localHttp } from '../local-http';

/** What the agent asks of the Envoy in its task. All throw a Failure. */
export interface EnvoyAdmin {
  /** Tells clients on inbound connections to go elsewhere; new ones are still served. */
  drainListeners(): Promise<void>;
  /** Requests from other tasks that are being answered, and TCP connections from them. */
  inFlight(): Promise<number>;
}

/** Where `lib/core/envoy/bootstrap.ts` puts it; the paths are among those that it allows. */
export const ENVOY_ADMIN = 'http://127.0.0.1:9901';

/** Of our own Envoys, and of App Mesh's, which calls what arrives `ingress` and takes what leaves on port 15001. */
const GAUGES = /^(?:http\.(?:(?:inbound|edge)_.*|ingress.*)\.downstream_rq_active|tcp\.(?:inbound_|ingress).*\.upstream_flush_active|listener\.0\.0\.0\.0_(?!15001\.)\d+\.downstream_cx_active)$/;

export function envoyAdmin(base: string): EnvoyAdmin {
  return {
    drainListeners: async () => { await ask('POST', `${base}/drain_listeners?graceful&inboundonly`); },
    inFlight: async () => inFlightOf(await ask('GET', `${base}/stats?format=json&type=Gauges&filter=${encodeURIComponent('^(http\\.((inbound|edge)_|ingress)|tcp\\.(inbound_|ingress)|listener\\.0\\.0\\.0\\.0_)')}`)),
  };
}

/**
 * Envoy counts the connections of a TCP proxy at its listener only. Of an HTTP listener, connections do not count:
 * callers keep them open, and idle ones lose nothing.
 */
export function inFlightOf(stats: string): number {
  const gauges = gaugesIn(stats);
  const tcp = gauges.some(({ name }) => /^tcp\.(inbound_|ingress)/.test(name));
  return gauges.filter(({ name }) => tcp || !name.startsWith('listener.')).reduce((sum, { value }) => sum + value, 0);
}

function gaugesIn(stats: string): readonly { readonly name: string; readonly value: number }[] {
  const list = statsOf(stats);
  if (!Array.isArray(list)) throw new Failure('envoy', 'Envoy answered with something else than statistics');
  return list.flatMap((stat: unknown) => {
    if (typeof stat !== 'object' || stat === null || !('name' in stat) || !('value' in stat)) return [];
    const { name, value } = stat;
    return typeof name === 'string' && typeof value === 'number' && GAUGES.test(name) ? [{ name, value }] : [];
  });
}

function statsOf(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'stats' in answer ? answer.stats : undefined;
  } catch {
    return undefined;
  }
}

async function ask(method: 'GET' | 'POST', url: string): Promise<string> {
  return localHttp(method, url).catch((error: unknown) => {
    throw new Failure('envoy', error instanceof Error ? error.message : String(error), { cause: error });
  });
}
