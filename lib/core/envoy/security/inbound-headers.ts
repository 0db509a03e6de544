import { SERVICE_REMOVAL } from '../../model/pass-through-headers';
import type { Service } from '../../model/topology';
import { headersOfFaults } from '../traffic/matched-headers';
import { earlyHeaderMutation, joinLines, removeMatching } from './early-header-mutation';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import { anyOf, prefixes, spellings, spellingsBut } from './untrusted-headers';

/**
 * Removes headers that a caller may not send, before this Envoy looks at the request: its identity, those that steer this Envoy,
 * and, where rules decide by method or path, those that override method or path.
 */
export function removeUntrustedHeaders(service: Service): Pick<HttpConnectionManager, 'early_header_mutation_extensions'> {
  const { always, alwaysPrefixes, removed } = SERVICE_REMOVAL;
  const overrides = rulesNameRequests(service) ? spellingsBut(service.policy.passThroughHeaders, removed) : [];
  const names = [...spellings(always), ...prefixes(alwaysPrefixes), ...overrides];
  return earlyHeaderMutation([removeMatching(anyOf(names)), ...joinLines(headersOfFaults(service))]);
}

/** Whether a rule of the service names paths. */
export function rulesNamePaths({ allow = [], policy: { rateLimits } }: Service): boolean {
  return [...allow, ...rateLimits].some(({ paths }) => paths !== undefined);
}

/** Whether a rule of the service names methods or paths. */
function rulesNameRequests({ allow = [], policy: { rateLimits } }: Service): boolean {
  return [...allow, ...rateLimits].some(({ methods, paths }) => methods !== undefined || paths !== undefined);
}
