import type { EdgeRoute } from '../../../lib/core/model/topology';
import { catalogProto, grpcEdge, protoFiles } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { issuesOf, seconds, topologyOf } from '../../support/parsing';

const API = protoFiles({
  'shop.proto': catalogProto(`
  rpc Get(GetRequest) returns (Product) {
    option (google.api.http) = { get: "/products/{id}" additional_bindings { post: "/products:get" body: "*" } };
  }
  rpc List(GetRequest) returns (Product) { option (google.api.http) = { get: "/products" }; }
  rpc Update(GetRequest) returns (Product) { option (google.api.http) = { patch: "/products/{id}" body: "page" }; }
  rpc Delete(GetRequest) returns (Product) { option (google.api.http) = { delete: "/products/{id}" }; }`),
});
const ENTRY = 'edge.grpcRoutes[0]';
const method = { kind: 'method' };

const system = (entry: Raw, kind = 'rest'): Raw =>
  grpcEdge(
    API,
    { ...(kind === 'rest' ? { cache: {} } : {}), grpcRoutes: [{ service: 'catalog', mapping: 'annotations', ...entry }] },
    kind,
  );
const withoutCache = (entry: Raw): Raw => grpcEdge(API, { grpcRoutes: [{ service: 'catalog', mapping: 'annotations', ...entry }] }, 'rest');

function routesOf(props: Raw): Readonly<Record<string, EdgeRoute>> {
  return Object.fromEntries(topologyOf(props).edges[0].routes.map((route) => [route.key, route]));
}

const bodies = (props: Raw): unknown =>
  Object.fromEntries(Object.entries(routesOf(props)).map(([key, { validation }]) => [key, validation?.body?.['title']]));
const kept = (props: Raw): unknown =>
  Object.fromEntries(Object.entries(routesOf(props)).flatMap(([key, { cache }]) => (cache === undefined ? [] : [[key, cache.ttlSeconds]])));
const problems = (props: Raw): readonly string[] => issuesOf(props).map(({ code, path, message }) => `${code} ${path}: ${message}`);

test('all requests with a body must be what their methods say', () => {
  expect(bodies(withoutCache({ validation: { body: method } }))).toEqual({
    'GET /products/{id}': undefined,
    'POST /products:get': 'shop.GetRequest',
    'GET /products': undefined,
    'PATCH /products/{id}': 'shop.Page',
    'DELETE /products/{id}': undefined,
  });
});

test('parameters must be there in requests of all methods, and with a body where there is one', () => {
  const routes = routesOf(withoutCache({ validation: { body: method, query: ['page'] } }));
  expect(routes['GET /products']?.validation).toEqual({ headers: [], query: ['page'] });
  expect(routes['PATCH /products/{id}']?.validation).toMatchObject({ query: ['page'], body: { title: 'shop.Page' } });
});

test('requests of a method by name must have something else than the others', () => {
  const methods = { 'shop.Catalog/Get': { validation: { body: method } }, 'shop.Catalog/Delete': { validation: { query: ['reason'] } } };
  const routes = routesOf(withoutCache({ validation: { headers: ['x-tenant'] }, methods }));
  expect(routes['POST /products:get']?.validation).toMatchObject({ headers: [], body: { title: 'shop.GetRequest' } });
  expect(routes['GET /products/{id}']?.validation).toBeUndefined();
  expect(routes['DELETE /products/{id}']?.validation).toEqual({ headers: [], query: ['reason'] });
  expect(routes['GET /products']?.validation).toEqual({ headers: ['x-tenant'], query: [] });
});

test('responses of all routes of GET are kept, and of a method by name for longer', () => {
  expect(kept(system({ cache: { ttl: seconds(60) }, methods: { 'shop.Catalog/List': { cache: { ttl: seconds(600) } } } }))).toEqual({
    'GET /products': 600,
    'GET /products/{id}': 60,
  });
  expect(kept(system({ methods: { 'shop.Catalog/Get': { cache: {} } } }))).toEqual({ 'GET /products/{id}': 300 });
  const { policy } = routesOf(system({ methods: { 'shop.Catalog/Get': { cache: {} } } }))['GET /products/{id}'];
  expect(policy?.withoutHeaders).toEqual(['authorization', 'cookie', 'x-api-key']);
});

test('fails, with its name, if a method cannot have what is said of it', () => {
  const methods = { 'shop.Catalog/Update': { cache: {} }, 'shop.Catalog/List': { validation: { body: method } } };
  expect(problems(system({ cache: {}, methods }))).toEqual([
    `CONFLICT ${ENTRY}.methods["shop.Catalog/List"].validation.body: "GET /products" of shop.Catalog/List: a GET request has no body`,
    expect.stringMatching(
      /^CONFLICT .*\.methods\["shop\.Catalog\/Update"\]\.cache: "PATCH \/products\/\{id\}" of shop\.Catalog\/Update: only responses to GET are kept/,
    ),
  ]);
});

test('fails if nothing can have what is said of all', () => {
  expect(problems(system({ mapping: 'methodNames', cache: {} }))).toEqual([
    `CONFLICT ${ENTRY}.cache: only responses to GET are kept, and no method that this is for has a route of GET`,
    expect.stringMatching(/^NO_EFFECT edge\.cache/),
  ]);
  expect(problems(withoutCache({ exclude: ['shop.Catalog/Get', 'shop.Catalog/Update'], validation: { body: method } }))).toEqual([
    `CONFLICT ${ENTRY}.validation.body: no method that this is for has requests with a body`,
  ]);
  expect(problems(withoutCache({ mapping: 'web', validation: { body: method } }))).toContainEqual(
    expect.stringMatching(
      /^CONFLICT edge\.grpcRoutes\[0\]\.validation\.body: "POST \/shop\.Catalog\/Get" of shop\.Catalog\/Get: gRPC-Web clients/,
    ),
  );
});

test('what is wrong with a setting is said once, however many methods have it', () => {
  expect(problems(system({ cache: { ttl: seconds(7200) }, validation: { query: ['a b'] } }))).toEqual([
    expect.stringMatching(/^INVALID_NAME edge\.grpcRoutes\[0\]\.validation\.query\[0\]/),
    expect.stringMatching(/^OUT_OF_RANGE edge\.grpcRoutes\[0\]\.cache\.ttl/),
  ]);
});

test('fails if an HTTP API is to keep responses or to look into requests', () => {
  const methods = { 'shop.Catalog/Get': { cache: {} } };
  expect(issuesOf(system({ validation: { query: ['page'] }, methods }, 'http')).map(({ code, path }) => `${code} ${path}`)).toEqual([
    `UNSUPPORTED_BY_EDGE ${ENTRY}.validation`,
    `UNSUPPORTED_BY_EDGE ${ENTRY}.methods["shop.Catalog/Get"].cache`,
  ]);
});
