import { SERVICE_REMOVAL } from '../../model/pass-through-headers';
import type { Service } from '../../model/topology';
import { headersOfFaults } from '../traffic/matched-headers';
import { earlyHeaderMutation, joinLines, removeMatching } from './early-header-mutation';
import type { JsonObject } from '../syntax/json';
import { anyOf, prefixes, spellings, spellingsBut } from './untrusted-headers';

/**
 * Removes what a caller may not say, before this Envoy looks at the request: who it is, how this Envoy is to treat it, and, where
 * rules have decided by method or path, that it has another one.
 */
export function distrustInboundHeaders(service: Service): JsonObject {
  const { always, alwaysPrefixes, removed } = SERVICE_REMOVAL;
  const overrides = decidesByRequest(service) ? spellingsBut(service.policy.passThroughHeaders, removed) : [];
  const names = [...spellings(always), ...prefixes(alwaysPrefixes), ...overrides];
  return earlyHeaderMutation([removeMatching(anyOf(names)), ...joinLines(headersOfFaults(service))]);
}

/** Whether a rule of the service names methods or paths. */
function decidesByRequest({ allow = [], policy: { rateLimits } }: Service): boolean {
  return [...allow, ...rateLimits].some(({ methods, paths }) => methods !== undefined || paths !== undefined);
}
