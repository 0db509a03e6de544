import { bySpecificity } from '../../model/edge-routes';
import { preflightPaths } from '../../model/preflights';
import type { Cors, EdgeRoute } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { DraftRoute, EdgeKind, EdgeLimits } from '../kind';
import { CAPABILITIES } from './capabilities';
import type { HttpApiPlan } from './plan';
import { planHttpApi } from './plan';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_ROUTES = 300;

const LIMITS: EdgeLimits = {
  // "Maximum integration timeout: 30 seconds", which cannot be raised.
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  requestSeconds: 30,
  // "Payload size: 10 MB", of the same page. It does not say which megabytes: with the larger ones no request is called too large that
  // is not.
  payloadBytes: 10 * 1024 * 1024,
  // "Total combined size of request line and header values: 10240 bytes", of the same page, which says nothing of responses.
  requestHeaderBytes: 10_240,
  // Only WebSocket APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
  webSockets: false,
};

/** An HTTP API of API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html */
export const httpApiKind: EdgeKind<undefined, HttpApiPlan> = {
  id: 'http',
  factory: 'Edge.httpApi()',
  capabilities: CAPABILITIES,
  options: [],
  parse: () => undefined,
  // Not part of the URL.
  defaultStage: '$default',
  checkAuthorizer(authorizer, at) {
    const clients = at.field('userPoolClients');
    const none = clients.absent || (Array.isArray(clients.value) && clients.value.length === 0);
    if (authorizer === 'cognito' && none)
      clients.fail('MISSING', 'an HTTP API checks for which client a token was made, so it must know at least one', {
        got: null,
        fix: 'set userPoolClients, or use Edge.restApi()',
      });
  },
  checkRoutes(routes, cors, at) {
    checkQuota(
      routes,
      preflights(
        routes.map(({ route }) => route),
        cors,
      ),
      at,
    );
  },
  // Any path without a greedy part comes before any with one.
  compareRoutes: bySpecificity({ greedyLast: true }),
  traits: (routes, cors) => ({ beginsTraces: false, preflightPaths: preflights(routes, cors), gatewayRecord: 'SRV' }),
  limits: () => LIMITS,
  plan: (_topology, edge) => planHttpApi(edge),
};

function preflights(routes: readonly EdgeRoute[], cors: Cors | undefined): readonly string[] {
  return cors === undefined ? [] : preflightPaths(routes, ({ authorizer }) => authorizer === 'none');
}

function checkQuota(routes: readonly DraftRoute[], added: readonly string[], at: Reader): void {
  const count = routes.length + added.length;
  if (count <= MAX_ROUTES) return;
  const reason = added.length === 0 ? '' : `, ${added.length} of them for the preflight requests of CORS`;
  at.fail('TOO_MANY_ROUTES', `an HTTP API takes ${MAX_ROUTES} routes, and these make ${count}${reason}`, {
    got: null,
    fix: 'use greedy paths such as {proxy+}',
  });
}
