import { catalogProto, demoApi, grpcEdge, grpcService, protoFiles } from '../../../support/grpc';
import type { Raw } from '../../../support/parsing';
import { mesh, service, token } from '../../../support/parsing';
import type { Mistake, Mistakes } from './mistake';

const GET_PRODUCT = 'hipstershop.ProductCatalogService/GetProduct';
const KEY = 'GET /products/{id}';
const ROUTE = `edge.routes["${KEY}"]`;
const API = 'services.catalog.grpcApi';

/** A route to Online Boutique's catalog. */
const route = (grpc: Raw, key = KEY, kind = 'http', more: Raw = {}): Raw =>
  grpcEdge(demoApi(), { routes: { [key]: { grpc: { service: 'catalog', method: GET_PRODUCT, ...grpc }, ...more } } }, kind);
/** A file with a method that takes `shop.GetRequest`. */
const METHODS = `
  rpc Get(GetRequest) returns (Product);
  rpc Watch(GetRequest) returns (stream Product);
  rpc Add(stream Product) returns (Empty);
  rpc Chat(stream Product) returns (stream Product);`;
const shopRoute = (grpc: Raw, key = KEY, kind = 'http', more: Raw = {}): Raw =>
  grpcEdge(
    protoFiles({ 'shop.proto': catalogProto(METHODS) }),
    { routes: { [key]: { grpc: { service: 'catalog', method: 'shop.Catalog/Get', ...grpc }, ...more } } },
    kind,
  );
const routes = (grpcRoutes: Raw, api: unknown = demoApi(), kind = 'http', more: Raw = {}): Raw =>
  grpcEdge(api, { grpcRoutes: [{ service: 'catalog', ...grpcRoutes }], ...more }, kind);
/** A method with this option, found by annotations. */
const annotated = (option: string, kind = 'http'): Raw =>
  routes(
    { mapping: 'annotations' },
    protoFiles({ 'shop.proto': catalogProto(`  rpc Get(GetRequest) returns (Product) {\n    option (google.api.http) = ${option};\n  }`) }),
    kind,
  );
const wrong = (did: string, option: string): Mistake => ({ did, props: annotated(option), path: 'edge.grpcRoutes[0]' });
const api = (grpcApi: unknown): Raw => mesh({ catalog: grpcService(grpcApi) });
const file = (text: string): Raw => api(protoFiles({ 'shop.proto': text }));
const descriptorSet = (text: string): Raw =>
  api({ kind: 'descriptorSet', file: { path: 'shop.binpb', text: Buffer.from(text, 'latin1').toString('base64') } });

