import type { ProtocolId } from '../../model/topology';
import type { NamedCallers } from '../security/parse-allow';
import type { Reader } from '../../reading/reader';
import type { RateLimit } from '../../model/traffic-policy';
import { parseNamed } from './parse-named';
import { REQUEST_FILTER_FIELDS, parseRequestFilter } from './parse-request-filter';

const SHAPE = { what: 'a rate limit', example: '{ requests: 500 }', fields: ['requests', 'per', 'burst', ...REQUEST_FILTER_FIELDS] };

/** What one task can hardly do: beyond it there is nothing to limit. */
const MOST = 1_000_000;

export function parseRateLimits(at: Reader, protocol: ProtocolId, callers: NamedCallers[]): readonly RateLimit[] {
  return parseNamed(at, protocol, SHAPE, (entry, name): RateLimit | undefined => {
    const requests = entry.field('requests').required('the number of requests', 'such as requests: 500').number({ min: 1, max: MOST });
    const perSeconds = entry.field('per').seconds({ min: 1, max: 86_400, integer: false }) ?? 1;
    const burst = entry.field('burst').number({ min: 1, max: MOST }) ?? requests;
    const filter = parseRequestFilter(entry, protocol, callers);
    return requests === undefined || burst === undefined ? undefined : { name, requests, perSeconds, burst, ...filter };
  });
}
