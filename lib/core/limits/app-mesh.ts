import type { LimitEntry } from './limit';
import { limitsOf } from './limit';

const API = 'https://docs.aws.amazon.com/app-mesh/latest/APIReference';

function quota(counts: string, value: number, scope: string, name: string): LimitEntry {
  return { counts, value, scope, raise: { quota: name, by: 'Service Quotas' }, handling: { warning: 'app-mesh-quotas' } };
}

function checked(counts: string, value: number, scope: string, page: string, more: Pick<LimitEntry, 'least' | 'unit'> = {}): LimitEntry {
  return { counts, value, scope, handling: { error: 'OUT_OF_RANGE' }, source: `${API}/${page}`, ...more };
}

const SECONDS = { unit: 'seconds' } as const;
const CHARACTERS = { unit: 'characters' } as const;

/** Of `Mesh.appMesh()`. */
export const APP_MESH = limitsOf('appMesh', 'AWS App Mesh', 'https://docs.aws.amazon.com/general/latest/gr/appmesh.html', {
  virtualGateways: quota('virtual gateways: one for each edge', 3, 'mesh', 'Virtual gateways per mesh'),
  virtualNodes: quota('virtual nodes', 200, 'mesh', 'Virtual nodes per mesh'),
  virtualRouters: quota('virtual routers', 200, 'mesh', 'Virtual routers per mesh'),
  virtualServices: quota('virtual services', 200, 'mesh', 'Virtual services per mesh'),
  gatewayRoutes: quota('gateway routes', 10, 'virtual gateway', 'Gateway routes per virtual gateway'),
  routes: quota('routes', 50, 'virtual router', 'Routes per virtual router'),
  backends: quota('backends', 50, 'virtual node', 'Backends per virtual node'),
  envoys: quota(
    'connected Envoys, while a deployment replaces tasks',
    50,
    'virtual node or gateway',
    'Connected Envoy processes per virtual node',
  ),
  authorities: checked('authorities of AWS Private CA', 3, 'client policy', 'API_TlsValidationContextAcmTrust.html', { least: 1 }),
  healthInterval: checked('interval of a health check', 300, 'virtual node', 'API_HealthCheckPolicy.html', { least: 5, ...SECONDS }),
  healthTimeout: checked('timeout of a health check', 60, 'virtual node', 'API_HealthCheckPolicy.html', { least: 2, ...SECONDS }),
  healthThreshold: checked('thresholds of a health check', 10, 'virtual node', 'API_HealthCheckPolicy.html', { least: 2 }),
  matches: checked('headers, and query parameters, that a route looks at', 10, 'route', 'API_HttpRouteMatch.html', { least: 0 }),
  targets: checked('versions to which a route leads', 10, 'route', 'API_HttpRouteAction.html', { least: 0 }),
  weight: checked('weight of a version', 100, 'route', 'API_WeightedTarget.html', { least: 0 }),
  headerName: checked('name of a header', 50, 'route', 'API_HttpRouteHeader.html', CHARACTERS),
  matchText: checked('text of a header, path or query parameter', 255, 'route', 'API_HeaderMatchMethod.html', CHARACTERS),
  methodName: checked('name of a method of gRPC', 50, 'route', 'API_GrpcRouteMatch.html', CHARACTERS),
  name: checked('name of a resource', 255, 'resource', 'API_CreateRoute.html', CHARACTERS),
});
