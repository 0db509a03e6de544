import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { CircuitBreaker } from '../../model/traffic-policy';

export const CIRCUIT_BREAKER_FIELDS = ['maxConnections', 'maxPendingRequests', 'maxRequests'] as const;

/** `circuitBreaker` of a called service, or of what a caller overrides; undefined if it says nothing. */
export function parseCircuitBreaker(at: Reader, protocol: ProtocolId): CircuitBreaker | undefined {
  if (!at.checkFields(CIRCUIT_BREAKER_FIELDS)) return undefined;
  const limits = CIRCUIT_BREAKER_FIELDS.flatMap((name) => {
    const field = at.field(name);
    if (!field.absent && protocol === 'tcp' && name !== 'maxConnections')
      field.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests', { got: null, fix: `remove ${name}, or limit maxConnections` });
    const limit = field.number({ min: 1, max: 1_000_000 });
    return limit === undefined ? [] : [[name, limit] as const];
  });
  return Object.fromEntries(limits);
}
