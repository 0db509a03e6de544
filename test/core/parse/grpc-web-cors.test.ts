import type { Cors } from '../../../lib/core/model/topology';
import { demoApi, grpcEdge } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { topologyOf } from '../../support/parsing';

const GET_PRODUCT = 'hipstershop.ProductCatalogService/GetProduct';
const WITH_WEB = { [`POST /${GET_PRODUCT}`]: { grpc: { service: 'catalog', method: GET_PRODUCT, web: true } } };
const WITHOUT = { 'GET /products/{id}': { grpc: { service: 'catalog', method: GET_PRODUCT } } };

function corsOf(routes: Raw, cors: Raw | undefined): Cors | undefined {
  return topologyOf(grpcEdge(demoApi(), { routes, ...(cors === undefined ? {} : { cors }) })).edges[0].cors;
}

const origins = { allowOrigins: ['https://shop.example'] };

test('pages may send the headers of gRPC-Web and read the status of a call', () => {
  expect(corsOf(WITH_WEB, origins)).toMatchObject({
    allowHeaders: ['authorization', 'content-type', 'x-api-key', 'x-grpc-web', 'x-user-agent', 'grpc-timeout'],
    exposeHeaders: ['grpc-status', 'grpc-message', 'grpc-status-details-bin'],
  });
});

test('what cors says itself comes first, and once', () => {
  const { allowHeaders, exposeHeaders } = corsOf(WITH_WEB, {
    ...origins,
    allowHeaders: ['X-Grpc-Web', 'x-own'],
    exposeHeaders: ['etag', 'grpc-status'],
  })!;
  expect(allowHeaders).toEqual(['X-Grpc-Web', 'x-own', 'content-type', 'x-user-agent', 'grpc-timeout']);
  expect(exposeHeaders).toEqual(['etag', 'grpc-status', 'grpc-message', 'grpc-status-details-bin']);
});

test('nothing changes without gRPC-Web, or without cors', () => {
  expect(corsOf(WITHOUT, origins)).toMatchObject({ allowHeaders: ['authorization', 'content-type', 'x-api-key'], exposeHeaders: [] });
  expect(corsOf(WITH_WEB, undefined)).toBeUndefined();
});
