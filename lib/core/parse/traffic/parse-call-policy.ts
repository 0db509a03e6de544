import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { CallPolicy } from '../../model/traffic-policy';
import { parseActiveHealthCheck } from './parse-active-health-check';
import { parseCircuitBreaker } from './parse-circuit-breaker';
import { parseKeepAlive } from './parse-keep-alive';
import { parseLoadBalancing } from './parse-load-balancing';
import { parseOutlierDetection } from './parse-outlier-detection';
import { parseRetry } from './parse-retry';
import { parseTimeouts } from './parse-timeouts';

/** Props of a called service that say what its callers' proxies do; each entry of a caller's `callPolicies` has the same. */
export const CALL_POLICY_FIELDS = [
  'timeout',
  'retry',
  'circuitBreaker',
  'outlierDetection',
  'loadBalancing',
  'activeHealthCheck',
  'keepAlive',
] as const;

/**
 * What the props say, and nothing of what they leave out. A field that is there with no value says "none".
 *
 * @param without fields that are refused already
 */
export function parseCallPolicy(given: Reader, protocol: ProtocolId, without: readonly string[] = []): Partial<CallPolicy> {
  const at = {
    field: (name: (typeof CALL_POLICY_FIELDS)[number]): Reader => (without.includes(name) ? given.withoutValue : given.field(name)),
  };
  return {
    ...said('timeouts', parseTimeouts(at.field('timeout'), protocol)),
    ...said('retry', parseRetry(at.field('retry'), protocol)),
    ...said('circuitBreaker', parseCircuitBreaker(at.field('circuitBreaker'), protocol)),
    ...said('outlierDetection', parseOutlierDetection(at.field('outlierDetection'), protocol)),
    ...said('loadBalancing', parseLoadBalancing(at.field('loadBalancing'), protocol)),
    ...parseActiveHealthCheck(at.field('activeHealthCheck'), protocol),
    ...said('keepAlive', parseKeepAlive(at.field('keepAlive'), protocol)),
  };
}

function said<K extends keyof CallPolicy>(field: K, value: CallPolicy[K] | 'none' | undefined): Partial<CallPolicy> {
  return value === undefined ? {} : { [field]: value === 'none' ? undefined : value };
}
