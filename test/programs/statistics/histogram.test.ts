import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addCounts, subtractCounts } from '../../../programs/statistics/counts';
import { addHistograms, countOf, percentile, subtractHistogram, type Histogram } from '../../../programs/statistics/histogram';
import { parseStats } from '../../../programs/statistics/parse-stats';

/** Buckets as Envoy has them: below 10 of width 0.1, then of 1, and so on. */
const histogram: fc.Arbitrary<Histogram> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 10, max: 99 }), fc.integer({ min: -1, max: 3 }), fc.integer({ min: 1, max: 1000 })), {
    selector: ([digits, exponent]) => `${digits} ${exponent}`,
    maxLength: 20,
  })
  .map((buckets) =>
    buckets
      .map(([digits, exponent, count]) => ({ lower: digits * 10 ** exponent, width: 10 ** exponent, count }))
      .sort((a, b) => a.lower - b.lower),
  );
const part = fc.double({ min: 0, max: 1, noNaN: true });

interface Details {
  readonly stats: readonly {
    readonly histograms?: { readonly supported_percentiles: readonly number[]; readonly details: readonly Detail[] };
  }[];
}

interface Detail {
  readonly name: string;
  readonly percentiles: readonly { readonly cumulative: number }[];
}

test.each(['caller.json', 'callee.json', 'refused.json'])('percentiles are those that Envoy itself has computed: %s', (name) => {
  const text = readFileSync(join(__dirname, 'recorded', name), 'utf8');
  const { histograms } = parseStats(text);
  const { supported_percentiles: percents = [], details = [] } =
    (JSON.parse(text) as Details).stats.find((each) => each.histograms)?.histograms ?? {};
  const compared = details.flatMap(({ name: key, percentiles }) =>
    percents.map((percent, index) => [key, percent, percentiles[index]?.cumulative ?? NaN] as const),
  );
  expect(compared.length).toBeGreaterThanOrEqual(20);
  // At both ends, Envoy tells the ends of the buckets.
  for (const [key, percent, expected] of compared.filter(([, each]) => each > 0 && each < 100)) {
    expect([key, percent, percentile(histograms.get(key) ?? [], percent / 100)]).toEqual([key, percent, expect.closeTo(expected, 6)]);
  }
});

test('there is no percentile of nothing', () => {
  expect(percentile([], 0.5)).toBeUndefined();
});

test('a percentile lies in a bucket that has values, and grows with the part', () => {
  fc.assert(
    fc.property(histogram, part, part, (values, one, other) => {
      fc.pre(values.length > 0);
      const [low = NaN, high = NaN] = [Math.min(one, other), Math.max(one, other)].map((each) => percentile(values, each));
      expect(low).toBeLessThanOrEqual(high);
      expect(values.some(({ lower, width }) => low >= lower && low <= lower + width)).toBe(true);
    }),
  );
});

test('sums do not depend on their order, and lose nothing', () => {
  fc.assert(
    fc.property(histogram, histogram, histogram, (a, b, c) => {
      expect(addHistograms(a, b)).toEqual(addHistograms(b, a));
      expect(addHistograms(addHistograms(a, b), c)).toEqual(addHistograms(a, addHistograms(b, c)));
      expect(countOf(addHistograms(a, b))).toBe(countOf(a) + countOf(b));
      expect(addHistograms(a, [])).toEqual(a);
    }),
  );
});

test('what came in between is what has been added', () => {
  fc.assert(
    fc.property(histogram, histogram, (before, more) => {
      expect(subtractHistogram(addHistograms(before, more), before)).toEqual(more);
    }),
  );
});

test('a histogram with less than before is one that began anew', () => {
  fc.assert(
    fc.property(histogram, histogram, (before, after) => {
      fc.pre(before.some(({ lower, count }) => (after.find((each) => each.lower === lower)?.count ?? 0) < count));
      expect(subtractHistogram(after, before)).toEqual(after);
    }),
  );
});

/** Counters of one Envoy: what it counted until each sample, and whether it has begun anew just before that. */
const story = fc.array(fc.record({ more: fc.nat(1000), anew: fc.boolean() }), { maxLength: 30 });

test('what is counted between all samples is never negative; without a new start, it is all that was counted', () => {
  fc.assert(
    fc.property(story, (samples) => {
      let [now, sum] = [{ requests: 0 }, { requests: 0 }];
      for (const { more, anew } of samples) {
        const next = { requests: (anew ? 0 : now.requests) + more };
        const between = subtractCounts(next, now);
        expect(between.requests).toBeGreaterThanOrEqual(0);
        // More than there was nobody has counted.
        expect(between.requests).toBeLessThanOrEqual(Math.max(more, next.requests));
        sum = addCounts(sum, between);
        now = next;
      }
      if (samples.every(({ anew }) => !anew)) expect(sum.requests).toBe(samples.reduce((total, { more }) => total + more, 0));
    }),
  );
});
