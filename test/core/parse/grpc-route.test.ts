import type { EdgeRoute, GrpcTarget } from '../../../lib/core/model/topology';
import { Bytes, Opaque } from '../../../lib/core/reading/input';
import { descriptorText } from '../../support/descriptor-text';
import { catalogProto, demoApi, grpcEdge, protoFiles } from '../../support/grpc';
import type { Raw } from '../../support/parsing';
import { topologyOf } from '../../support/parsing';

const SHOP = protoFiles({
  'shop.proto': catalogProto(`  rpc Get(GetRequest) returns (Product);
  rpc Watch(GetRequest) returns (stream Product);`),
});

const routesOf = (edge: Raw, api: unknown = SHOP, kind = 'http'): readonly EdgeRoute[] =>
  topologyOf(grpcEdge(api, edge, kind)).edges[0].routes;

const GET = { service: 'catalog', method: 'shop.Catalog/Get' };
const MIB = 1024 * 1024;

function targetOf(key: string, grpc: Raw, route: Raw = {}, kind = 'http'): GrpcTarget {
  return targetIn({ routes: { [key]: { grpc: { ...GET, ...grpc }, ...route } } }, kind);
}

function targetIn(edge: Raw, kind: string): GrpcTarget {
  const target = routesOf(edge, SHOP, kind)[0]?.target;
  if (target?.kind !== 'grpc') throw new Error('no gRPC route');
  return target;
}

