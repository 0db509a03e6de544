import type { Minute } from './compare-versions';
import { sum } from './sum';

/** Those that CloudWatch is asked for. */
export const PERCENTILES = [50, 90, 99] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** So many requests above a percentile make it more than a coincidence. */
const ENOUGH_ABOVE = 10;

/** Within it, a difference of a few milliseconds is nothing. */
const LATENCY_MARGIN_MS = 50;

/** Of differences that are less likely than one in a thousand if both were alike. */
export const STANDARD_ERRORS = 3;

/** What a version must not be slower than: the percentile of those that it is compared with, and what is a lot more than that. */
export interface LatencyLimit {
  readonly percentile: Percentile;
  /** Milliseconds. */
  readonly usual: number;
  /** Whole milliseconds. */
  readonly limit: number;
  /** Of how many requests the percentile is. */
  readonly requests: number;
}

/**
 * Of each percentile that both sides have enough requests for: the median, the 90th of 100 requests, the 99th of 1,000.
 *
 * @param requests of the version that is judged
 */
export function latencyLimits(requests: number, before: readonly Minute[], factor: number): readonly LatencyLimit[] {
  const timed = before.flatMap(({ requests: each, latencies }) => (latencies === undefined || each === 0 ? [] : [{ each, latencies }]));
  const all = sum(timed.map(({ each }) => each));
  if (all === 0) return [];
  const known = PERCENTILES.filter(
    (each) => each === 50 || (above(each, Math.min(requests, all)) >= ENOUGH_ABOVE && above(each, all / timed.length) >= 1),
  );
  return known.map((percentile) => {
    // Percentiles of minutes cannot be put together, if each has one: their mean, by requests, is near enough for a factor.
    const usual = sum(timed.map(({ each, latencies }) => each * latencies[percentile])) / all;
    return { percentile, usual, limit: Math.ceil(Math.max(usual * factor, usual + LATENCY_MARGIN_MS)), requests: all };
  });
}

/**
 * Whether more requests than it would be by chance took longer than the limit, whatever latencies are like: if both were alike, the share
 * of those that take longer than the percentile itself would be known.
 *
 * @param share 0 to 1, of so many requests
 */
export function isAbove(share: number, requests: number, { percentile, requests: others }: LatencyLimit): boolean {
  const usual = above(percentile, 1);
  return share - usual > STANDARD_ERRORS * Math.sqrt(usual * (1 - usual) * (1 / requests + 1 / others));
}

export function nameOf(percentile: Percentile): string {
  return percentile === 50 ? 'median' : `${percentile}th percentile`;
}

function above(percentile: Percentile, requests: number): number {
  return (requests * (100 - percentile)) / 100;
}
