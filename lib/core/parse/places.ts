import { COMPRESSION_FIELDS } from './traffic/parse-compression';
import type { Places } from '../reading/synonyms';
import { SERVICE_FIELDS } from './service/parse-service';
import { HEALTH_CHECK_FIELDS } from './traffic/parse-active-health-check';
import { CIRCUIT_BREAKER_FIELDS } from './traffic/parse-circuit-breaker';
import { OUTLIER_DETECTION_FIELDS } from './traffic/parse-outlier-detection';
import { RETRY_FIELDS } from './traffic/parse-retry';
import { MATCH_FIELDS } from './traffic/parse-route-match';
import { ROUTE_FIELDS } from './traffic/parse-service-routes';
import { TIMEOUT_FIELDS } from './traffic/parse-timeouts';
import { SCALING_FIELDS } from './workload/parse-sizing';

/** Props of the whole system. */
export const FIELDS = [
  'name',
  'domain',
  'zone',
  'services',
  'external',
  'egress',
  'edge',
  'edges',
  'groups',
  'mesh',
  'certificates',
  'tracing',
  'vpc',
  'cluster',
  'vpcSubnets',
  'namespace',
  'logs',
  'cpuArchitecture',
  'capacityProviderStrategies',
  'enableExecuteCommand',
] as const;

/** Of what stands on several levels the outermost: `timeout` of a route is a `timeout` of the service, too. */
const IN_SERVICES: readonly (readonly [place: string, fields: readonly string[]])[] = [
  ['services.<name>', SERVICE_FIELDS],
  ['services.<name>.timeout', TIMEOUT_FIELDS],
  ['services.<name>.retry', RETRY_FIELDS],
  ['services.<name>.circuitBreaker', CIRCUIT_BREAKER_FIELDS],
  ['services.<name>.outlierDetection', OUTLIER_DETECTION_FIELDS],
  ['services.<name>.activeHealthCheck', HEALTH_CHECK_FIELDS],
  ['services.<name>.compression', COMPRESSION_FIELDS],
  ['services.<name>.scaling', SCALING_FIELDS],
  ['services.<name>.routes[]', ROUTE_FIELDS],
  ['services.<name>.routes[].match', MATCH_FIELDS],
];

/** Where a property belongs that stands on a wrong level, of what people confuse most. */
export const PLACES: Places = placesOf([['', FIELDS], ...IN_SERVICES]);

function placesOf(all: typeof IN_SERVICES): Places {
  const places = new Map<string, string[]>();
  for (const [place, fields] of all) {
    for (const field of fields) {
      const known = places.get(field) ?? [];
      if (!known.some((outer) => place.startsWith(`${outer}.routes`))) places.set(field, [...known, place]);
    }
  }
  return places;
}
