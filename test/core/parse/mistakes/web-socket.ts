import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, jwt, seconds, token } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const connect = { $connect: { service: 'ui' } };
/** A WebSocket API with these routes beside `$connect`. */
const chat = (routes: Raw = {}, more: Raw = {}): Raw => edge({ routes: { ...connect, ...routes }, ...more }, 'webSocket');
const send = (route: Raw): Raw => chat({ send: { service: 'ui', ...route } });
const lambda = (more: Raw): Raw => ({ kind: 'lambda', handler: new Opaque({ functionArn: 'arn' }), ...more });
const domain = { domainName: 'chat.example.com', certificate: new Opaque({ certificateArn: 'arn' }) };
const SEND = 'edge.routes.send';

/** The routes of a WebSocket API, and whom it asks about its clients. */
export const WEB_SOCKET_MISTAKES: Mistakes = {
  MALFORMED_ROUTE: [
    { did: 'writes a method and a path', props: chat({ 'GET /orders': { service: 'ui' } }), path: 'edge.routes["GET /orders"]' },
    { did: 'invents an event', props: chat({ $message: { service: 'ui' } }), path: 'edge.routes.$message' },
    { did: 'puts a blank into a path', props: send({ path: '/a b' }), path: `${SEND}.path` },
  ],
  INVALID_FORMAT: [
    { did: 'puts a parameter into the path of a message', props: send({ path: '/rooms/{id}' }), path: `${SEND}.path` },
    {
      did: 'tells messages apart by a header',
      props: chat({}, { routeSelectionExpression: '$request.header.action' }),
      path: 'edge.routeSelectionExpression',
    },
  ],
  MISSING: [
    {
      did: 'lets nobody be authorized',
      props: edge({ routes: { send: { service: 'ui' } } }, 'webSocket'),
      path: 'edge.routes',
    },
  ],
  NO_AUTHORIZER: [{ did: 'says nothing of who may connect', props: chat({}, { authorizer: undefined }), path: 'edge.routes.$connect' }],
  OVERLAPPING_ROUTES: [
    {
      did: 'sends two messages to one path',
      props: chat({ a: { service: 'ui', path: '/x' }, b: { service: 'ui', path: '/x' } }),
      path: 'edge.routes.b',
    },
    { did: 'tells messages apart by upper and lower case', props: chat({ Send: { service: 'ui' }, send: { service: 'ui' } }), path: SEND },
  ],
  CONFLICT: [
    {
      did: 'answers a client that has left',
      props: chat({ $disconnect: { service: 'ui', routeResponse: true } }),
      path: 'edge.routes.$disconnect.routeResponse',
    },
    {
      did: 'finds the token of a client in two places',
      props: chat({}, { authorizer: lambda({ identityHeader: 'x-token', identityQueryParameter: 'token' }) }),
      path: 'edge.authorizer.identityQueryParameter',
    },
  ],
  INVALID_NAME: [
    {
      did: 'looks for a token in a parameter with a blank',
      props: chat({}, { authorizer: lambda({ identityQueryParameter: 'a b' }) }),
      path: 'edge.authorizer.identityQueryParameter',
    },
  ],
  NO_EFFECT: [
    {
      did: 'tells clients apart by what all connections have',
      props: chat({}, { clientThrottle: { identityHeader: 'x-websocket-callback-url', rateLimit: 5, burstLimit: 10 } }),
      path: 'edge.clientThrottle.identityHeader',
    },
  ],
  RESERVED_NAME: [
    {
      did: 'says who a client is in a header of connections',
      props: chat({}, { authorizer: { kind: 'iam', callerArnHeader: 'x-websocket-connection-id' } }),
      path: 'edge.authorizer.callerArnHeader',
    },
  ],
  INVALID_VALUE: [
    {
      did: 'puts a quote into the path of a WebSocket API',
      props: chat({}, { domain: { ...domain, basePath: "/o'hara" } }),
      path: 'edge.domain.basePath',
    },
  ],
  OUT_OF_RANGE: [{ did: 'lets a WebSocket API wait for a minute', props: send({ timeout: seconds(60) }), path: `${SEND}.timeout` }],
  TOKEN: [{ did: 'takes the path of a message from a token', props: send({ path: token }), path: `${SEND}.path` }],
  UNSUPPORTED_BY_EDGE: [
    { did: 'asks an authorizer at each message', props: send({ authorizer: { kind: 'iam' } }), path: `${SEND}.authorizer` },
    { did: 'lets a WebSocket API check tokens', props: chat({}, { authorizer: jwt }), path: 'edge.authorizer' },
    {
      did: 'lets a WebSocket API keep what its function says',
      props: chat({}, { authorizer: lambda({ resultsCacheTtl: seconds(60) }) }),
      path: 'edge.authorizer.resultsCacheTtl',
    },
    {
      did: 'maps a key of the context that may be absent',
      props: chat({}, { authorizer: lambda({ contextToHeaders: { 'x-room': 'room' } }) }),
      path: 'edge.authorizer.contextToHeaders.x-room',
    },
    { did: 'gives a WebSocket API CORS', props: chat({}, { cors: { allowOrigins: ['*'] } }), path: 'edge.cors' },
    { did: 'compresses messages', props: chat({}, { compression: { kind: 'of' } }), path: 'edge.compression' },
    {
      did: 'asks clients of a WebSocket API for certificates',
      props: chat({}, { domain: { ...domain, mutualTls: { bucket: new Opaque({ bucketName: 'stores' }), key: 'k' } } }),
      path: 'edge.domain.mutualTls',
    },
    {
      did: 'wants TLS 1.3 alone for a WebSocket API',
      props: chat({}, { domain: { ...domain, securityPolicy: 'SecurityPolicy_TLS13_1_3_2025_09' } }),
      path: 'edge.domain.securityPolicy',
    },
    {
      did: 'lets a REST API answer messages',
      props: edge({ routes: { 'GET /': { service: 'ui', routeResponse: true } } }, 'rest'),
      path: 'edge.routes["GET /"].routeResponse',
    },
    {
      did: 'selects the routes of an HTTP API',
      props: edge({ routeSelectionExpression: '$request.body.action' }),
      path: 'edge.routeSelectionExpression',
    },
  ],
};
