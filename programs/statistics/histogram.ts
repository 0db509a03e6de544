/** How often values lay where, as Envoy counts them: in buckets that are about a tenth of their values wide. */
export type Histogram = readonly Bucket[];

/** Sorted by their lower bounds, each of which comes once. */
export interface Bucket {
  readonly lower: number;
  readonly width: number;
  readonly count: number;
}

export function addHistograms(one: Histogram, other: Histogram): Histogram {
  return combine(one, other, 1);
}

/** What came after the earlier one; all of the later one if it has less of anything, since then its Envoy began anew. */
export function subtractHistogram(later: Histogram, earlier: Histogram): Histogram {
  const counts = countsOf(later);
  if (earlier.some(({ lower, count }) => (counts.get(lower)?.count ?? 0) < count)) return later;
  return combine(later, earlier, -1);
}

export function countOf(histogram: Histogram): number {
  return histogram.reduce((sum, { count }) => sum + count, 0);
}

/**
 * The value that this part of all values is no larger than, as Envoy computes it: values lie evenly in their bucket.
 *
 * @param part such as 0.99
 * @returns undefined if there are no values
 */
export function percentile(histogram: Histogram, part: number): number | undefined {
  const rank = Math.max(1, Math.ceil(part * countOf(histogram)));
  let below = 0;
  for (const { lower, width, count } of histogram) {
    if (below + count >= rank) return lower + (width * (rank - below)) / (count + 1);
    below += count;
  }
  return undefined;
}

function combine(one: Histogram, other: Histogram, sign: 1 | -1): Histogram {
  const buckets = countsOf(one);
  for (const { lower, width, count } of other) {
    buckets.set(lower, { lower, width, count: (buckets.get(lower)?.count ?? 0) + sign * count });
  }
  return [...buckets.values()].filter(({ count }) => count > 0).sort((a, b) => a.lower - b.lower);
}

function countsOf(histogram: Histogram): Map<number, Bucket> {
  return new Map(histogram.map((bucket) => [bucket.lower, bucket]));
}
