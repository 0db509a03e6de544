import type { ProtocolId } from '../model';
import type { Reader } from '../reader';
import type { CallPolicy } from './model';
import { parseTimeouts } from './parse-timeouts';

/** Props of a called service that say what its callers' proxies do; each entry of a caller's `callPolicies` has the same. */
export const CALL_POLICY_FIELDS = ['timeout'] as const;

/** What the props say, and nothing of what they leave out. */
export function parseCallPolicy(at: Reader, protocol: ProtocolId): Partial<CallPolicy> {
  const timeouts = parseTimeouts(at.field('timeout'), protocol);
  return {
    ...(timeouts === undefined ? {} : { timeouts }),
  };
}
