import { JSON_ROUTE } from '../../../../lib/core/envoy/edge/grpc-replies';
import { toAggregator } from '../../../../lib/core/envoy/edge/aggregator';
import { policyOfEdge } from '../../../../lib/core/envoy/edge/route-policy';
import { grpcRoutes } from '../../../../lib/core/envoy/grpc-routes';
import type { EdgeRoute, EdgeTopology } from '../../../../lib/core/model/topology';
import { Bytes } from '../../../../lib/core/reading/input';
import { demoApi, grpcEdge } from '../../../support/grpc';
import type { Raw } from '../../../support/parsing';
import { at } from '../configuration';
import { mesh, seconds, service, topologyOf } from '../../../support/parsing';

const METHOD = 'hipstershop.ProductCatalogService/GetProduct';

function edgeRoute(props: Raw): { readonly edge: EdgeTopology; readonly route: EdgeRoute } {
  const [edge] = topologyOf(props).edges;
  return { edge: edge, route: edge.routes[0] };
}

test('a client of JSON is told in JSON that its body is too large, also where the route takes gRPC-Web', () => {
  const props = grpcEdge(demoApi(), {
    maxRequestSize: new Bytes(64),
    routes: { [`POST /${METHOD}`]: { grpc: { service: 'catalog', method: METHOD, web: true } } },
  });
  const { edge, route } = edgeRoute(props);
  if (route.target.kind !== 'grpc') throw new Error('no gRPC route');
  const catalog = topologyOf(props).services.find(({ name }) => name === 'catalog')!;
  const all = policyOfEdge(edge)(route, grpcRoutes(route, route.target, catalog, {}));
  expect(all.filter(({ direct_response: answer }) => answer?.status === 413)).toEqual([expect.objectContaining({ name: JSON_ROUTE })]);
  // The descriptor stands in the configuration once, since the translation has the limit itself.
  const translated = all.filter((each) => each.name === JSON_ROUTE && each.route !== undefined);
  expect(translated.map((each) => at(each, 'typed_per_filter_config.GrpcJsonTranscoder.max_request_body_size'))).toEqual([64]);
});

/** A route to an answer of one part, behind an edge with this timeout. */
function homeRoute(timeout: unknown, kind = 'http'): ReturnType<typeof edgeRoute> {
  const aggregate = { parts: { ui: { kind: 'get', service: 'ui', path: '/' } } };
  return edgeRoute(
    mesh({ ui: service() }, { edge: { kind, authorizer: { kind: 'none' }, timeout, routes: { 'GET /home': { aggregate } } } }),
  );
}

test('the aggregator has the time to answer with what it has when the time of the route is over', () => {
  const { edge, route } = homeRoute(seconds(10));
  if (route.target.kind !== 'aggregate') throw new Error('no answer of parts');
  const [sent] = policyOfEdge(edge)(route, [toAggregator(route.key, route.method, route.target.aggregation)]);
  expect(route.policy).toEqual({ timeoutSeconds: 10 });
  expect(sent?.route?.timeout).toBe('11s');
});

test.each([
  ['http', undefined, 10_000],
  ['http', 20, 10_000],
  ['http', 3, 3000],
  ['rest', 3, 3000],
])('an answer behind a %s API with a timeout of %p seconds takes as long by default as clients wait', (kind, given, expected) => {
  const { route } = homeRoute(given === undefined ? undefined : seconds(given), kind);
  expect(route.target).toMatchObject({ aggregation: { timeoutMillis: expected } });
});
