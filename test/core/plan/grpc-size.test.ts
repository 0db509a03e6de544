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

test("the routes of Online Boutique's catalog take at most 6 kB of a packed configuration, descriptors included", () => {
  const plain = packed({ routes: { 'GET /': { service: 'ui' } } });
  const grpcServices = ['hipstershop.ProductCatalogService'];
  const grpcRoutes = [{ service: 'catalog', mapping: 'methodNames', grpcServices }];
  const all = packed({ routes: { 'GET /': { service: 'ui' } }, grpcRoutes });
  // All three methods with JSON, their cluster, and what all gRPC routes share. gRPC-Web adds 400.
  expect(all - plain).toBeGreaterThan(1_000);
  expect(all - plain).toBeLessThan(6_000);
});
