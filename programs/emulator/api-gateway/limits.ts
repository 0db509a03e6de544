import type { Fields } from '../template/fields';

/** Requests in a second, and how many may come at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface Quota {
  readonly limit: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH';
  /** "The number of requests subtracted from the given limit in the initial time period": API_QuotaSettings. */
  readonly offset: number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

interface Count {
  readonly period: string;
  readonly requests: number;
}

/**
 * Counts requests, by a clock that tests set. "API Gateway throttles requests to your API using the token bucket algorithm, where a token
 * counts for a request." The rate is that at which tokens are added, and the burst "the capacity of the token bucket". AWS applies limits
 * "on a best-effort basis", and this counts exactly.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class Meter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly counts = new Map<string, Count>();

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number) {}

  /** Takes a token out of the bucket of this name; false if there is none. */
  passes(name: string, { rate, burst }: Throttle): boolean {
    const at = this.now();
    const { tokens, at: before } = this.buckets.get(name) ?? { tokens: burst, at };
    const filled = Math.min(burst, tokens + ((at - before) / 1000) * rate);
    const passes = filled >= 1;
    this.buckets.set(name, { tokens: passes ? filled - 1 : filled, at });
    return passes;
  }

  /** Counts a request of this name; false if it is beyond the quota of the period. AWS says of no time zone; here it is UTC. */
  counted(name: string, { limit, period, offset }: Quota): boolean {
    const current = periodOf(new Date(this.now()), period);
    const { period: last, requests } = this.counts.get(name) ?? { period: current, requests: offset };
    const before = last === current ? requests : 0;
    this.counts.set(name, { period: current, requests: Math.min(before + 1, limit) });
    return before < limit;
  }
}

function periodOf(date: Date, period: Quota['period']): string {
  const day = Math.floor(date.getTime() / 86_400_000);
  // The first of January of 1970 was a Thursday.
  return { DAY: `${day}`, WEEK: `${Math.floor((day + 3) / 7)}`, MONTH: date.toISOString().slice(0, 7) }[period];
}

/** Of a stage's settings, or of a usage plan. */
export function readThrottle(fields: Fields | undefined, rate: string, burst: string): Throttle | undefined {
  if (fields === undefined || !fields.has(rate)) return undefined;
  return { rate: fields.number(rate), burst: fields.number(burst) };
}

export function readQuota(fields: Fields | undefined): Quota | undefined {
  if (fields === undefined) return undefined;
  return { limit: fields.number('Limit'), period: fields.text('Period') as Quota['period'], offset: fields.number('Offset', 0) };
}
