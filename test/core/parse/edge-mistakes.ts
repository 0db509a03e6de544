import { Opaque } from '../../../lib/core/reading/input';
import type { Raw } from '../../support/parsing';
import { edge, jwt, mesh, publicRoute, routes, service, token } from '../../support/parsing';

/** One mistake: what the user did, and the code and path of the one issue that it must give. */
export interface Mistake {
  readonly did: string;
  readonly props: unknown;
  readonly path: string;
}

const manyRoutes = (count: number, method = 'GET'): Raw =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${method} /r${index}`, { service: 'ui' }]));
const manyAuthorizers = (count: number): Raw =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `GET /r${index}`,
      { service: 'ui', authorizer: { kind: 'lambda', handler, name: `lambda-${index}` } },
    ]),
  );
export const route = (more: unknown): Raw => routes({ 'GET /': more });
export const authorizer = (value: unknown, kind = 'http'): Raw => edge({ authorizer: value }, kind);
export const cors = (value: Raw, kind = 'http'): Raw => edge({ cors: { allowOrigins: ['https://shop.example'], ...value } }, kind);
export const userPool = new Opaque({ userPoolId: 'p' });
export const userPoolClient = new Opaque({ userPoolClientId: 'c' });
export const handler = new Opaque({ functionArn: 'f' });

/** Mistakes that only an edge can have, by the code of their issue. */
export const EDGE_MISTAKES = {
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
  TOO_MANY_ROUTES: [
    { did: 'gives an HTTP API 301 routes', props: routes(manyRoutes(301)), path: 'edge.routes' },
    {
      did: 'gives an HTTP API 151 routes that need another one for preflight requests',
      props: edge({ authorizer: jwt, cors: { allowOrigins: ['*'] }, routes: manyRoutes(151, 'ANY') }),
      path: 'edge.routes',
    },
    { did: 'gives a REST API 301 resources', props: routes(manyRoutes(301), 'rest'), path: 'edge.routes' },
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
  NO_AUTHORIZER: [
    { did: 'chooses no authorizer for an HTTP API', props: edge({ authorizer: undefined }), path: 'edge.routes["ANY /{proxy+}"]' },
    { did: 'chooses no authorizer for a REST API', props: edge({ authorizer: undefined }, 'rest'), path: 'edge.routes["ANY /{proxy+}"]' },
  ],
  UNSUPPORTED_AUTHORIZER: [
    {
      did: 'wants scopes with IAM',
      props: route({ service: 'ui', authorizer: { kind: 'iam' }, scopes: ['read'] }),
      path: 'edge.routes["GET /"].scopes',
    },
  ],
  DUPLICATE_AUTHORIZER: [
    {
      did: 'gives a JWT and a Lambda authorizer one name',
      props: routes({
        'GET /a': { service: 'ui', authorizer: { ...jwt, name: 'main' } },
        'GET /b': { service: 'ui', authorizer: { kind: 'lambda', handler, name: 'main' } },
      }),
      path: 'edge.routes["GET /b"].authorizer',
    },
  ],
  TOO_MANY_AUTHORIZERS: [
    { did: 'gives an HTTP API eleven authorizers', props: routes(manyAuthorizers(11)), path: 'edge.routes' },
    { did: 'gives a REST API eleven authorizers', props: routes(manyAuthorizers(11), 'rest'), path: 'edge.routes' },
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'takes a CORS origin of a REST API, which Envoy checks, from a token',
      props: edge({ cors: { allowOrigins: [token] } }, 'rest'),
      path: 'edge.cors.allowOrigins[0]',
    },
    {
      did: 'wants API keys on an HTTP API',
      props: route({ service: 'ui', authorizer: { kind: 'apiKey' } }),
      path: 'edge.routes["GET /"].authorizer',
    },
    {
      did: 'wants JWTs on a REST API',
      props: routes({ 'GET /': { service: 'ui', authorizer: jwt } }, 'rest'),
      path: 'edge.routes["GET /"].authorizer',
    },
    { did: 'wants $default on a REST API', props: routes({ $default: { service: 'ui' } }, 'rest'), path: 'edge.routes.$default' },
    {
      did: 'wants a REST API to tell the clients of a user pool apart',
      props: authorizer({ kind: 'cognito', userPool, userPoolClients: [userPoolClient] }, 'rest'),
      path: 'edge.authorizer.userPoolClients',
    },
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
} satisfies Readonly<Record<string, readonly Mistake[]>>;
