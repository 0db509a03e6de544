import { findTools } from '../tools';
import type { Endpoint } from './network';
import { CommandFailed } from './run-process';

export interface Load {
  readonly url: string;
  readonly requests: number;
  readonly perSecond: number;
  readonly connections?: number;
}

export interface LoadResult {
  /** How often each status came; -1 stands for no response at all. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: { readonly median: number; readonly max: number };
}

interface FortioReport {
  readonly RetCodes: Readonly<Record<string, number>>;
  readonly DurationHistogram: { readonly Max: number; readonly Percentiles: readonly { readonly Percentile: number; readonly Value: number }[] };
}

/** Lets fortio send GET requests at a steady rate from inside a network namespace. Resolves when all are answered. */
export async function load(endpoint: Endpoint, { url, requests, perSecond, connections = 8 }: Load): Promise<LoadResult> {
  const argv = [findTools().fortio, 'load', '-quiet', '-allow-initial-errors', '-n', String(requests), '-qps', String(perSecond), '-c', String(connections), '-p', '50', '-timeout', '20s', '-json', '-', url];
  const result = await endpoint.run(argv);
  if (result.code !== 0) throw new CommandFailed(argv, result);
  const { RetCodes: statuses, DurationHistogram: durations } = JSON.parse(result.stdout) as FortioReport;
  return { statuses, seconds: { median: durations.Percentiles[0]?.Value ?? 0, max: durations.Max } };
}
