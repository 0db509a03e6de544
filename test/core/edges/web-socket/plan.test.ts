import type { WebSocketApiPlan, WebSocketApiSettings } from '../../../../lib/core/edges/web-socket/plan';
import { planWebSocketApi } from '../../../../lib/core/edges/web-socket/plan';
import { identityHeadersOf } from '../../../../lib/core/model/identity-headers';
import type { EdgeTopology } from '../../../../lib/core/model/topology';
import type { IWebSocketApiAuthorizer, WebSocketApiOptions } from '../../../../lib';
import { Authorizer, Edge } from '../../../../lib';
import { edgeOf } from '../edge-of';

const catalog = { service: 'catalog' };
/** Nothing here looks into it. */
class Given {
  readonly certificateArn = 'arn';
}
const certificate = new Given() as unknown as NonNullable<NonNullable<WebSocketApiOptions['domain']>['certificate']>;
const domain = { domainName: 'chat.example.com', certificate };

const topologyOf = (options: Partial<WebSocketApiOptions> = {}): EdgeTopology<WebSocketApiSettings> =>
  edgeOf(
    Edge.webSocketApi({ authorizer: Authorizer.none(), routes: { $connect: catalog, send: catalog }, ...options }),
  ) as EdgeTopology<WebSocketApiSettings>;
const planOf = (options: Partial<WebSocketApiOptions> = {}): WebSocketApiPlan => planWebSocketApi(topologyOf(options));

/** Upper case is written as its code. */
const context = (variables: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    variables.map((name) => {
      const header = name.replace(/[A-Z]/g, (letter) => `-${letter.charCodeAt(0).toString(16)}`);
      return [`integration.request.header.x-edge-identity-${header}`, `context.${name}`];
    }),
  );

test.each([
  ['$connect', '/websocket/connect'],
  ['$disconnect', '/websocket/disconnect'],
  ['$default', '/websocket/message'],
  ['send', '/websocket/message/send'],
  ['connect', '/websocket/message/connect'],
])('the service gets %s at %s, unless the route names a path', (key, path) => {
  const routes = { $connect: catalog, [key]: catalog };
  expect(planOf({ routes }).routes.find((route) => route.key === key)?.path).toBe(path);
  const named = { ...routes, [key]: { ...catalog, path: '/events' } };
  expect(planOf({ routes: named }).routes.find((route) => route.key === key)?.path).toBe('/events');
});

test('every route tells the gateway its key, the client and the connection', () => {
  for (const { path, requestParameters } of planOf().routes)
    expect(requestParameters).toEqual({
      ...context(['connectionId', 'eventType']),
      'integration.request.header.x-edge-client-ip': 'context.identity.sourceIp',
      'integration.request.header.x-edge-host': 'context.domainName',
      'integration.request.header.x-edge-path': `'${path}'`,
      'integration.request.header.x-edge-route': 'context.routeKey',
    });
});

test('services are told of connections in headers that no client can send', () => {
  expect(identityHeadersOf(topologyOf({ authorizer: Authorizer.iam({ callerArnHeader: 'x-caller' }) }))).toEqual([
    'x-caller',
    'x-websocket-callback-url',
    'x-websocket-connection-id',
    'x-websocket-event',
  ]);
});

test.each<[string, IWebSocketApiAuthorizer, string]>([
  ['none', Authorizer.none(), 'NONE'],
  ['iam', Authorizer.iam(), 'AWS_IAM'],
])('Authorizer.%s() is asked where a client connects, and nowhere else', (_, authorizer, type) => {
  const types = Object.fromEntries(planOf({ authorizer }).routes.map(({ key, authorizationType }) => [key, authorizationType]));
  expect(types).toEqual({ $connect: type, send: 'NONE' });
});

test('the authorizer of $connect is that of all messages', () => {
  const edge = topologyOf({
    authorizer: Authorizer.none(),
    routes: { $connect: { ...catalog, authorizer: Authorizer.iam() }, send: catalog },
  });
  expect(edge.routes.map(({ authorizer }) => authorizer)).toEqual(['iam', 'iam']);
  expect(edge.authorizers.map(({ kind }) => kind)).toEqual(['iam']);
});

test('routes have limits, and answers, of their own', () => {
  const throttle = { rateLimit: 5, burstLimit: 10 };
  const plan = planOf({
    throttle: { rateLimit: 50, burstLimit: 100 },
    routes: { $connect: catalog, send: { ...catalog, throttle, routeResponse: true } },
  });
  expect(plan.stage).toMatchObject({ throttle: { rateLimit: 50 }, routeThrottles: { send: throttle } });
  expect(plan.routes.map(({ key, answered }) => [key, answered])).toEqual([
    ['$connect', false],
    ['send', true],
  ]);
});

test.each<[string, Partial<WebSocketApiOptions>, string | undefined]>([
  ['the name that AWS gives the API', {}, undefined],
  ['the domain, which stands for the stage', { domain }, 'https://chat.example.com'],
  ['the domain and its path', { domain: { ...domain, basePath: '/team/chat' } }, 'https://chat.example.com/team/chat'],
  ['the name that AWS gives, as long as it is on beside a domain', { domain, executeApiEndpoint: true }, undefined],
])('services send messages to connections by %s', (_, options, url) => {
  const { callback } = planOf(options);
  expect(callback.url).toBe(url);
  expect(callback.parameter).toBe('integration.request.header.x-edge-identity-callback-55rl');
});

test('clients connect by wss at the domain and its path', () => {
  const { domain: plan, executeApiEndpoint } = planOf({ domain: { ...domain, basePath: '/chat' } });
  expect(plan).toMatchObject({ url: 'wss://chat.example.com/chat', mappingKey: 'chat', makesCertificate: false, records: [] });
  expect(executeApiEndpoint).toBe(false);
});
