import { checkSupport } from '../../edges/check-support';
import type { EdgeFeatureId } from '../../edges/features';
import type { EdgeKind } from '../../edges/kind';
import { KINDS } from '../../edges/kinds';
import type { Reader } from '../../reading/reader';

/** Options that are features of their own, of an edge or of a route: what a kind cannot do is not dropped silently. */
const FEATURES: readonly (readonly [string, EdgeFeatureId])[] = [
  ['throttle', 'throttle'],
  ['clientThrottle', 'clientThrottle'],
  ['timeout', 'timeout'],
  ['responseTransferMode', 'streaming'],
  ['cache', 'cache'],
  ['validation', 'validation'],
  ['detailedErrors', 'detailedErrors'],
  ['firewall', 'firewall'],
  ['clients', 'clients'],
  ['apiKeyRequired', 'clients'],
  ['cors', 'cors'],
  ['scopes', 'scopes'],
  ['stageName', 'stage'],
  ['accessLogs', 'accessLogs'],
  ['grpc', 'grpcJson'],
  ['grpcRoutes', 'grpcJson'],
  ['aggregate', 'aggregate'],
  ['openApi', 'openApi'],
  ['allowedIpRanges', 'allowedIpRanges'],
  ['nestedStackPaths', 'nestedStackPaths'],
  ['compression', 'compression'],
  ['responseHeaders', 'responseHeaders'],
  ['routeResponse', 'routeResponse'],
];

/** Values that ask for no feature. */
const WITHOUT: readonly unknown[] = [false, 'BUFFERED'];

export function checkOptions(at: Reader, kind: EdgeKind): void {
  for (const [option, feature] of FEATURES) {
    const field = at.field(option);
    if (!field.absent && !WITHOUT.includes(field.value)) checkSupport(field, feature, kind, KINDS);
  }
}
