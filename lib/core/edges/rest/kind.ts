import { bySpecificity, shapeOf } from '../../model/edge-routes';
import type { PathSegment } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { DraftRoute, EdgeKind, EdgeLimits } from '../kind';
import { CAPABILITIES } from './capabilities';
import type { RestApiPlan } from './plan';
import { planRestApi } from './plan';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_RESOURCES = 300;

const LIMITS: EdgeLimits = {
  // "Integration timeout: 50 milliseconds - 29 seconds". An account can get more for regional APIs, but a method that names no timeout of
  // its own, as here, keeps 29 seconds.
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
  // https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-timeoutInMillis
  requestSeconds: 29,
  // "Payload size: 10 MB", of the first page. See the HTTP API.
  payloadBytes: 10 * 1024 * 1024,
  // "Total combined size of all header values: 10240 bytes", of the first page: it does not say in which direction.
  requestHeaderBytes: 10_240,
  responseHeaderBytes: 10_240,
  // Only WebSocket APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
  webSockets: false,
};

/** A REST API of API Gateway. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html */
export const restApiKind: EdgeKind<undefined, RestApiPlan> = {
  id: 'rest',
  factory: 'Edge.restApi()',
  capabilities: CAPABILITIES,
  options: [],
  parse: () => undefined,
  defaultStage: 'prod',
  checkAuthorizer() {
    // A REST API has no requirements of its own.
  },
  checkRoutes(routes, _cors, at) {
    checkVariableParts(routes);
    checkQuota(routes, at);
  },
  // It walks down its tree of resources.
  compareRoutes: bySpecificity({ greedyLast: false }),
  traits: () => ({ beginsTraces: true, preflightPaths: [], gatewayRecord: 'A' }),
  limits: () => LIMITS,
  plan: planRestApi,
};

/** A resource can have only one child that is a parameter, whatever its name. */
function checkVariableParts(routes: readonly DraftRoute[]): void {
  const byParent = new Map<string, { readonly text: string; readonly key: string }>();
  for (const draft of routes) {
    let parent = '';
    for (const segment of draft.segments) {
      const text = textOf(segment);
      const sibling = byParent.get(parent);
      if (segment.kind !== 'static' && sibling === undefined) byParent.set(parent, { text, key: draft.route.key });
      if (segment.kind !== 'static' && sibling !== undefined && sibling.text !== text)
        draft.at.fail(
          'OVERLAPPING_ROUTES',
          `${text} stands where "${sibling.key}" has ${sibling.text}: a REST API takes one variable part at each place`,
          { got: null, fix: `write ${sibling.text} here too, or use Edge.httpApi()` },
        );
      parent = `${parent}/${text}`;
    }
  }
}

function textOf(segment: PathSegment): string {
  if (segment.kind === 'static') return segment.text;
  return segment.kind === 'parameter' ? `{${segment.name}}` : `{${segment.name}+}`;
}

function checkQuota(routes: readonly DraftRoute[], at: Reader): void {
  const resources = new Set(routes.flatMap(({ segments }) => segments.map((_, index) => shapeOf(segments.slice(0, index + 1)))));
  if (resources.size > MAX_RESOURCES)
    at.fail('TOO_MANY_ROUTES', `a REST API takes ${MAX_RESOURCES} resources, and these routes make ${resources.size}`, {
      got: null,
      fix: 'use greedy paths such as {proxy+}',
    });
}
