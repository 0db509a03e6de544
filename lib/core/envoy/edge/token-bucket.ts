import type { Throttle } from '../../model/topology';
import type { RuntimeFractionalPercent } from '../api/core';
import type { LocalRateLimit, TokenBucket } from '../api/http-filters';
import { duration } from '../syntax/messages';

/** Without these Envoy only counts. */
const ALWAYS: RuntimeFractionalPercent = { default_value: { numerator: 100 } };

/** What every limit of an edge says. */
export const ENFORCED: Pick<LocalRateLimit, 'filter_enabled' | 'filter_enforced'> = { filter_enabled: ALWAYS, filter_enforced: ALWAYS };

/** Envoy fills buckets at most every 50 milliseconds. */
const FILLS_PER_SECOND = 10;

/** Few tokens often, so that the rate is even. */
export function tokenBucket({ rateLimit, burstLimit }: Throttle): TokenBucket {
  const tokens = Math.max(1, Math.round(rateLimit / FILLS_PER_SECOND));
  return { max_tokens: burstLimit, tokens_per_fill: tokens, fill_interval: duration(tokens / rateLimit) };
}
