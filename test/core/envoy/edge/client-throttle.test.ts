import { edge as edgeOf, topologyOf } from '../../../support/parsing';
import { clientThrottle, clientThrottleOfRoute, throttledMessage } from '../../../../lib/core/envoy/edge/client-throttle';
import type { EdgeTopology } from '../../../../lib/core/model/topology';

const CALLER = { kind: 'iam', callerArnHeader: 'X-User' };

function planned(throttle: object, routes?: object): EdgeTopology {
  const {
    edges: [edge],
  } = topologyOf(edgeOf({ authorizer: CALLER, clientThrottle: { identityHeader: 'x-user', ...throttle }, ...(routes && { routes }) }));
  if (edge === undefined) throw new Error('no edge');
  return edge;
}

test.each([
  [{ rateLimit: 5, burstLimit: 20 }, { max_tokens: 20, tokens_per_fill: 1, fill_interval: '0.2s' }, '1'],
  [{ rateLimit: 1000, burstLimit: 1 }, { max_tokens: 1, tokens_per_fill: 100, fill_interval: '0.1s' }, '1'],
  [{ rateLimit: 0.01, burstLimit: 3 }, { max_tokens: 3, tokens_per_fill: 1, fill_interval: '100s' }, '100'],
])('%j fills the bucket of each client, known or not, evenly', (throttle, bucket, retryAfter) => {
  expect(clientThrottle(planned(throttle))).toMatchObject([
    {
      disabled: true,
      typed_config: {
        max_dynamic_descriptors: 10_000,
        descriptors: [{ token_bucket: bucket }, { token_bucket: bucket }],
        response_headers_to_add: [{ header: { key: 'retry-after', value: retryAfter } }],
      },
    },
  ]);
});

test('no time between two fills is shorter than what Envoy takes', () => {
  for (const rateLimit of [0.01, 0.5, 1, 4, 14, 19, 99, 12_345, 1_000_000]) {
    const [filter] = clientThrottle(planned({ rateLimit, burstLimit: 1 }));
    const seconds = /"fill_interval":"([\d.]+)s"/.exec(JSON.stringify(filter))?.[1];
    expect([rateLimit, Number(seconds) >= 0.05]).toEqual([rateLimit, true]);
  }
});

test('holds for routes alone whose authorizer says who the client is', () => {
  const edge = planned(
    { rateLimit: 5, burstLimit: 20 },
    { 'GET /a': { service: 'ui' }, 'GET /b': { service: 'ui', authorizer: { kind: 'none' } } },
  );
  expect(edge.routes.map((route) => [route.key, Object.keys(clientThrottleOfRoute(edge, route))])).toEqual([
    ['GET /a', ['client-throttle']],
    ['GET /b', []],
  ]);
});

const chat = (routes: object, identityHeader: string): EdgeTopology => {
  const clients = { identityHeader, rateLimit: 5, burstLimit: 20 };
  const {
    edges: [edge],
  } = topologyOf(edgeOf({ authorizer: { kind: 'none' }, clientThrottle: clients, routes }, 'webSocket'));
  if (edge === undefined) throw new Error('no edge');
  return edge;
};

test('limits connections and messages of a WebSocket API, and never keeps from the service that a connection has ended', () => {
  const ui = { service: 'ui' };
  const edge = chat({ $connect: ui, $disconnect: ui, $default: ui }, 'x-websocket-connection-id');
  const limited = Object.fromEntries(edge.routes.map((route) => [route.key, Object.keys(clientThrottleOfRoute(edge, route))]));
  expect(limited).toEqual({ $connect: ['client-throttle'], $default: ['client-throttle'], $disconnect: [] });
});

test('a client that sees no status reads that it is above its limit, where a route answers with messages', () => {
  const ui = { service: 'ui' };
  const answered = chat({ $connect: ui, $default: { ...ui, routeResponse: true } }, 'x-websocket-connection-id');
  expect(JSON.stringify(throttledMessage(answered))).toContain('{"message":"Too Many Requests"}');
  expect(throttledMessage(chat({ $connect: ui, $default: ui }, 'x-websocket-connection-id'))).toEqual([]);
});

test('an edge without it has no such filter', () => {
  const {
    edges: [edge],
  } = topologyOf(edgeOf({ authorizer: CALLER }));
  expect(edge === undefined ? [] : clientThrottle(edge)).toEqual([]);
});
