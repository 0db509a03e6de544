import type { Bucket, Histogram } from './histogram';

/** What `/stats?format=json&histogram_buckets=detailed` says, by names. */
export interface Stats {
  readonly numbers: ReadonlyMap<string, number>;
  readonly histograms: ReadonlyMap<string, Histogram>;
}

/**
 * https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--stats
 *
 * @throws SyntaxError, or TypeError, if it is nothing that an Envoy answers
 */
export function parseStats(text: string): Stats {
  const { stats } = JSON.parse(text) as { readonly stats?: readonly Partial<Entry>[] };
  if (!Array.isArray(stats)) throw new TypeError('the answer has no list of statistics');
  const entries = stats as readonly Partial<Entry>[];
  return {
    // Of the others, values are texts.
    numbers: new Map(entries.flatMap(({ name, value }) => (name !== undefined && typeof value === 'number' ? [[name, value]] : []))),
    histograms: new Map(
      entries.flatMap(({ histograms }) => histograms?.details ?? []).map(({ name, totals = [] }) => [name, totals.flatMap(bucketOf)]),
    ),
  };
}

interface Entry {
  readonly name: string;
  readonly value: unknown;
  readonly histograms: { readonly details?: readonly { readonly name: string; readonly totals?: readonly RawBucket[] }[] };
}

interface RawBucket {
  readonly lower_bound: number;
  readonly width: number;
  readonly count: number;
}

function bucketOf({ lower_bound: lower, width, count }: RawBucket): readonly Bucket[] {
  return count > 0 ? [{ lower, width, count }] : [];
}
