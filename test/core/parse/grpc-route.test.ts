import type { GrpcTarget } from '../../../lib/core/model/topology';
import { demoApi, grpcEdge } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { topologyOf } from '../../support/parsing';

const targetOf = (key: string, grpc: Raw): GrpcTarget => {
  const topology = topologyOf(grpcEdge(demoApi(), { routes: { [key]: { grpc: { service: 'catalog', ...grpc } } } }));
  const target = topology.edges[0]?.routes[0]?.target;
  if (target?.kind !== 'grpc') throw new Error('no gRPC route');
  return target;
};

test('a route leads to a method, with the descriptor of its JSON', () => {
  const { json, ...target } = targetOf('GET /products/{id}', { method: 'hipstershop.ProductCatalogService/GetProduct' });
  expect(target).toEqual({ kind: 'grpc', service: 'catalog', method: 'hipstershop.ProductCatalogService/GetProduct', web: false });
  expect(json?.maxRequestBytes).toBe(1_048_576);
});
