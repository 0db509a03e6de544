import { findTools } from '../tools';
import type { Endpoint } from './network';
import { CommandFailed } from './run-process';

export interface Load {
  readonly url: string;
  /** How many; or until when. */
  readonly requests: number | AbortSignal;
  readonly perSecond: number;
  readonly connections?: number;
  /** Every request on a connection of its own. */
  readonly reconnects?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Files of authorities, key and certificate. @default - no TLS */
  readonly tls?: readonly [authorities: string, key: string, certificate: string];
}

export interface LoadResult {
  /** How often each status came; -1 stands for no response at all. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: { readonly median: number; readonly p99: number; readonly max: number };
}

interface FortioReport {
  readonly RetCodes: Readonly<Record<string, number>>;
  readonly DurationHistogram: {
    readonly Max: number;
    readonly Percentiles: readonly { readonly Percentile: number; readonly Value: number }[];
  };
}

/** Lets fortio send GET requests at a steady rate from inside a network namespace. Resolves when all are answered. */
export async function load(
  endpoint: Endpoint,
  { url, requests, perSecond, connections = 8, reconnects = false, headers = {}, tls }: Load,
): Promise<LoadResult> {
  // 0 seconds are endless.
  const amount = typeof requests === 'number' ? ['-n', String(requests)] : ['-t', '0'];
  // This process answers DNS, and is busy: what is measured must not be that.
  const connecting = reconnects ? ['-keepalive=false', '-no-reresolve'] : [];
  const argv = [
    findTools().fortio,
    'load',
    '-quiet',
    '-allow-initial-errors',
    ...amount,
    '-qps',
    String(perSecond),
    '-c',
    String(connections),
    ...connecting,
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(tls === undefined ? [] : ['-cacert', tls[0], '-key', tls[1], '-cert', tls[2]]),
    '-p',
    '50,99',
    '-timeout',
    '20s',
    '-json',
    '-',
    url,
  ];
  const result = await endpoint.run(argv, typeof requests === 'number' ? {} : { interrupt: requests });
  if (result.code !== 0) throw new CommandFailed(argv, result);
  const { RetCodes: statuses, DurationHistogram: durations } = JSON.parse(result.stdout) as FortioReport;
  const [median = 0, p99 = 0] = durations.Percentiles.map(({ Value }) => Value);
  return { statuses, seconds: { median, p99, max: durations.Max } };
}
