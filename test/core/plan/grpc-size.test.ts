import { planSystem } from '../../../lib/core/plan-system';
import { packConfig } from '../../../lib/core/plan/pack-config';
import { IssueList } from '../../../lib/core/reading/issues';
import { demoApi, grpcEdge } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { topologyOf } from '../../support/parsing';

/** Characters of the packed configuration of a gateway with these routes. */
function packed(edge: Raw): number {
  const { workloads } = planSystem(topologyOf(grpcEdge(demoApi(), edge)), new IssueList());
  const configs = workloads
    .filter(({ name }) => name === 'gateway')
    .flatMap(({ containers }) => containers.flatMap(({ config }) => config ?? []));
  return packConfig(configs[0])['MESH_CONFIG'].length;
}

const CATALOG = 'hipstershop.ProductCatalogService';

test("the descriptor of each method of Online Boutique's catalog takes at most 6 kB", () => {
  const grpcRoutes = [{ service: 'catalog', mapping: 'methodNames', grpcServices: [CATALOG] }];
  const [edge] = topologyOf(grpcEdge(demoApi(), { grpcRoutes })).edges;
  const descriptors = (edge?.routes ?? []).flatMap(({ target }) =>
    target.kind === 'grpc' && target.json !== undefined ? [Buffer.from(target.json.descriptor, 'base64')] : [],
  );
  expect(descriptors.length).toBe(3);
  for (const { length } of descriptors) expect(length).toBeLessThanOrEqual(6_000);
});

test.each([
  ['that take no body', { grpcRoutes: [] as readonly unknown[], routes: getRoutes() }, 6_000],
  // With the script that reads bodies, which all such routes share.
  ['that take one', { grpcRoutes: [{ service: 'catalog', mapping: 'methodNames', grpcServices: [CATALOG] }], routes: {} }, 8_000],
])("routes %s to all methods of Online Boutique's catalog take few bytes of a packed configuration", (_, { grpcRoutes, routes }, most) => {
  const plain = packed({ routes: { 'GET /': { service: 'ui' } } });
  const all = packed({ routes: { 'GET /': { service: 'ui' }, ...routes }, grpcRoutes });
  // All three methods with JSON, their cluster, and what all gRPC routes share. gRPC-Web adds 400.
  expect(all - plain).toBeGreaterThan(1_000);
  expect(all - plain).toBeLessThan(most);
});

function getRoutes(): Raw {
  const methods = { '/products': 'ListProducts', '/products/{id}': 'GetProduct', '/search': 'SearchProducts' };
  return Object.fromEntries(
    Object.entries(methods).map(([path, method]) => [`GET ${path}`, { grpc: { service: 'catalog', method: `${CATALOG}/${method}` } }]),
  );
}
