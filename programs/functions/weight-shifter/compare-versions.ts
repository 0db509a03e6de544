import type { ShiftComparison, ShiftOnItsWay, WeightLists } from '../../../lib/core/contract/weight-shift';
import type { Weights } from '../../../lib/core/contract/weights';
import { ownOf } from './weights-at';

/** What callers have counted of a version in a minute. */
export interface Minute {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
  /** The 99th percentile, in milliseconds; absent: it is not known. */
  readonly latency?: number;
}

export type Verdict =
  /** `slow`: it would be worse if it stayed so. */
  { readonly kind: 'fine'; readonly slow: boolean } | { readonly kind: 'worse'; readonly reason: string };

/** Versions that get more by a shift, and those that get less. */
export interface Sides {
  readonly growing: readonly string[];
  readonly shrinking: readonly string[];
}

/** By the weights of the service, and of its routes. */
export function sidesOf({ from, goal }: Pick<ShiftOnItsWay, 'from' | 'goal'>): Sides {
  const names = Object.keys(goal.weights);
  const change = (name: string): number => sum(changesOf(name, from, goal));
  return { growing: names.filter((name) => change(name) > 0), shrinking: names.filter((name) => change(name) < 0) };
}

function changesOf(name: string, from: WeightLists, goal: WeightLists): readonly number[] {
  const of = (weights: Weights | undefined): number => ownOf(weights, name) ?? 0;
  return [
    of(goal.weights) - of(from.weights),
    ...Object.entries(goal.routes ?? {}).map(([route, weights]) => of(weights) - of(ownOf(from.routes, route) ?? weights)),
  ];
}

/** Behind it, a difference of a few milliseconds is nothing. */
const LATENCY_MARGIN_MS = 50;

/** Less likely than one in a thousand if both were alike. */
const STANDARD_ERRORS = 3;

/** One slow minute may have been a pause for all. */
export const SLOW_CHECKS = 2;

interface Figures {
  readonly requests: number;
  readonly errors: number;
  readonly latency: number | undefined;
}

/**
 * Whether a version that gets more is worse than those that get less together: by its share of errors, or by its 99th percentile, in
 * `SLOW_CHECKS` checks in a row.
 *
 * @param minutes of each version
 * @param recent only what came after it counts for those that get less, if it is enough: what is long past may have been under another load
 * @param slowBefore how many checks in a row found one slow
 */
export function compareVersions(
  { growing, shrinking }: Sides,
  minutes: ReadonlyMap<string, readonly Minute[]>,
  { minRequests, errorMargin, latencyFactor }: ShiftComparison,
  { recent, slowBefore }: { readonly recent: number; readonly slowBefore: number },
): Verdict {
  const all = shrinking.flatMap((name) => minutes.get(name) ?? []);
  const lately = figuresOf(all.filter(({ at }) => at >= recent));
  const before = lately.requests >= minRequests ? lately : figuresOf(all);
  if (before.requests < minRequests) return { kind: 'fine', slow: false };
  const others = shrinking.join(' and ');
  let slow = false;
  for (const name of growing) {
    const now = figuresOf((minutes.get(name) ?? []).filter(({ at }) => at >= recent));
    if (now.requests < minRequests) continue;
    if (failsMore(now, before, errorMargin))
      return { kind: 'worse', reason: `${name} has answered ${shareOf(now)} with errors, and ${others} ${shareOf(before)}` };
    if (!isSlower(now, before, latencyFactor)) continue;
    slow = true;
    if (slowBefore + 1 >= SLOW_CHECKS)
      return { kind: 'worse', reason: `the 99th percentile of ${name} is ${timeOf(now)}, and that of ${others} ${timeOf(before)}` };
  }
  return { kind: 'fine', slow };
}

function figuresOf(minutes: readonly Minute[]): Figures {
  const timed = minutes.filter(({ latency, requests }) => latency !== undefined && requests > 0);
  const weight = sum(timed.map(({ requests }) => requests));
  return {
    requests: sum(minutes.map(({ requests }) => requests)),
    errors: sum(minutes.map(({ errors }) => errors)),
    // Percentiles of minutes cannot be put together; their mean, by requests, is near enough for a factor.
    latency: weight === 0 ? undefined : sum(timed.map(({ requests, latency = 0 }) => requests * latency)) / weight,
  };
}

/** By more than the margin, and by more than chance. */
function failsMore(now: Figures, before: Figures, errorMargin: number): boolean {
  const [share, usual] = [now.errors / now.requests, before.errors / before.requests];
  const pooled = (now.errors + before.errors) / (now.requests + before.requests);
  const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / now.requests + 1 / before.requests));
  return share - usual > Math.max(errorMargin / 100, STANDARD_ERRORS * standardError);
}

function isSlower({ latency: now }: Figures, { latency: before }: Figures, factor: number): boolean {
  return now !== undefined && before !== undefined && now > Math.max(before * factor, before + LATENCY_MARGIN_MS);
}

function shareOf({ errors, requests }: Figures): string {
  return `${((errors / requests) * 100).toFixed(1)} % of ${requests} requests`;
}

function timeOf({ latency = 0 }: Figures): string {
  return `${Math.round(latency)} ms`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
