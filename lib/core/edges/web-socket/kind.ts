import { gatewayTargets } from '../gateway-targets';
import { HTTP_API, WEB_SOCKET_API } from '../../limits/api-gateway';
import type { LimitUse } from '../../limits/use';
import { bySpecificity } from '../../model/edge-routes';
import type { EdgeTopology, IdentityHeader } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { DraftRoute, EdgeKind, EdgeLimits } from '../kind';
import { CAPABILITIES } from './capabilities';
import type { WebSocketApiPlan, WebSocketApiSettings } from './plan';
import { CALLBACK_URL, planWebSocketApi } from './plan';
import { CONNECT, ROUTES } from './routes';

const LIMITS: EdgeLimits = {
  requestSeconds: WEB_SOCKET_API.integrationTimeout.value,
  longerWaits: { choices: ['send the result to the connection when it is there (grantManageConnections())'] },
  // Services get its messages as requests: no WebSocket reaches them.
  webSockets: false,
};

/** What each request says, never absent. The service sends messages by `<callback URL>/@connections/<connection ID>`. */
const TELLS: readonly IdentityHeader[] = [
  { header: 'x-websocket-callback-url', from: 'context', value: CALLBACK_URL },
  { header: 'x-websocket-connection-id', from: 'context', value: 'connectionId' },
  { header: 'x-websocket-event', from: 'context', value: 'eventType' },
];

const DEFAULT_SELECTION = '$request.body.action';

/** A WebSocket API of API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html */
export const webSocketApiKind: EdgeKind<WebSocketApiSettings, WebSocketApiPlan> = {
  id: 'webSocket',
  factory: 'Edge.webSocketApi()',
  capabilities: CAPABILITIES,
  options: {
    routeSelectionExpression: 'the routes of other kinds are methods and paths',
    cloudWatchRole: 'an HTTP API needs no role to write access logs',
  },
  parse(at) {
    checkBasePath(at.field('domain').field('basePath'));
    return {
      routeSelectionExpression: parseSelection(at.field('routeSelectionExpression')),
      cloudWatchRole: at.field('cloudWatchRole').boolean() ?? true,
    };
  },
  gatewayTimeout: { ...WEB_SOCKET_API.integrationTimeout, least: 0.05 },
  // Messages are smaller: this is what its API passes on of what a service answers.
  largestBody: HTTP_API.payload.value,
  linkVersion1: true,
  tells: TELLS,
  tellsAll: ['x-websocket-callback-url', 'x-websocket-event'],
  routes: ROUTES,
  undocumented: 'a WebSocket API takes messages, of which OpenAPI says nothing',
  defaultStage: 'prod',
  checkAuthorizer(_authorizer, at) {
    const ttl = at.field('resultsCacheTtl');
    if (!ttl.absent)
      ttl.fail('UNSUPPORTED_BY_EDGE', 'a WebSocket API asks its authorizer once for each connection, and keeps no answers', {
        got: null,
        fix: 'remove it',
      });
  },
  checkRoutes(routes, _cors, at) {
    if (at.field(CONNECT).absent && routes.length > 0)
      at.fail('MISSING', 'there is no route "$connect", at which clients are authorized', {
        got: null,
        fix: "add one, such as $connect: { service: 'chat' }",
      });
    checkPaths(routes);
  },
  compareRoutes: bySpecificity({ greedyLast: false }),
  // Nobody looks it up; as that of a REST API.
  traits: () => ({ beginsTraces: false, preflightPaths: [], gatewayRecord: 'SRV' }),
  limits: (_options, route) => {
    if (route?.policy?.timeoutSeconds === undefined) return LIMITS;
    // What the gateway service ends, the API does not wait for.
    return { webSockets: LIMITS.webSockets };
  },
  uses: (edge) => [usedRoutes(edge), gatewayTargets(edge)],
  plan: (_topology, edge) => planWebSocketApi(edge),
};

/** Services are told the URL, which stands in quotes in a mapping. */
function checkBasePath(at: Reader): void {
  if (typeof at.value === 'string' && at.value.includes("'"))
    at.fail('INVALID_VALUE', 'holds "\'", which cannot stand in the URL that services are told', { fix: 'use a path without it' });
}

function parseSelection(at: Reader): string {
  const expression = at.string() ?? DEFAULT_SELECTION;
  // Messages have neither headers nor a path. https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
  if (!/^(\$request\.body\.[A-Za-z0-9_.-]+|\$\{request\.body\.[A-Za-z0-9_.-]+\}.*)$/.test(expression))
    at.fail('INVALID_FORMAT', 'does not name a place in a message', { allowed: 'such as "$request.body.action"' });
  return expression;
}

/** The gateway service refuses what a service could take for a request of another route. */
function checkPaths(routes: readonly DraftRoute[]): void {
  const seen = new Map<string, string>();
  for (const { at, path, route } of routes) {
    const loose = path
      .split('/')
      .map((part) => part.toLowerCase().replace(/\..*$/, ''))
      .join('/');
    const twin = seen.get(loose);
    // What is the same to the letter has its issue already.
    if (twin !== undefined && !routes.some((other) => other.route.key === twin && other.path === path))
      at.fail('OVERLAPPING_ROUTES', `a framework may take its path "${path}" for that of "${twin}"`, {
        got: null,
        fix: 'give the routes paths that differ by more than upper and lower case and what follows a dot',
      });
    seen.set(loose, route.key);
  }
}

function usedRoutes({ path, routes }: EdgeTopology): LimitUse {
  return {
    limit: WEB_SOCKET_API.routes,
    used: routes.length,
    path: `${path}.routes`,
    subject: `there are ${routes.length} routes`,
    advice: 'let the service tell messages apart: $default takes what no other route does',
  };
}
