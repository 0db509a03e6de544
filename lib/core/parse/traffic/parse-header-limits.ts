import { DEFAULT_HEADER_LIMITS } from '../../model/defaults';
import type { ProtocolId } from '../../model/topology';
import type { HeaderLimits } from '../../model/traffic-policy';
import type { Reader } from '../../reading/reader';

const HEADER_LIMITS_FIELDS = ['requestCount', 'requestSize', 'responseCount', 'responseSize'] as const;

/** Less than a request of any browser has helps nobody. */
const COUNT = { min: 20, max: 1000, unit: 'headers' };

/** What one request may hold of the memory of each Envoy on its way. */
const SIZE = { min: 4 * 1024, max: 1024 * 1024, allowed: 'a Size of 4 KiB to 1 MiB' };

/** `headerLimits` of a service, or of an external one. */
export function parseHeaderLimits(at: Reader, protocol: ProtocolId): HeaderLimits {
  const standard = DEFAULT_HEADER_LIMITS;
  if (!at.checkFields(HEADER_LIMITS_FIELDS)) return standard;
  if (!at.absent && protocol === 'tcp') {
    at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no headers', { fix: 'remove headerLimits' });
    return standard;
  }
  return {
    requestCount: at.field('requestCount').number(COUNT) ?? standard.requestCount,
    requestKib: kib(at.field('requestSize')) ?? standard.requestKib,
    responseCount: at.field('responseCount').number(COUNT) ?? standard.responseCount,
    responseKib: kib(at.field('responseSize')) ?? standard.responseKib,
  };
}

/** Envoy counts in KiB. */
function kib(at: Reader): number | undefined {
  const bytes = at.bytes(SIZE);
  return bytes === undefined ? undefined : Math.ceil(bytes / 1024);
}
