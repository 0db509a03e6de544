import type { Limit } from '../../limits/limit';
import { limitText } from '../../limits/limit';
import { DEFAULT_SHARE_OF_QUOTA } from '../../model/constants';
import { numberText } from '../../reading/input';

export interface RateAdvice {
  /** Such as `For a quicker pace`. */
  readonly purpose: string;
  /** Of Mesh.envoy(). */
  readonly option: string;
  /** What it is. */
  readonly set: number;
  /** What it has to be. */
  readonly needed: number;
  /** The quota that it is a share of. */
  readonly limit: Limit;
  /** How to get a quota of so much. */
  readonly raise: (quota: number) => string;
}

/** What to do, without a full stop. Where the option is below its share of the default quota, it may be raised to that by itself. */
export function howToSetRate({ purpose, option, set, needed, limit, raise }: RateAdvice): string {
  const share = limit.value * DEFAULT_SHARE_OF_QUOTA;
  const each = `${limitText(limit)} for each ${limit.scope} (${limit.source})`;
  const setIt = `set ${option} of Mesh.envoy() to ${numberText(needed)}`;
  const raiseIt = raise(needed / DEFAULT_SHARE_OF_QUOTA);
  if (set >= share) return `${purpose}, ${raiseIt}, and ${setIt}: a deployment may take twice as much, and the default quota is ${each}`;
  const without = `up to ${numberText(share)}, half of the default quota of ${each}, it needs no larger quota`;
  return needed <= share
    ? `${purpose}, ${setIt}: ${without}`
    : `${purpose}, ${setIt}: ${without}, and before it is set to more, ${raiseIt}`;
}
