import { bySpecificity } from '../../model/edge-routes';
import { HTTP_API } from '../../limits/api-gateway';
import type { Limit } from '../../limits/limit';
import type { LimitUse } from '../../limits/use';
import { preflightPaths } from '../../model/preflights';
import type { Cors, EdgeRoute, EdgeTopology } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { authorizersUsed } from '../authorizers-used';
import { apiGatewayServer, errorSchema } from '../describe-api';
import type { EdgeKind, EdgeLimits } from '../kind';
import { CAPABILITIES } from './capabilities';
import type { HttpApiPlan } from './plan';
import { planHttpApi } from './plan';

const LIMITS: EdgeLimits = {
  requestSeconds: HTTP_API.integrationTimeout.value,
  longerWaits: { choices: [], note: 'Only Edge.restApi() and Edge.loadBalancer() can wait longer or stream' },
  payloadBytes: HTTP_API.payload.value,
  requestHeaderBytes: HTTP_API.headers.value,
  // Only WebSocket APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
  webSockets: false,
};

/** An HTTP API of API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html */
export const httpApiKind: EdgeKind<undefined, HttpApiPlan> = {
  id: 'http',
  factory: 'Edge.httpApi()',
  capabilities: CAPABILITIES,
  options: {},
  parse: () => undefined,
  largestBody: HTTP_API.payload.value,
  provesContext: true,
  gatewayTimeout: { ...HTTP_API.integrationTimeout, least: 0.05 },
  // Not part of the URL.
  defaultStage: '$default',
  checkAuthorizer(authorizer, at) {
    const clients = at.field('userPoolClients');
    for (const list of [at.field('audience'), clients])
      checkCount(list, Array.isArray(list.value) ? list.value.length : 0, HTTP_API.audiences);
    const none = clients.absent || (Array.isArray(clients.value) && clients.value.length === 0);
    if (authorizer === 'cognito' && none)
      clients.fail('MISSING', 'an HTTP API checks for which client a token was made, so it must know at least one', {
        got: null,
        fix: 'set userPoolClients, or use Edge.restApi()',
      });
  },
  checkRoutes(routes) {
    for (const { at, route } of routes) checkCount(at.field('scopes'), route.scopes.length, HTTP_API.scopes);
  },
  // Any path without a greedy part comes before any with one.
  compareRoutes: bySpecificity({ greedyLast: true }),
  traits: (routes, cors) => ({ beginsTraces: false, preflightPaths: preflights(routes, cors), gatewayRecord: 'SRV' }),
  limits: (_options, route) => (route?.policy?.timeoutSeconds === undefined ? LIMITS : withoutWaits(LIMITS)),
  uses: (edge) => [usedRoutes(edge), authorizersUsed(edge, HTTP_API.authorizers)],
  describe: ({ stageName, cors }) => ({
    server: apiGatewayServer(stageName === '$default' ? '' : `/${stageName}`),
    error: errorSchema(false),
    // A public route for every method gets them as they are; others have a sibling for them, which is no service's.
    takesOptions: ({ authorizer }) => cors === undefined || authorizer === 'none',
  }),
  plan: (_topology, edge) => planHttpApi(edge),
};

/** What the gateway service ends, the API does not wait for. */
function withoutWaits(limits: EdgeLimits): EdgeLimits {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- it is left out
  const { requestSeconds, ...others } = limits;
  return others;
}

function preflights(routes: readonly EdgeRoute[], cors: Cors | undefined): readonly string[] {
  return cors === undefined ? [] : preflightPaths(routes, ({ authorizer }) => authorizer === 'none');
}

/** Those of a list that a route or an authorizer has. */
function checkCount(at: Reader, count: number, { counts, value }: Limit): void {
  if (count > value)
    at.fail('OUT_OF_RANGE', `there are ${count} ${counts}`, { got: null, allowed: `at most ${value}`, fix: 'use fewer, wider ones' });
}

function usedRoutes({ path, routes, api: { preflightPaths: added } }: EdgeTopology): LimitUse {
  const used = routes.length + added.length;
  const reason = added.length === 0 ? '' : `, ${added.length} of them for the preflight requests of CORS`;
  return {
    limit: HTTP_API.routes,
    used,
    path: `${path}.routes`,
    subject: `there are ${used} routes${reason}`,
    advice: 'use greedy paths such as {proxy+}',
  };
}