/** What .proto files say, and routes to gRPC services. */
export const GRPC_MISTAKES: Mistakes = {
  GRPC_API: [
    { did: 'forgets a semicolon in a .proto file', props: file('syntax = "proto3";\nmessage A {\n  string id = 1\n}'), path: API },
    { did: 'writes a character that is none of protobuf', props: file('syntax = "proto3";\nmessage A { string id = "x; }'), path: API },
    { did: 'gives two fields one number', props: file('syntax = "proto3";\nmessage A {\n  string a = 1;\n  string b = 1;\n}'), path: API },
    { did: 'gives two fields one name', props: file('syntax = "proto3";\nmessage A {\n  string a = 1;\n  string a = 2;\n}'), path: API },
    {
      did: 'names a type that is not there',
      props: file('syntax = "proto3";\npackage shop;\nmessage A {\n  Money price = 1;\n}'),
      path: API,
    },
    {
      did: 'lets a method return an enum',
      props: file('syntax = "proto3";\nenum E { A = 0; }\nmessage M {}\nservice S {\n  rpc Get(M) returns (E);\n}'),
      path: API,
    },
    { did: 'imports a file that is not found', props: file('syntax = "proto3";\n\nimport "common/money.proto";'), path: API },
    {
      did: 'imports files in a cycle',
      props: api(
        protoFiles({
          'shop.proto': 'syntax = "proto3";\nimport "money.proto";',
          'money.proto': 'syntax = "proto3";\nimport "shop.proto";',
        }),
      ),
      path: API,
    },
    { did: 'chooses an edition that there is not', props: file('edition = "2022";'), path: API },
    {
      did: 'names a .proto file that is not there',
      props: api({ kind: 'protoFiles', files: [{ path: 'protos/shop.proto', error: 'there is no such file' }], texts: [] }),
      path: `${API}.files[0]`,
    },
    {
      did: 'names a descriptor set that is not there',
      props: api({ kind: 'descriptorSet', file: { path: 'shop.binpb', error: 'there is no such file' } }),
      path: `${API}.file`,
    },
    { did: 'gives a text as a descriptor set', props: descriptorSet('syntax = "proto3";'), path: API },
    { did: 'gives an empty descriptor set', props: descriptorSet(''), path: API },
    {
      did: 'gives a descriptor set without its imports',
      // A file "a.proto" that imports "b.proto".
      props: descriptorSet('\x0a\x12\x0a\x07a.proto\x1a\x07b.proto'),
      path: API,
    },
    {
      did: 'misspells a verb in google.api.http',
      props: annotated('{ gte: "/v1/products/{id}" }'),
      path: API,
    },
    { did: 'gives google.api.http a number as a path', props: annotated('{ get: 5 }'), path: API },
    {
      did: 'gives an additional binding of google.api.http bindings of its own',
      props: annotated('{ get: "/a/{id}" additional_bindings { get: "/b/{id}" additional_bindings { get: "/c/{id}" } } }'),
      path: API,
    },
  ],
  UNKNOWN_METHOD: [
    { did: 'misspells a method', props: route({ method: 'hipstershop.ProductCatalogService/GetProdukt' }), path: `${ROUTE}.grpc.method` },
    { did: 'leaves the package out', props: route({ method: 'ProductCatalogService/GetProduct' }), path: `${ROUTE}.grpc.method` },
    {
      did: 'misspells a service of the API',
      props: routes({ mapping: 'methodNames', grpcServices: ['hipstershop.ProductService'] }),
      path: 'edge.grpcRoutes[0].grpcServices[0]',
    },
    {
      did: 'misspells a method that has something of its own',
      props: routes(
        { mapping: 'methodNames', methods: { 'hipstershop.CartService/GetKart': { validation: { query: ['a'] } } } },
        demoApi(),
        'rest',
      ),
      path: 'edge.grpcRoutes[0].methods["hipstershop.CartService/GetKart"]',
    },
    {
      did: 'excludes a method that there is not',
      props: routes({ mapping: 'methodNames', exclude: ['GetProduct'] }),
      path: 'edge.grpcRoutes[0].exclude[0]',
    },
  ],
  UNKNOWN_SERVICE: [
    { did: 'misspells the service of a gRPC route', props: route({ service: 'catalogue' }), path: `${ROUTE}.grpc.service` },
  ],
  ROUTE_PROTOCOL: [{ did: 'calls an HTTP service by gRPC', props: route({ service: 'ui' }), path: `${ROUTE}.grpc.service` }],
  UNSUPPORTED_BY_PROTOCOL: [
    { did: 'gives an HTTP service a gRPC API', props: mesh({ ui: service({ grpcApi: demoApi() }) }), path: 'services.ui.grpcApi' },
  ],
  CONFLICT: [
    { did: 'leads a route to a service and to a method', props: route({}, KEY, 'http', { service: 'ui' }), path: ROUTE },
    {
      did: 'wants bodies of gRPC-Web clients to be JSON',
      props: routes({ mapping: 'web', methods: { [GET_PRODUCT]: { validation: { body: { kind: 'method' } } } } }, demoApi(), 'rest'),
      path: `edge.grpcRoutes[0].methods["${GET_PRODUCT}"].validation.body`,
    },
    {
      did: 'wants a method to have its own schema where requests have no body',
      props: grpcEdge(
        demoApi(),
        { routes: { [KEY]: { grpc: { service: 'catalog', method: GET_PRODUCT }, validation: { body: { kind: 'method' } } } } },
        'rest',
      ),
      path: `${ROUTE}.validation.body`,
    },
    {
      did: 'wants gRPC-Web at the paths of annotations',
      props: routes(
        { mapping: 'annotations', web: true },
        protoFiles({ 'shop.proto': catalogProto('  rpc Get(GetRequest) returns (Product) { option (google.api.http) = { get: "/a" }; }') }),
      ),
      path: 'edge.grpcRoutes[0].web',
    },
  ],
  MISSING: [
    {
      did: 'says nothing of a method by name',
      props: routes({ mapping: 'methodNames', methods: { [GET_PRODUCT]: {} } }, demoApi(), 'rest'),
      path: `edge.grpcRoutes[0].methods["${GET_PRODUCT}"]`,
    },
    {
      did: 'leaves grpcRoutes empty, and has no other route',
      props: grpcEdge(demoApi(), { grpcRoutes: [] }),
      path: 'edge.routes',
    },
    { did: 'names no method', props: route({ method: undefined }), path: `${ROUTE}.grpc.method` },
    { did: 'names no gRPC service', props: route({ service: undefined }), path: `${ROUTE}.grpc.service` },
    {
      did: 'routes to a gRPC service whose API is not known',
      props: grpcEdge(undefined, { routes: { [KEY]: { grpc: { service: 'catalog', method: GET_PRODUCT } } } }),
      path: `${ROUTE}.grpc.service`,
    },
    { did: 'says nothing of where methods are found', props: routes({}), path: 'edge.grpcRoutes[0].mapping' },
    {
      did: 'gives an entry of grpcRoutes with no value',
      props: grpcEdge(demoApi(), { grpcRoutes: [undefined] }),
      path: 'edge.grpcRoutes[0]',
    },
    { did: 'names no .proto file', props: api({ kind: 'protoFiles', files: [], texts: [] }), path: API },
    {
      did: 'names no field for the body',
      props: route({ body: { kind: 'field' } }, 'POST /products/{id}'),
      path: 'edge.routes["POST /products/{id}"].grpc.body.name',
    },
  ],
  TOKEN: [
    { did: 'takes the name of a method from a token', props: route({ method: token }), path: `${ROUTE}.grpc.method` },
    {
      did: 'takes the path of a .proto file from a token',
      props: api({ kind: 'protoFiles', files: [{ path: token }], texts: [] }),
      path: `${API}.files[0].path`,
    },
  ],
  WRONG_TYPE: [
    { did: 'gives a path as an API', props: api('shop.proto'), path: API },
    { did: 'gives one path in place of a list', props: api({ kind: 'protoFiles', files: 'shop.proto', texts: [] }), path: `${API}.files` },
    {
      did: 'gives one entry in place of a list of grpcRoutes',
      props: grpcEdge(demoApi(), { grpcRoutes: { service: 'catalog' } }),
      path: 'edge.grpcRoutes',
    },
  ],
  UNKNOWN_PROPERTY: [{ did: 'misspells an option of a gRPC route', props: route({ field: { id: 'id' } }), path: `${ROUTE}.grpc.field` }],
  INVALID_VALUE: [{ did: 'invents a mapping', props: routes({ mapping: 'openApi' }), path: 'edge.grpcRoutes[0].mapping' }],
  GRPC_ROUTE: [
    {
      did: 'binds a parameter to a field that is not there',
      props: route({}, 'GET /products/{productId}'),
      path: 'edge.routes["GET /products/{productId}"].grpc.fields',
    },
    { did: 'binds a parameter to a repeated field', props: shopRoute({ fields: { id: 'tags' } }), path: `${ROUTE}.grpc.fields.id` },
    { did: 'binds a parameter to a map', props: shopRoute({ fields: { id: 'labels' } }), path: `${ROUTE}.grpc.fields.id` },
    { did: 'binds a parameter to a message', props: shopRoute({ fields: { id: 'page' } }), path: `${ROUTE}.grpc.fields.id` },
    { did: 'looks for a field in a text', props: shopRoute({ fields: { id: 'id.value' } }), path: `${ROUTE}.grpc.fields.id` },
    {
      did: 'binds two parameters to one field',
      props: shopRoute({ fields: { name: 'id' } }, 'GET /products/{id}/{name}'),
      path: 'edge.routes["GET /products/{id}/{name}"].grpc.fields.name',
    },
    { did: 'binds a parameter that the path has not', props: route({ fields: { name: 'id' } }), path: `${ROUTE}.grpc.fields.name` },
    { did: 'binds every method of HTTP', props: route({}, 'ANY /products/{id}'), path: 'edge.routes["ANY /products/{id}"].grpc' },
    {
      did: 'binds the requests by which browsers ask for CORS',
      props: route({}, 'OPTIONS /products/{id}'),
      path: 'edge.routes["OPTIONS /products/{id}"].grpc',
    },
    { did: 'gives a GET request a body', props: route({ body: { kind: 'all' } }), path: `${ROUTE}.grpc.body` },
    {
      did: 'takes a field for the body that is not there',
      props: shopRoute({ body: { kind: 'field', name: 'pge' } }, 'POST /a'),
      path: 'edge.routes["POST /a"].grpc.body',
    },
    {
      did: 'takes a text for the body',
      props: shopRoute({ body: { kind: 'field', name: 'id' } }, 'POST /a'),
      path: 'edge.routes["POST /a"].grpc.body',
    },
    {
      did: 'takes a list for the body',
      props: shopRoute({ body: { kind: 'field', name: 'tags' } }, 'POST /a'),
      path: 'edge.routes["POST /a"].grpc.body',
    },
    { did: 'wants gRPC-Web where its clients do not call', props: route({ web: true }), path: `${ROUTE}.grpc.web` },
    { did: 'routes to a method that takes a stream', props: shopRoute({ method: 'shop.Catalog/Add' }), path: `${ROUTE}.grpc.method` },
    {
      did: 'routes to a method that streams in both directions',
      props: shopRoute({ method: 'shop.Catalog/Chat' }),
      path: `${ROUTE}.grpc.method`,
    },
    {
      did: 'routes to all methods, of which one takes a stream',
      props: routes({ mapping: 'methodNames' }, protoFiles({ 'shop.proto': catalogProto('  rpc Add(stream Product) returns (Empty);') })),
      path: 'edge.grpcRoutes[0]',
    },
    { did: 'looks for annotations where there are none', props: routes({ mapping: 'annotations' }), path: 'edge.grpcRoutes[0]' },
    {
      did: 'excludes every method',
      props: routes(
        { mapping: 'methodNames', grpcServices: ['shop.Catalog'], exclude: ['shop.Catalog/Get'] },
        protoFiles({ 'shop.proto': catalogProto('  rpc Get(GetRequest) returns (Product);') }),
      ),
      path: 'edge.grpcRoutes[0]',
    },
    wrong('binds a field in google.api.http that is not there', '{ get: "/v1/products/{product_id}" }'),
    wrong('binds a repeated field in google.api.http', '{ get: "/v1/products/{tags}" }'),
    wrong('binds one field twice in google.api.http', '{ get: "/v1/{id}/products/{id}" }'),
    wrong('names a field in google.api.http as JSON does', '{ get: "/v1/products/{pageSize}" }'),
    wrong('writes a verb behind a parameter in google.api.http', '{ post: "/v1/products/{id}:cancel" body: "*" }'),
    wrong('forgets a brace in google.api.http', '{ get: "/v1/products/{id" }'),
    wrong('forgets the first slash in google.api.http', '{ get: "v1/products" }'),
    wrong('puts ** in the middle in google.api.http', '{ get: "/v1/{id=**}/products" }'),
    wrong('writes google.api.http with no path', '{ body: "*" }'),
    wrong('asks for a response_body', '{ get: "/v1/products/{id}" response_body: "id" }'),
    wrong('names a body in google.api.http that is not there', '{ post: "/v1/products" body: "product" }'),
    wrong('names a number as the body in google.api.http', '{ post: "/v1/products" body: "page_size" }'),
    wrong('gives GET a body in google.api.http', '{ get: "/v1/products" body: "*" }'),
    wrong('invents a method of HTTP in google.api.http', '{ custom: { kind: "FETCH" path: "/v1/products" } }'),
    wrong(
      'makes a mistake in an additional binding',
      '{ get: "/v1/products/{id}"\n      additional_bindings { get: "/v2/products/{ident}" } }',
    ),
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'lets a stream of responses go by an HTTP API',
      props: shopRoute({ method: 'shop.Catalog/Watch' }),
      path: `${ROUTE}.grpc.method`,
    },
    {
      did: 'lets all methods of a service go by an HTTP API, of which one returns a stream',
      props: routes(
        { mapping: 'web', exclude: ['shop.Catalog/Add', 'shop.Catalog/Chat'] },
        protoFiles({ 'shop.proto': catalogProto(METHODS) }),
      ),
      path: 'edge.grpcRoutes[0]',
    },
    {
      did: 'lets a stream of responses go by a REST API that holds responses back',
      props: shopRoute({ method: 'shop.Catalog/Watch' }, KEY, 'rest'),
      path: `${ROUTE}.grpc.method`,
    },
  ],
  NO_EFFECT: [
    {
      did: 'says something of a method that it leaves out',
      props: routes(
        { mapping: 'methodNames', exclude: [GET_PRODUCT], methods: { [GET_PRODUCT]: { validation: { query: ['a'] } } } },
        demoApi(),
        'rest',
      ),
      path: `edge.grpcRoutes[0].methods["${GET_PRODUCT}"]`,
    },
    { did: 'says how one response is streamed', props: route({ stream: 'serverSentEvents' }), path: `${ROUTE}.grpc.stream` },
    {
      did: 'says how responses are streamed where none is',
      props: routes({ mapping: 'methodNames', stream: 'serverSentEvents' }),
      path: 'edge.grpcRoutes[0].stream',
    },
    {
      did: 'limits JSON where there is none',
      props: routes({ mapping: 'web', stream: 'newlineDelimited' }),
      path: 'edge.grpcRoutes[0].stream',
    },
    {
      did: 'says what unknown fields are where no body has any',
      props: route({ unknownFields: 'ignore' }),
      path: `${ROUTE}.grpc.unknownFields`,
    },
    {
      did: 'says so of routes without bodies',
      props: routes(
        { mapping: 'annotations', unknownFields: 'ignore' },
        protoFiles({
          'shop.proto': catalogProto(
            '  rpc Get(GetRequest) returns (Product) {\n    option (google.api.http) = { get: "/products/{id}" };\n  }',
          ),
        }),
      ),
      path: 'edge.grpcRoutes[0].unknownFields',
    },
    {
      did: 'says so of gRPC-Web',
      props: routes({ mapping: 'web', unknownFields: 'reject' }),
      path: 'edge.grpcRoutes[0].unknownFields',
    },
  ],
  OVERLAPPING_ROUTES: [
    {
      did: 'gives two methods paths whose parameters a REST API cannot tell apart',
      props: routes(
        { mapping: 'annotations' },
        protoFiles({
          'shop.proto': catalogProto(`  rpc Get(GetRequest) returns (Product) { option (google.api.http) = { get: "/v1/{id}" }; }
  rpc Find(GetRequest) returns (Product) { option (google.api.http) = { get: "/v1/{page.token}/all" }; }`),
        }),
        'rest',
      ),
      path: 'edge.grpcRoutes[0]',
    },
    {
      did: 'finds two methods at one path',
      props: routes(
        { mapping: 'annotations' },
        protoFiles({
          'shop.proto': catalogProto(`  rpc Get(GetRequest) returns (Product) { option (google.api.http) = { get: "/v1/{id}" }; }
  rpc Find(GetRequest) returns (Product) { option (google.api.http) = { get: "/v1/{page.token}" }; }`),
        }),
      ),
      path: 'edge.grpcRoutes[0]',
    },
    {
      did: 'writes a route that grpcRoutes has, too',
      props: routes({ mapping: 'methodNames', grpcServices: ['hipstershop.AdService'] }, demoApi(), 'http', {
        routes: { 'POST /hipstershop.AdService/GetAds': { service: 'ui' } },
      }),
      path: 'edge.grpcRoutes[0]',
    },
  ],
  MALFORMED_ROUTE: [wrong('writes a path in google.api.http that API Gateway does not take', '{ get: "/v1/products/@me" }')],
};
