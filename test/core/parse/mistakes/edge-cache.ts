import type { Raw } from '../../../support/parsing';
import { edge, seconds, token } from '../../../support/parsing';
import { demoApi, grpcEdge } from '../../../support/grpc';
import type { Mistakes } from './mistake';

const CACHE = 'edge.routes["GET /"].cache';
const VALIDATION = 'edge.routes["GET /"].validation';

/** A route of a REST API with a cache, and its edge. */
const cached = (cache: unknown = {}, route: Raw = {}, all: Raw = {}): Raw =>
  edge({ cache: {}, ...all, routes: { 'GET /': { service: 'ui', cache, ...route } } }, 'rest');
const keyed = (key: string): Raw => edge({ cache: {}, routes: { [key]: { service: 'ui', cache: {} } } }, 'rest');
const validated = (validation: unknown): Raw => edge({ routes: { 'GET /': { service: 'ui', validation } } }, 'rest');
const allowed = (allowedIpRanges: unknown, more: Raw = {}): Raw => edge({ allowedIpRanges, ...more }, 'rest');
const RANGES = 'edge.allowedIpRanges';
const part = { kind: 'get', service: 'ui', path: '/' };

/** What API Gateway keeps and whom and what it refuses. */
export const EDGE_CACHE_MISTAKES: Mistakes = {
  UNSUPPORTED_BY_EDGE: [
    { did: 'wants an HTTP API to keep responses', props: edge({ cache: {} }), path: 'edge.cache' },
    {
      did: 'wants an HTTP API to keep the responses of a route',
      props: edge({ routes: { 'GET /': { service: 'ui', cache: {} } } }),
      path: CACHE,
    },
    {
      did: 'wants an HTTP API to look for parameters',
      props: edge({ routes: { 'GET /': { service: 'ui', validation: { query: ['page'] } } } }),
      path: VALIDATION,
    },
    { did: 'lists the clients of an HTTP API by their addresses', props: edge({ allowedIpRanges: ['203.0.113.0/24'] }), path: RANGES },
    { did: 'wants an HTTP API to say more in its errors', props: edge({ detailedErrors: true }), path: 'edge.detailedErrors' },
  ],
  NO_EFFECT: [
    { did: 'pays for a cache in which nothing is kept', props: edge({ cache: {} }, 'rest'), path: 'edge.cache' },
    { did: 'keeps responses of a route in no cache', props: cached({}, {}, { cache: undefined }), path: CACHE },
  ],
  CONFLICT: [
    {
      did: 'keeps the responses of all methods of a gRPC service',
      props: grpcEdge(
        demoApi(),
        { grpcRoutes: [{ service: 'catalog', mapping: 'methodNames', grpcServices: ['hipstershop.ProductCatalogService'], cache: {} }] },
        'rest',
      ),
      path: 'edge.grpcRoutes[0].cache',
    },
    {
      did: 'opens, by addresses, a route that wants signed requests',
      props: allowed(['203.0.113.0/24'], {
        routes: { 'GET /{page}': { service: 'ui' }, 'GET /orders/{id}': { service: 'ui', authorizer: { kind: 'iam' } } },
      }),
      path: RANGES,
    },
    {
      did: 'opens, by addresses and CORS, a route that wants signed requests',
      props: allowed(['203.0.113.0/24'], {
        authorizer: { kind: 'iam' },
        cors: { allowOrigins: ['https://shop.example'] },
        routes: { 'OPTIONS /orders': { service: 'ui' } },
      }),
      path: RANGES,
    },
    { did: 'keeps responses to POST', props: keyed('POST /'), path: 'edge.routes["POST /"].cache' },
    { did: 'keeps responses to all methods', props: keyed('ANY /'), path: 'edge.routes["ANY /"].cache' },
    { did: 'keeps the responses to signed requests', props: cached({}, { authorizer: { kind: 'iam' } }), path: CACHE },
    {
      did: 'keeps the responses to requests that the edge wants signed',
      props: cached({}, {}, { authorizer: { kind: 'iam' } }),
      path: CACHE,
    },
    { did: 'keeps what is streamed', props: cached({}, { responseTransferMode: 'STREAM' }), path: CACHE },
    {
      did: 'keeps what says that it must not be kept',
      props: cached({}, { responseHeaders: { kind: 'of', set: { 'cache-control': 'private, no-store' } } }),
      path: CACHE,
    },
    {
      did: 'keeps answers of several parts',
      props: edge({ cache: {}, routes: { 'GET /': { aggregate: { parts: { page: part } }, cache: {} } } }, 'rest'),
      path: CACHE,
    },
  ],
  INVALID_VALUE: [
    { did: 'lets a host name call the API', props: allowed(['shop.example']), path: `${RANGES}[0]` },
    { did: 'lets more bits than an address has call the API', props: allowed(['203.0.113.0/33']), path: `${RANGES}[0]` },
    { did: 'lets a range without bits call the API', props: allowed(['2001:db8::/']), path: `${RANGES}[0]` },
    {
      did: 'wants a cache of a size that there is not',
      props: cached({}, {}, { cache: { clusterSize: '1' } }),
      path: 'edge.cache.clusterSize',
    },
  ],
  OUT_OF_RANGE: [
    { did: 'keeps responses for no time', props: cached({ ttl: seconds(0) }), path: `${CACHE}.ttl` },
    { did: 'keeps responses for two hours', props: cached({}, {}, { cache: { ttl: seconds(7200) } }), path: 'edge.cache.ttl' },
  ],
  INVALID_NAME: [
    { did: 'takes the value of a parameter into the key', props: cached({ query: ['page=1'] }), path: `${CACHE}.query[0]` },
    { did: 'looks for a header with a colon', props: validated({ headers: ['x-tenant:'] }), path: `${VALIDATION}.headers[0]` },
  ],
  DUPLICATE: [
    { did: 'lists a range of addresses twice', props: allowed(['203.0.113.7', '203.0.113.7']), path: `${RANGES}[1]` },
    { did: 'names a header twice', props: cached({ headers: ['Accept', 'accept'] }), path: `${CACHE}.headers[1]` },
    { did: 'looks for a parameter twice', props: validated({ query: ['a', 'a'] }), path: `${VALIDATION}.query[1]` },
  ],
  MISSING: [
    { did: 'lets nobody call the API', props: allowed([]), path: RANGES },
    { did: 'looks for nothing', props: validated({}), path: VALIDATION },
    { did: 'looks for an empty list', props: validated({ query: [] }), path: VALIDATION },
  ],
  UNKNOWN_PROPERTY: [{ did: 'takes cookies into the key', props: cached({ cookies: ['a'] }), path: `${CACHE}.cookies` }],
  TOKEN: [{ did: 'takes a name in the key from a token', props: cached({ query: [token] }), path: `${CACHE}.query[0]` }],
};