/** The binding in a descriptor. */
const bindingOf = ({ json }: GrpcTarget): string | undefined =>
  descriptorText(json!.descriptor)
    .find((line) => /^ {6}[A-Z]+ \//.test(line))
    ?.trim();

test('a route leads to a method, with the descriptor of its JSON', () => {
  const { json, ...target } = targetOf('GET /products/{id}', {});
  expect(target).toEqual({ kind: 'grpc', service: 'catalog', method: 'shop.Catalog/Get', web: false });
  expect(json?.maxRequestBytes).toBe(1_048_576);
  expect(json?.stream).toBeUndefined();
  expect(descriptorText(json!.descriptor)).toContain('    Get(.shop.GetRequest) -> .shop.Product');
});

test.each([
  ['GET /products/{id}', {}, 'GET /products/{id}'],
  ['DELETE /products/{id}', {}, 'DELETE /products/{id}'],
  ['HEAD /products/{id}', {}, 'HEAD /products/{id}'],
  ['GET /products/{name}', { fields: { name: 'id' } }, 'GET /products/{id}'],
  ['GET /products/{size}', { fields: { size: 'page_size' } }, 'GET /products/{page_size}'],
  ['GET /products/{pageSize}', {}, 'GET /products/{page_size}'],
  ['GET /products/{page.product.displayName}', {}, 'GET /products/{page.product.display_name}'],
  ['GET /files/{id+}', {}, 'GET /files/{id=**}'],
  ['POST /products', {}, 'POST /products body *'],
  ['PUT /products/{id}', {}, 'PUT /products/{id} body *'],
  ['PATCH /products/{id}', { body: { kind: 'field', name: 'page' } }, 'PATCH /products/{id} body page'],
  ['POST /products/{id}', { body: { kind: 'none' } }, 'POST /products/{id}'],
  ['DELETE /products', { body: { kind: 'all' } }, 'DELETE /products body *'],
])('%s with %j is bound as "%s"', (key, grpc, binding) => {
  expect(bindingOf(targetOf(key, grpc))).toBe(binding);
});

test('how much JSON a request may have', () => {
  expect(targetOf('POST /a', {}, { maxRequestSize: new Bytes(4096) }).json?.maxRequestBytes).toBe(4096);
  const [own] = routesOf({
    maxRequestSize: new Bytes(4096),
    routes: { 'POST /a': { grpc: { service: 'catalog', method: 'shop.Catalog/Get' }, maxRequestSize: new Bytes(8192) } },
  });
  expect(own).toMatchObject({ target: { json: { maxRequestBytes: 8192 } }, policy: { maxRequestBytes: 8192 } });
});

test('a method that returns a stream, on a route that streams', () => {
  const streamed = { responseTransferMode: 'STREAM' };
  const watch = { method: 'shop.Catalog/Watch' };
  expect(targetOf('GET /a', watch, streamed, 'rest').json?.stream).toBe('newlineDelimited');
  expect(targetOf('GET /a', { ...watch, stream: 'serverSentEvents' }, streamed, 'rest').json?.stream).toBe('serverSentEvents');
});

test('behind a load balancer, requests and responses may have what the gateway service can hold', () => {
  const balanced = (more: Raw): GrpcTarget =>
    targetIn({ certificate: new Opaque({ certificateArn: 'arn' }), ...more, routes: { 'POST /a': { grpc: GET } } }, 'alb');
  expect(balanced({ maxRequestSize: new Bytes(64 * MIB) }).json).toMatchObject({ maxRequestBytes: 64 * MIB, maxResponseBytes: 64 * MIB });
  const large = balanced({ maxRequestSize: new Bytes(256 * MIB), gateway: { cpu: 1024, memoryLimitMiB: 2048 } });
  expect(large.json).toMatchObject({ maxRequestBytes: 256 * MIB, maxResponseBytes: 256 * MIB });
  expect(targetOf('POST /a', {}).json?.maxResponseBytes).toBeUndefined();
});

describe('a method that returns a stream, behind a load balancer, which holds nothing back', () => {
  const balanced = (edge: Raw): readonly EdgeRoute[] =>
    routesOf({ certificate: new Opaque({ certificateArn: 'arn' }), ...edge }, SHOP, 'alb');
  const watch = { service: 'catalog', method: 'shop.Catalog/Watch' };

  test.each([
    ['newlineDelimited', undefined],
    ['serverSentEvents', 'serverSentEvents'],
  ])('sends JSON as %s', (expected, stream) => {
    expect(balanced({ routes: { 'GET /a': { grpc: { ...watch, stream } } } })).toMatchObject([
      { streamed: true, target: { json: { stream: expected } } },
    ]);
  });

  test.each(['methodNames', 'web'])('has a route among those of %s, and the others hold no stream', (mapping) => {
    expect(balanced({ grpcRoutes: [{ service: 'catalog', mapping }] }).map(({ key, streamed }) => [key, streamed])).toEqual([
      ['POST /shop.Catalog/Get', false],
      ['POST /shop.Catalog/Watch', true],
    ]);
  });
});

test('gRPC-Web beside JSON, where its clients call', () => {
  expect(targetOf('POST /shop.Catalog/Get', { web: true })).toMatchObject({ web: true, json: { maxRequestBytes: 1_048_576 } });
});

test('a gateway with a gRPC route calls the service', () => {
  const { services } = topologyOf(
    grpcEdge(SHOP, { routes: { 'GET /{id}': { grpc: { service: 'catalog', method: 'shop.Catalog/Get' } } } }),
  );
  expect(services.find(({ name }) => name === 'catalog')?.gateways).toEqual(['gateway']);
  // Texts and cursors of the API are no part of a topology.
  expect(Object.keys(services[0])).not.toContain('grpcApi');
});

describe('routes to all methods', () => {
  const keys = (grpcRoutes: Raw, api: unknown = demoApi(), kind = 'http', more: Raw = {}): readonly string[] =>
    routesOf({ grpcRoutes: [{ service: 'catalog', ...grpcRoutes }], ...more }, api, kind)
      .map(({ key, target }) => {
        if (target.kind !== 'grpc') return key;
        return `${key} -> ${target.method}${target.web ? ' web' : ''}${target.json === undefined ? '' : ' json'}`;
      })
      .sort();

  const ANNOTATED = protoFiles({
    'shop.proto': catalogProto(`  rpc Get(GetRequest) returns (Product) {
    option (google.api.http) = {
      get: "/v1/products/{id}"
      additional_bindings { get: "/v1/{id=shelves/*/products/*}" }
      additional_bindings { get: "/v1/files/{id=**}" }
      additional_bindings { post: "/v1/products:search" body: "page" }
      additional_bindings { custom: { kind: "HEAD" path: "/v1/*/{page.product.id}" } }
    };
  }
  rpc Plain(GetRequest) returns (Product);
  rpc Add(stream GetRequest) returns (Product);`),
  });

  test('by annotations, all bindings of them; a star is a parameter', () => {
    expect(keys({ mapping: 'annotations' }, ANNOTATED)).toMatchInlineSnapshot(`
     [
       "GET /v1/files/{id+} -> shop.Catalog/Get json",
       "GET /v1/products/{id} -> shop.Catalog/Get json",
       "GET /v1/shelves/{shelves}/products/{products} -> shop.Catalog/Get json",
       "HEAD /v1/{v1}/{id} -> shop.Catalog/Get json",
       "POST /v1/products:search -> shop.Catalog/Get json",
     ]
    `);
    const [route] = routesOf({ grpcRoutes: [{ service: 'catalog', mapping: 'annotations' }] }, ANNOTATED).filter(({ key }) =>
      key.includes('shelves'),
    );
    expect(bindingOf(route.target as GrpcTarget)).toBe('GET /v1/{id=shelves/*/products/*}');
  });

  test('by names of methods, of some services, without some methods', () => {
    const grpcServices = ['hipstershop.ProductCatalogService', 'hipstershop.AdService'];
    expect(keys({ mapping: 'methodNames', grpcServices, exclude: ['hipstershop.ProductCatalogService/ListProducts'] }))
      .toMatchInlineSnapshot(`
     [
       "POST /hipstershop.AdService/GetAds -> hipstershop.AdService/GetAds json",
       "POST /hipstershop.ProductCatalogService/GetProduct -> hipstershop.ProductCatalogService/GetProduct json",
       "POST /hipstershop.ProductCatalogService/SearchProducts -> hipstershop.ProductCatalogService/SearchProducts json",
     ]
    `);
    expect(keys({ mapping: 'methodNames', grpcServices: ['hipstershop.AdService'], web: true })).toMatchInlineSnapshot(`
     [
       "POST /hipstershop.AdService/GetAds -> hipstershop.AdService/GetAds web json",
     ]
    `);
    expect(keys({ mapping: 'web', grpcServices: ['hipstershop.AdService'] })).toMatchInlineSnapshot(`
     [
       "POST /hipstershop.AdService/GetAds -> hipstershop.AdService/GetAds web",
     ]
    `);
  });

  test('all methods of Online Boutique', () => {
    expect(keys({ mapping: 'methodNames' })).toHaveLength(15);
  });

  test('beside routes of other kinds, with settings of their own', () => {
    const routes = routesOf(
      {
        routes: { 'GET /': { service: 'ui' } },
        grpcRoutes: [
          { service: 'catalog', mapping: 'methodNames', throttle: { rateLimit: 5, burstLimit: 5 }, authorizer: { kind: 'iam' } },
        ],
      },
      protoFiles({ 'shop.proto': catalogProto('  rpc Get(GetRequest) returns (Product);') }),
    );
    expect(routes.map(({ key, authorizer, throttle }) => ({ key, authorizer, throttle }))).toEqual([
      { key: 'POST /shop.Catalog/Get', authorizer: 'iam', throttle: { rateLimit: 5, burstLimit: 5 } },
      { key: 'GET /', authorizer: 'none', throttle: undefined },
    ]);
  });

  test('streams, on a REST API that streams', () => {
    const route = routesOf(
      { grpcRoutes: [{ service: 'catalog', mapping: 'methodNames', responseTransferMode: 'STREAM', stream: 'serverSentEvents' }] },
      SHOP,
      'rest',
    );
    expect(route.map(({ target }) => (target as GrpcTarget).json?.stream)).toEqual([undefined, 'serverSentEvents']);
  });

  test('a message that holds the field changes no name of a parameter, which a REST API takes once at each place', () => {
    const api = protoFiles({
      'shop.proto': catalogProto(`  rpc Get(GetRequest) returns (Product) { option (google.api.http) = { get: "/v1/{id}" }; }
  rpc Set(GetRequest) returns (Product) { option (google.api.http) = { put: "/v1/{page.product.id}" body: "page" }; }`),
    });
    expect(keys({ mapping: 'annotations' }, api, 'rest')).toEqual([
      'GET /v1/{id} -> shop.Catalog/Get json',
      'PUT /v1/{id} -> shop.Catalog/Set json',
    ]);
  });
});
