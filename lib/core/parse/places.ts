import { TRACING_FIELDS } from './observability/parse-tracing';
import { MESH_OPTIONS } from '../mesh/select-provider';
import { CLIENT_FIELDS } from './clients/parse-clients';
import type { Places } from '../reading/synonyms';
import { CORS_FIELDS } from './edge/api/parse-cors';
import { EDGE_PROPS, GATEWAY_FIELDS } from './edge/parse-edge';
import { ROUTE_PROPS } from './edge/parse-route';
import { LOG_FIELDS } from './network/check-shared';
import { CERTIFICATE_FIELDS } from './security/parse-certificates';
import { EXTERNAL_FIELDS } from './service/parse-external';
import { JOB_FIELDS } from './service/parse-job';
import { PORT_FIELDS } from './service/parse-ports';
import { SERVICE_FIELDS } from './service/parse-service';
import { HEALTH_CHECK_FIELDS } from './traffic/parse-active-health-check';
import { CIRCUIT_BREAKER_FIELDS } from './traffic/parse-circuit-breaker';
import { COMPRESSION_FIELDS } from './traffic/parse-compression';
import { OUTLIER_DETECTION_FIELDS } from './traffic/parse-outlier-detection';
import { RETRY_FIELDS } from './traffic/parse-retry';
import { MATCH_FIELDS } from './traffic/parse-route-match';
import { ROUTE_FIELDS } from './traffic/parse-service-routes';
import { TIMEOUT_FIELDS } from './traffic/parse-timeouts';
import { DEPLOYMENT_FIELDS } from './workload/parse-deployment';
import { EXTRA_CONTAINER_FIELDS } from './workload/parse-extra-containers';
import { SCALING_FIELDS } from './workload/parse-scaling';
import { OF_VERSION } from './workload/parse-versions';

/** Props of the whole system. */
export const FIELDS = [
  'name',
  'domain',
  'zone',
  'services',
  'jobs',
  'external',
  'clients',
  'clientGateway',
  'egress',
  'edge',
  'edges',
  'groups',
  'mesh',
  'observability',
  'certificates',
  'tracing',
  'vpc',
  'cluster',
  'vpcSubnets',
  'namespace',
  'logs',
  'cpuArchitecture',
  'capacityProviders',
  'capacityProviderStrategies',
  'enableExecuteCommand',
] as const;

type Fields = readonly (readonly [place: string, fields: readonly string[]])[];

const IN_SERVICES: Fields = [
  ['services.<name>', SERVICE_FIELDS],
  // What a service has, too, belongs there.
  ['jobs.<name>', JOB_FIELDS.filter((field) => !(SERVICE_FIELDS as readonly string[]).includes(field))],
  ['clients.<name>', CLIENT_FIELDS.filter((field) => field !== 'calls')],
  ['services.<name>.versions.<name>', OF_VERSION],
  ['services.<name>.ports.<name>', PORT_FIELDS],
  ['services.<name>.extraContainers.<name>', EXTRA_CONTAINER_FIELDS],
  ['services.<name>.scaling', SCALING_FIELDS],
  ['services.<name>.deployment', DEPLOYMENT_FIELDS],
  ['services.<name>.timeout', TIMEOUT_FIELDS],
  ['services.<name>.retry', RETRY_FIELDS],
  ['services.<name>.circuitBreaker', CIRCUIT_BREAKER_FIELDS],
  ['services.<name>.outlierDetection', OUTLIER_DETECTION_FIELDS],
  ['services.<name>.activeHealthCheck', HEALTH_CHECK_FIELDS],
  ['services.<name>.compression', COMPRESSION_FIELDS],
  ['services.<name>.routes[]', ROUTE_FIELDS],
  ['services.<name>.routes[].match', MATCH_FIELDS],
];

const IN_EDGE: Fields = [
  ['edge', EDGE_PROPS],
  ['edge.gateway', GATEWAY_FIELDS],
  ['edge.routes.<route>', ROUTE_PROPS],
  ['edge.cors', CORS_FIELDS],
];

const BESIDE: Fields = [
  ['external.<name>', EXTERNAL_FIELDS],
  ['logs', LOG_FIELDS],
  ['mesh', MESH_OPTIONS],
  ['tracing', TRACING_FIELDS],
  ['certificates', CERTIFICATE_FIELDS],
];

/**
 * Where a property belongs that stands on a wrong level. Of what stands on several levels of one thing the outermost: `timeout` of a
 * route is a `timeout` of the service, too.
 */
export const PLACES: Places = placesOf([['', FIELDS], ...IN_SERVICES, ...IN_EDGE, ...BESIDE]);

function placesOf(all: Fields): Places {
  const places = new Map<string, string[]>();
  for (const [place, fields] of all) {
    for (const field of fields) {
      const known = places.get(field) ?? [];
      if (!known.some((outer) => isInside(place, outer))) places.set(field, [...known, place]);
    }
  }
  return places;
}

/** Whether a place is a part of a service or an edge that takes what the whole has, too. */
function isInside(place: string, outer: string): boolean {
  return ['.routes', '.versions', '.ports', '.extraContainers', '.gateway'].some((part) => place.startsWith(`${outer}${part}`));
}
