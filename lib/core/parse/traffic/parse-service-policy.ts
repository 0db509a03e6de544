import type { ProtocolId } from '../../model/topology';
import type { NamedCallers } from '../security/parse-allow';
import type { Reader } from '../../reading/reader';
import { SERVICE_REMOVAL } from '../../model/pass-through-headers';
import { parsePassThroughHeaders } from '../security/parse-pass-through-headers';
import type { ServicePolicy } from '../../model/traffic-policy';
import { parseCompression } from './parse-compression';
import { parseFaults } from './parse-faults';
import { parseHeaderChanges } from './parse-header-changes';
import { parseHeaderLimits } from './parse-header-limits';
import { parseMaxRequestSize } from './parse-max-request-size';
import { parseRateLimits } from './parse-rate-limits';
import { parseServiceRoutes } from './parse-service-routes';
import { parseWebSockets } from './parse-web-sockets';
import { defined } from '../../defined';

/** Props of a service that say what happens to the requests to it, whoever sends them. */
export const SERVICE_POLICY_FIELDS = [
  'routes',
  'rateLimits',
  'faultInjection',
  'requestHeaders',
  'responseHeaders',
  'maxRequestSize',
  'headerLimits',
  'compression',
  'passThroughHeaders',
  'webSockets',
] as const;

/** @param callers gets those that are named, who can be checked only when all services are known */
export function parseServicePolicy(at: Reader, protocol: ProtocolId, callers: NamedCallers[]): ServicePolicy {
  const requestHeaders = parseHeaderChanges(at.field('requestHeaders'), protocol);
  const responseHeaders = parseHeaderChanges(at.field('responseHeaders'), protocol);
  const compression = parseCompression(at.field('compression'), protocol);
  const maxRequestBytes = parseMaxRequestSize(at.field('maxRequestSize'), protocol);
  return {
    routes: parseServiceRoutes(at.field('routes'), protocol, at.field('versions').names),
    rateLimits: parseRateLimits(at.field('rateLimits'), protocol, callers),
    faults: parseFaults(at.field('faultInjection'), protocol, callers),
    ...defined({ requestHeaders, responseHeaders, maxRequestBytes, compression: compression === 'none' ? undefined : compression }),
    headerLimits: parseHeaderLimits(at.field('headerLimits'), protocol),
    passThroughHeaders: parsePassThroughHeaders(at.field('passThroughHeaders'), SERVICE_REMOVAL),
    webSockets: parseWebSockets(at.field('webSockets'), protocol),
  };
}
