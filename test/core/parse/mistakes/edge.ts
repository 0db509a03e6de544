import { Bytes } from '../../../../lib/core/reading/input';
import type { Mistakes } from './mistake';
import { route, cors } from './mistake';
import { edge, mesh, publicRoute, routes, seconds, service, token } from '../../../support/parsing';

/** The edge: its routes, limits and CORS. */
export const EDGE_MISTAKES: Mistakes = {
  UNKNOWN_SERVICE: [{ did: 'routes to an unknown service', props: route({ service: 'iu' }), path: 'edge.routes["GET /"].service' }],
  INVALID_NAME: [{ did: 'names the stage with a slash', props: edge({ stageName: 'a/b' }), path: 'edge.stageName' }],
  MISSING: [
    { did: 'changes no response header', props: edge({ responseHeaders: { kind: 'of' } }), path: 'edge.responseHeaders' },
    { did: 'gives an edge with no routes', props: edge({ routes: undefined }), path: 'edge.routes' },
    { did: 'gives an edge with an empty list of routes', props: routes({}), path: 'edge.routes' },
    { did: 'gives a route that says nothing', props: route(undefined), path: 'edge.routes["GET /"]' },
    { did: 'gives a route that leads nowhere', props: route({}), path: 'edge.routes["GET /"].service' },
    { did: 'gives a throttle with no burst', props: edge({ throttle: { rateLimit: 5 } }), path: 'edge.throttle.burstLimit' },
    { did: 'gives a throttle with no rate', props: edge({ throttle: { burstLimit: 5 } }), path: 'edge.throttle.rateLimit' },
    { did: 'gives CORS with no origins', props: edge({ cors: {} }), path: 'edge.cors.allowOrigins' },
    { did: 'gives CORS with an empty list of origins', props: cors({ allowOrigins: [] }), path: 'edge.cors.allowOrigins' },
  ],
  UNKNOWN_PROPERTY: [
    {
      did: 'adds a response header in place of setting it',
      props: edge({ responseHeaders: { kind: 'of', add: { a: 'b' } } }),
      path: 'edge.responseHeaders.add',
    },
    { did: 'misspells an option of a route', props: route({ ...publicRoute, scope: ['a'] }), path: 'edge.routes["GET /"].scope' },
  ],
  TOKEN: [
    {
      did: 'takes a part of a route from a token',
      props: routes({ 'GET /${Token[TOKEN.7]}/a': { service: 'ui' }, 'GET /': { service: 'ui' } }),
      path: 'edge.routes["GET /${Token[TOKEN.7]}/a"]',
    },
    { did: 'takes the service of a route from a token', props: route({ service: token }), path: 'edge.routes["GET /"].service' },
    {
      did: 'takes a rate limit from a token',
      props: edge({ throttle: { rateLimit: token, burstLimit: 5 } }),
      path: 'edge.throttle.rateLimit',
    },
  ],
  WRONG_TYPE: [
    { did: 'gives a list as an edge', props: mesh({ ui: service() }, { edge: [] }), path: 'edge' },
    { did: 'gives a route as a string', props: route('ui'), path: 'edge.routes["GET /"]' },
  ],
  OUT_OF_RANGE: [
    { did: 'wants an HTTP API to wait for a minute', props: edge({ timeout: seconds(60) }), path: 'edge.timeout' },
    {
      did: 'wants a REST API to hold a response back for 10 minutes',
      props: edge({ timeout: seconds(600) }, 'rest'),
      path: 'edge.timeout',
    },
    {
      did: 'wants a route to wait for 10 minutes that is not streamed',
      props: edge({ routes: { 'GET /': { service: 'ui', timeout: seconds(600) } } }, 'rest'),
      path: 'edge.routes["GET /"].timeout',
    },
    {
      did: 'holds back the responses of a route, for which its edge waits as for streams',
      props: edge(
        {
          responseTransferMode: 'STREAM',
          timeout: seconds(600),
          routes: { 'GET /': { service: 'ui', responseTransferMode: 'BUFFERED' }, 'GET /stream': { service: 'ui' } },
        },
        'rest',
      ),
      path: 'edge.routes["GET /"].responseTransferMode',
    },
    { did: 'takes larger requests than API Gateway', props: edge({ maxRequestSize: new Bytes(20_000_000) }), path: 'edge.maxRequestSize' },
    { did: 'gives a negative rate limit', props: edge({ throttle: { rateLimit: -1, burstLimit: 1 } }), path: 'edge.throttle.rateLimit' },
    {
      did: 'gives half a request as a burst',
      props: edge({ throttle: { rateLimit: 1, burstLimit: 0.5 } }),
      path: 'edge.throttle.burstLimit',
    },
    { did: 'lets browsers remember CORS for a week', props: cors({ maxAge: seconds(604_800) }), path: 'edge.cors.maxAge' },
  ],
  INVALID_VALUE: [
    { did: 'wants addresses of a kind that is none', props: edge({ ipAddressType: 'ipv6' }), path: 'edge.ipAddressType' },
    {
      did: 'asks the edge to believe X-Forwarded-For',
      props: mesh(
        { ui: service() },
        {
          edge: {
            kind: 'http',
            authorizer: { kind: 'none' },
            routes: { $default: { service: 'ui' } },
            passThroughHeaders: ['X-Forwarded-For'],
          },
        },
      ),
      path: 'edge.passThroughHeaders[0]',
    },
  ],
  TASK_SIZE: [
    {
      did: 'asks for a gateway of a size that there is not',
      props: edge({ gateway: { cpu: 256, memoryLimitMiB: 700 } }),
      path: 'edge.gateway.memoryLimitMiB',
    },
  ],
  MALFORMED_ROUTE: [
    { did: 'forgets the method', props: routes({ '/a': { service: 'ui' } }), path: 'edge.routes["/a"]' },
    { did: 'forgets the path', props: routes({ GET: { service: 'ui' } }), path: 'edge.routes.GET' },
    { did: 'forgets the slash', props: routes({ 'GET a': { service: 'ui' } }), path: 'edge.routes["GET a"]' },
    { did: 'writes the method in lower case', props: routes({ 'get /a': { service: 'ui' } }), path: 'edge.routes["get /a"]' },
    {
      did: 'writes a method that API Gateway does not have',
      props: routes({ 'TRACE /a': { service: 'ui' } }),
      path: 'edge.routes["TRACE /a"]',
    },
    { did: 'ends the path in a slash', props: routes({ 'GET /a/': { service: 'ui' } }), path: 'edge.routes["GET /a/"]' },
    { did: 'leaves a part of the path empty', props: routes({ 'GET /a//b': { service: 'ui' } }), path: 'edge.routes["GET /a//b"]' },
    { did: 'writes a wildcard of another router', props: routes({ 'GET /a/*': { service: 'ui' } }), path: 'edge.routes["GET /a/*"]' },
    {
      did: 'writes a parameter of another router inside of a part',
      props: routes({ 'GET /a-{id}': { service: 'ui' } }),
      path: 'edge.routes["GET /a-{id}"]',
    },
    { did: 'writes a query into the path', props: routes({ 'GET /a?b=c': { service: 'ui' } }), path: 'edge.routes["GET /a?b=c"]' },
    {
      did: 'puts the greedy parameter in the middle',
      props: routes({ 'GET /{proxy+}/a': { service: 'ui' } }),
      path: 'edge.routes["GET /{proxy+}/a"]',
    },
    { did: 'gives two parameters one name', props: routes({ 'GET /{id}/{id}': { service: 'ui' } }), path: 'edge.routes["GET /{id}/{id}"]' },
    { did: 'writes ""', props: routes({ '': { service: 'ui' } }), path: 'edge.routes[""]' },
  ],
  OVERLAPPING_ROUTES: [
    {
      did: 'writes one route with two names for its parameter',
      props: routes({ 'GET /a/{id}': { service: 'ui' }, 'GET /a/{name}': { service: 'ui' } }),
      path: 'edge.routes["GET /a/{name}"]',
    },
    {
      did: 'names one place of a REST API twice',
      props: routes({ 'GET /a/{id}': { service: 'ui' }, 'GET /a/{name}/b': { service: 'ui' } }, 'rest'),
      path: 'edge.routes["GET /a/{name}/b"]',
    },
    {
      did: 'gives one place of a REST API a parameter and a greedy one',
      props: routes({ 'GET /a/{id}': { service: 'ui' }, 'ANY /a/{proxy+}': { service: 'ui' } }, 'rest'),
      path: 'edge.routes["GET /a/{id}"]',
    },
  ],
  ROUTE_PROTOCOL: [
    {
      did: 'routes to a gRPC service',
      props: mesh({ ui: service({ protocol: 'grpc' }) }, { edge: { kind: 'http', routes: { 'GET /': publicRoute } } }),
      path: 'edge.routes["GET /"].service',
    },
    {
      did: 'routes to a TCP service',
      props: mesh({ ui: service({ protocol: 'tcp' }) }, { edge: { kind: 'http', routes: { 'GET /': publicRoute } } }),
      path: 'edge.routes["GET /"].service',
    },
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'takes a CORS origin of a REST API, which Envoy checks, from a token',
      props: cors({ allowOrigins: [token] }, 'rest'),
      path: 'edge.cors.allowOrigins[0]',
    },
    { did: 'wants $default on a REST API', props: routes({ $default: { service: 'ui' } }, 'rest'), path: 'edge.routes.$default' },
  ],
  THROTTLE: [
    { did: 'allows requests, but no burst', props: edge({ throttle: { rateLimit: 10, burstLimit: 0 } }), path: 'edge.throttle' },
    {
      did: 'allows a burst, but no requests after it',
      props: route({ service: 'ui', throttle: { rateLimit: 0, burstLimit: 10 } }),
      path: 'edge.routes["GET /"].throttle',
    },
  ],
  CORS: [
    {
      did: 'allows credentials from everywhere',
      props: cors({ allowOrigins: ['*'], allowCredentials: true }),
      path: 'edge.cors.allowCredentials',
    },
    {
      did: 'gives an origin with a path',
      props: cors({ allowOrigins: ['https://a.example', 'https://shop.example/'] }),
      path: 'edge.cors.allowOrigins[1]',
    },
    { did: 'gives an origin in capitals', props: cors({ allowOrigins: ['https://Shop.example'] }), path: 'edge.cors.allowOrigins[0]' },
    {
      did: 'gives an origin with the default port',
      props: cors({ allowOrigins: ['https://shop.example:443'] }),
      path: 'edge.cors.allowOrigins[0]',
    },
    {
      did: 'gives an origin with a quote',
      props: cors({ allowOrigins: ["https://shop'.example"] }, 'rest'),
      path: 'edge.cors.allowOrigins[0]',
    },
    {
      did: 'gives an origin with a dollar sign',
      props: cors({ allowOrigins: ['https://$shop.example'] }, 'rest'),
      path: 'edge.cors.allowOrigins[0]',
    },
    {
      did: 'gives an origin with a port that there is not',
      props: cors({ allowOrigins: ['http://localhost:70000'] }),
      path: 'edge.cors.allowOrigins[0]',
    },
    {
      did: 'gives an origin with a wildcard',
      props: cors({ allowOrigins: ['https://*.shop.example'] }),
      path: 'edge.cors.allowOrigins[0]',
    },
    { did: 'gives an origin with no scheme', props: cors({ allowOrigins: ['shop.example'] }), path: 'edge.cors.allowOrigins[0]' },
    { did: 'gives a method in lower case', props: cors({ allowMethods: ['get'] }), path: 'edge.cors.allowMethods[0]' },
    { did: 'gives a method that there is not', props: cors({ allowMethods: ['ANY'] }), path: 'edge.cors.allowMethods[0]' },
    { did: 'gives a header with a quote', props: cors({ allowHeaders: ["x-it's"] }, 'rest'), path: 'edge.cors.allowHeaders[0]' },
    { did: 'gives a header with a space', props: cors({ allowHeaders: ['content type'] }), path: 'edge.cors.allowHeaders[0]' },
  ],
  RESERVED_NAME: [
    {
      did: 'sets a header of CORS by hand',
      props: edge({ responseHeaders: { kind: 'of', set: { 'Access-Control-Allow-Origin': '*' } } }),
      path: 'edge.responseHeaders',
    },
    {
      did: 'removes the length of responses',
      props: route({ ...publicRoute, responseHeaders: { kind: 'of', remove: ['content-length'] } }),
      path: 'edge.routes["GET /"].responseHeaders.remove[0]',
    },
  ],
  INVALID_FORMAT: [
    {
      did: 'sets a response header to two lines',
      props: edge({ responseHeaders: { kind: 'security', set: { 'x-a': 'b\nc' } } }),
      path: 'edge.responseHeaders.set.x-a',
    },
  ],
};
