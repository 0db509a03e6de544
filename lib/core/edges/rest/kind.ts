import { gatewayTargets } from '../gateway-targets';
import { REST_API } from '../../limits/api-gateway';
import type { LimitUse } from '../../limits/use';
import { bySpecificity, shapeOf } from '../../model/edge-routes';
import { defined } from '../../defined';
import type { EdgeRoute, EdgeTopology, PathSegment } from '../../model/topology';
import { authorizersUsed } from '../authorizers-used';
import { apiGatewayServer, errorSchema, privateApiServer } from '../describe-api';
import type { DraftRoute, EdgeKind, EdgeLimits } from '../kind';
import { CAPABILITIES } from './capabilities';
import { planCors } from './cors';
import { nestablePaths, nestedResources, parseNestedPaths } from './nested-paths';
import { usedPolicy } from './resource-policy';
import type { RestApiSettings, RestApiPlan } from './plan';
import { planRestApi } from './plan';
import { streamSeconds } from './waits';

const LIMITS: EdgeLimits = {
  requestSeconds: REST_API.integrationTimeout.value,
  quotaSeconds: REST_API.integrationTimeout.value,
  longerWaits: {
    choices: [
      `give the edge or the route a longer timeout (above ${REST_API.integrationTimeout.value} seconds AWS must raise a quota)`,
      'stream the response (responseTransferMode: ResponseTransferMode.STREAM)',
    ],
  },
  payloadBytes: REST_API.payload.value,
  // The page does not say in which direction.
  requestHeaderBytes: REST_API.headers.value,
  responseHeaderBytes: REST_API.headers.value,
  // Only WebSocket APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
  webSockets: false,
};

/** A response that is streamed may take as long as any can, with no quota to be raised. */
function limitsOf({ timeout, streamed }: EdgeRoute): EdgeLimits {
  const { quotaSeconds, ...others } = LIMITS;
  if (streamed) return { ...others, requestSeconds: streamSeconds(timeout), streamIdleSeconds: REST_API.streamIdle.value };
  return { ...others, ...defined({ quotaSeconds }), ...(timeout === undefined ? {} : { requestSeconds: timeout.seconds }) };
}

/** A REST API of API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html */
export const restApiKind: EdgeKind<RestApiSettings, RestApiPlan> = {
  id: 'rest',
  factory: 'Edge.restApi()',
  capabilities: CAPABILITIES,
  options: {
    cloudWatchRole: 'an HTTP API needs no role to write access logs',
  },
  parse: (at, routes) => ({
    cloudWatchRole: at.field('cloudWatchRole').boolean() ?? true,
    nestedPaths: parseNestedPaths(at.field('nestedStackPaths'), routes),
  }),
  largestBody: REST_API.payload.value,
  bufferedTimeout: REST_API.raisedTimeout,
  defaultStage: 'prod',
  checkAuthorizer() {
    // A REST API has no requirements of its own.
  },
  checkRoutes(routes) {
    checkVariableParts(routes);
  },
  // It walks down its tree of resources.
  compareRoutes: bySpecificity({ greedyLast: false }),
  // Nobody looks it up. As that of an HTTP API, since Cloud Map changes no types of records: an edge may become one of the other kind.
  traits: () => ({ beginsTraces: true, preflightPaths: [], gatewayRecord: 'SRV' }),
  limits: (_options, route) => (route === undefined ? LIMITS : limitsOf(route)),
  uses: (edge) => [
    usedResources(edge),
    ...usedPolicy(edge),
    authorizersUsed(edge, REST_API.authorizers),
    gatewayTargets(edge),
    ...nestedResources(edge, edge.options.nestedPaths, preflightsOf(edge)),
  ],
  nestable: (edge) => {
    const found = nestablePaths(edge.routes, edge.options.nestedPaths, preflightsOf(edge));
    return found === undefined ? undefined : { ...found, option: 'nestedStackPaths', otherwise: FEWER_RESOURCES };
  },
  describe: ({ stageName, cors, detailedErrors, privateApi }) => ({
    server: privateApi === undefined ? apiGatewayServer(`/${stageName}`) : privateApiServer(`/${stageName}`),
    error: errorSchema(detailedErrors === true),
    takesOptions: () => cors === undefined,
  }),
  plan: planRestApi,
};

const FEWER_RESOURCES =
  'use greedy paths such as {proxy+}, or Edge.httpApi(), which takes one resource for each route, or move routes to a second edge in a ' +
  'group of its own (edges, group)';

function preflightsOf({ cors, routes }: EdgeTopology): readonly string[] {
  return cors === undefined ? [] : planCors(cors, routes).preflightPaths;
}

/** A resource can have only one child that is a parameter, whatever its name. */
function checkVariableParts(routes: readonly DraftRoute[]): void {
  const byParent = new Map<string, { readonly text: string; readonly name: string }>();
  for (const draft of routes) {
    let parent = '';
    for (const segment of draft.segments) {
      const text = textOf(segment);
      const sibling = byParent.get(parent);
      if (segment.kind !== 'static' && sibling === undefined) byParent.set(parent, { text, name: draft.source ?? `"${draft.route.key}"` });
      if (segment.kind !== 'static' && sibling !== undefined && sibling.text !== text)
        draft.at.fail(
          'OVERLAPPING_ROUTES',
          `${inFile(draft)}${text} stands where ${sibling.name} has ${sibling.text}: a REST API takes one variable part at each place`,
          { got: null, fix: `write ${sibling.text} here too, or use Edge.httpApi()` },
        );
      parent = `${parent}/${text}`;
    }
  }
}

function inFile({ source }: DraftRoute): string {
  return source === undefined ? '' : `${source}: `;
}

function textOf(segment: PathSegment): string {
  if (segment.kind === 'static') return segment.text;
  return segment.kind === 'parameter' ? `{${segment.name}}` : `{${segment.name}+}`;
}

function usedResources({ path, routes }: EdgeTopology): LimitUse {
  const resources = new Set(routes.flatMap(({ segments }) => segments.map((_, index) => shapeOf(segments.slice(0, index + 1)))));
  return {
    limit: REST_API.resources,
    used: resources.size,
    path: `${path}.routes`,
    subject: `the paths of these routes make ${resources.size} resources`,
    advice: 'use greedy paths such as {proxy+}',
  };
}
