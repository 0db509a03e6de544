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
  /** Latencies near this one are told to the millisecond. @default - coarser, the longer they are */
  readonly nearSeconds?: number;
  /** Files of authorities, key and certificate. @default - no TLS */
  readonly tls?: readonly [authorities: string, key: string, certificate: string];
}

export interface LoadResult {
  /** How often each status came; -1 stands for no response at all. */
  readonly statuses: Readonly<Record<string, number>>;
  /** How many it has sent in a second. */
  readonly perSecond: number;
  readonly seconds: { readonly median: number; readonly p99: number; readonly max: number };
}

interface FortioReport {
  readonly ActualQPS: number;
  readonly RetCodes: Readonly<Record<string, number>>;
  readonly DurationHistogram: {
    readonly Max: number;
    readonly Percentiles: readonly { readonly Percentile: number; readonly Value: number }[];
  };
}

/** Lets fortio send GET requests at a steady rate from inside a network namespace. Resolves when all are answered. */
export async function load(
  endpoint: Endpoint,
  { url, requests, perSecond, connections = 8, reconnects = false, headers = {}, nearSeconds, tls }: Load,
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
    ...(nearSeconds === undefined ? [] : ['-offset', `${nearSeconds}s`]),
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
  const { ActualQPS, RetCodes: statuses, DurationHistogram: durations } = JSON.parse(result.stdout) as FortioReport;
  const [median = 0, p99 = 0] = durations.Percentiles.map(({ Value }) => Value);
  return { statuses, perSecond: ActualQPS, seconds: { median, p99, max: durations.Max } };
}
