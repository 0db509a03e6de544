import type { JudgedVersion, ShiftComparison, ShiftOnItsWay, WeightLists } from '../../../lib/core/contract/weight-shift';
import type { Weights } from '../../../lib/core/contract/weights';
import { isAbove, latencyLimits, nameOf, STANDARD_ERRORS, type Percentile } from './compare-latencies';
import { sum } from './sum';
import { ownOf } from './weights-at';

/** What callers have counted of a version in a minute. */
export interface Minute {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** After their retries. */
  readonly requests: number;
  readonly errors: number;
  /** Each follows an attempt that has failed. */
  readonly retries: number;
  /** In milliseconds; absent: they are not known. */
  readonly latencies?: Readonly<Record<Percentile, number>>;
}

/** What was judged of the latency of each version that gets more. */
export type Judged = Readonly<Record<string, JudgedVersion>>;

export type Verdict = { readonly kind: 'fine'; readonly judged: Judged } | { readonly kind: 'worse'; readonly reason: string };

/** By minute, the shares of requests of a version that took longer than each of these times: 0 to 1. */
export type SharesAbove = (version: string, milliseconds: readonly number[]) => Promise<ReadonlyMap<number, readonly number[]>>;

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

/** One slow minute may have been a pause for all. */
export const SLOW_CHECKS = 2;

const MINUTE_MS = 60_000;

export interface ComparedTimes {
  /**
   * Only what came after it counts for those that get less, if it is enough: what is long past may have been under another load. Of those
   * that get more, nothing else counts.
   */
  readonly recent: number;
  /** Minutes from this one on may have more to come. */
  readonly incomplete: number;
}

/**
 * Whether a version that gets more is worse than those that get less together: by its share of attempts that fail, or by its latency in
 * `SLOW_CHECKS` checks in a row, each of which judges minutes that no other one has.
 *
 * @param minutes of each version
 */
export async function compareVersions(
  sides: Sides,
  minutes: ReadonlyMap<string, readonly Minute[]>,
  comparison: ShiftComparison,
  times: ComparedTimes,
  judged: Judged,
  sharesAbove: SharesAbove,
): Promise<Verdict> {
  const { growing, shrinking } = sides;
  const others = shrinking.join(' and ');
  const before = shrinking.flatMap((name) => minutes.get(name) ?? []);
  const after = { ...judged };
  for (const name of growing) {
    const now = since(minutes.get(name) ?? [], times.recent);
    const failing = failsMore(now, enoughOf(before, [times.recent], comparison), comparison);
    if (failing !== undefined) return { kind: 'worse', reason: `${name} has failed in ${failing.now}, and ${others} in ${failing.before}` };
    const known = ownOf(judged, name);
    const unjudged = since(now, known?.until ?? 0).filter(({ at }) => at < times.incomplete);
    const slow = await isSlow(name, unjudged, { before, recent: times.recent, comparison, sharesAbove });
    if (slow === undefined) continue;
    const checks = slow.kind === 'slow' ? (known?.slow ?? 0) + 1 : 0;
    if (slow.kind === 'slow' && checks >= SLOW_CHECKS) return { kind: 'worse', reason: `${slow.how} of ${others} is ${slow.usual}` };
    after[name] = { until: Math.max(...unjudged.map(({ at }) => at)) + MINUTE_MS, slow: checks };
  }
  return { kind: 'fine', judged: after };
}

/** By more than the margin, and by more than chance. */
function failsMore(
  now: readonly Minute[],
  before: readonly Minute[] | undefined,
  { errorMargin, minRequests }: ShiftComparison,
): { readonly now: string; readonly before: string } | undefined {
  if (before === undefined || requestsOf(now) < minRequests) return undefined;
  const [ours, theirs] = [attemptsOf(now), attemptsOf(before)];
  const pooled = (ours.failed + theirs.failed) / (ours.attempts + theirs.attempts);
  const standardError = Math.sqrt(pooled * (1 - pooled) * (1 / ours.attempts + 1 / theirs.attempts));
  const more = ours.failed / ours.attempts - theirs.failed / theirs.attempts;
  if (more <= Math.max(errorMargin / 100, STANDARD_ERRORS * standardError)) return undefined;
  return { now: shareOf(ours), before: shareOf(theirs) };
}

interface ComparedLatencies {
  readonly before: readonly Minute[];
  readonly recent: number;
  readonly comparison: ShiftComparison;
  readonly sharesAbove: SharesAbove;
}

/** Undefined: there are too few requests to say. They are compared with those of the same minutes, if these are enough. */
async function isSlow(
  name: string,
  now: readonly Minute[],
  { before, recent, comparison, sharesAbove }: ComparedLatencies,
): Promise<{ readonly kind: 'fine' } | { readonly kind: 'slow'; readonly how: string; readonly usual: string } | undefined> {
  const requests = requestsOf(now);
  if (requests < comparison.minRequests) return undefined;
  const theirs = enoughOf(before, [Math.min(...now.map(({ at }) => at)), recent], comparison);
  const limits = theirs === undefined ? [] : latencyLimits(requests, theirs, comparison.latencyFactor);
  if (limits.length === 0) return undefined;
  const shares = await sharesAbove(
    name,
    limits.map(({ limit }) => limit),
  );
  for (const [index, limit] of limits.entries()) {
    const share = sum(now.map((minute) => minute.requests * (shares.get(minute.at)?.[index] ?? 0))) / requests;
    if (!isAbove(share, requests, limit)) continue;
    const how = `${percent(share)} of ${requests} requests to ${name} have taken longer than ${limit.limit} ms`;
    return { kind: 'slow', how: `${how}, and the ${nameOf(limit.percentile)}`, usual: `${Math.round(limit.usual)} ms` };
  }
  return { kind: 'fine' };
}

/** Those since the latest of these times that is long enough ago, or all, if they are enough. */
function enoughOf(minutes: readonly Minute[], times: readonly number[], { minRequests }: ShiftComparison): readonly Minute[] | undefined {
  return [...times.map((time) => since(minutes, time)), minutes].find((each) => requestsOf(each) >= minRequests);
}

function since(minutes: readonly Minute[], time: number): readonly Minute[] {
  return minutes.filter(({ at }) => at >= time);
}

function requestsOf(minutes: readonly Minute[]): number {
  return sum(minutes.map(({ requests }) => requests));
}

/** A request that is tried again has failed before: its caller may see nothing of it, as long as there are few of them. */
function attemptsOf(minutes: readonly Minute[]): { readonly attempts: number; readonly failed: number } {
  const retries = sum(minutes.map((minute) => minute.retries));
  return { attempts: requestsOf(minutes) + retries, failed: sum(minutes.map(({ errors }) => errors)) + retries };
}

function shareOf({ failed, attempts }: { readonly attempts: number; readonly failed: number }): string {
  return `${percent(failed / attempts)} of ${attempts} attempts`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
