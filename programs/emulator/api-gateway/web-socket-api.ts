import { Fields } from '../template/fields';
import type { KnownValues } from '../template/intrinsics';
import type { JsonObject, Template } from '../template/template';
import type { Demand } from './authorization';
import { readDemand } from './authorization';
import type { AuthorizerModel } from './authorizers';
import { readAuthorizer } from './authorizers';
import { requestId } from './client-request';
import type { Throttle } from './limits';
import { stageThrottles } from './stage-throttles';
import type { Wired } from './wiring';
import { edgeOf, Wiring } from './wiring';

/** A WebSocket API of API Gateway, as a template declares it. */
export interface SocketApi {
  /** Its logical ID. */
  readonly id: string;
  readonly edge: string;
  /** The ECS service to which it sends: its logical ID. */
  readonly gateway: string;
  /** What the load balancer behind its VPC link is in the VPC. */
  readonly securityGroups: readonly string[];
  readonly stage: string;
  /** Which route takes a message, such as `$request.body.action`. */
  readonly selection: string;
  readonly routes: ReadonlyMap<string, SocketRoute>;
  readonly authorizers: readonly AuthorizerModel[];
  /** Whether it can be called by its own name. */
  readonly open: boolean;
  /** The paths of its mappings, by the name of the domain. */
  readonly domains: ReadonlyMap<string, string>;
}

export interface SocketRoute {
  /** Such as `$connect` or `say`. */
  readonly key: string;
  /** Where its requests go. */
  readonly path: string;
  /** Expressions of headers, by their names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly demand: Demand;
  /** Whether the client gets the response as a message. */
  readonly answered: boolean;
  readonly timeoutMs: number;
  readonly throttle: Throttle | undefined;
}

/** What has happened on a connection. */
export interface SocketEvent {
  readonly type: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly connection: SocketClient;
}

/** Who has a connection. */
export interface SocketClient {
  /** Of the connection. */
  readonly id: string;
  /** The name that it has called. */
  readonly domainName: string;
  readonly address: string;
  /** What the authorizer of `$connect` knows of it, by `context.<name>`. */
  readonly context: Readonly<Record<string, string>>;
}

const MAPPED_HEADER = 'integration.request.header.';
/** "Integration timeout: 50 milliseconds - 29 seconds": https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const TIMEOUT_MS = 29_000;

/**
 * The WebSocket API of an edge; undefined if it is none.
 *
 * @param told the URL that services get for messages to connections, in the place of the one of the template
 */
export function socketApi(
  template: Template,
  edge: string,
  told: (url: string) => string = (url) => url,
  values: KnownValues = {},
): SocketApi | undefined {
  const wiring = new Wiring(template, values);
  const api = wiring.all('ApiGatewayV2::Api').find((each) => each.properties['ProtocolType'] === 'WEBSOCKET' && edgeOf(each) === edge);
  if (api === undefined) return undefined;
  const of = (type: string): readonly Wired[] => wiring.allOf(`ApiGatewayV2::${type}`, 'ApiId', api.id);
  const [stage] = of('Stage');
  const integrations = of('Integration');
  const [first] = integrations;
  if (stage === undefined || first === undefined) throw new Error(`the WebSocket API of the edge "${edge}" has no stage or no integration`);
  const throttleOf = stageThrottles(wiring.resolver, stage);
  const routes = of('Route').map((route) => readRoute(wiring, route, integrations, told, throttleOf));
  return {
    id: api.id,
    edge,
    ...backend(wiring, first),
    stage: Fields.of(stage.properties, stage.id).text('StageName'),
    selection: Fields.of(api.properties, api.id).text('RouteSelectionExpression'),
    routes: new Map(routes.map((route) => [route.key, route])),
    authorizers: of('Authorizer').map((each) => readAuthorizer(wiring.resolver, each)),
    open: api.properties['DisableExecuteApiEndpoint'] !== true,
    domains: wiring.domains(api.id),
  };
}

/** The path of its URL by the name of a domain, or by its own. */
export function rootOf({ stage, domains }: SocketApi, domain: string | undefined): string {
  return domain === undefined ? `/${stage}` : (domains.get(domain) ?? '');
}

/** What stands behind the VPC link, which is one of version 1: WebSocket APIs know no others. */
function backend(wiring: Wiring, integration: Wired): Pick<SocketApi, 'gateway' | 'securityGroups'> {
  const link = wiring.behind(integration, 'ConnectionId');
  const [arn] = (link?.properties['TargetArns'] ?? []) as readonly unknown[];
  const balancer = wiring.behind({ id: integration.id, properties: { arn } as JsonObject }, 'arn');
  if (balancer === undefined) throw new Error(`no load balancer of the template is behind ${integration.id}`);
  const [listener] = wiring.allOf('ElasticLoadBalancingV2::Listener', 'LoadBalancerArn', balancer.id);
  const [action = {}] = (listener?.properties['DefaultActions'] ?? []) as readonly JsonObject[];
  const targets = wiring.behind({ id: balancer.id, properties: action }, 'TargetGroupArn');
  return {
    gateway: wiring.ecsService('LoadBalancers', 'TargetGroupArn', targets?.id ?? ''),
    securityGroups: wiring.securityGroups(balancer, 'SecurityGroups'),
  };
}

function readRoute(
  wiring: Wiring,
  route: Wired,
  integrations: readonly Wired[],
  told: (url: string) => string,
  throttleOf: (route: string) => Throttle | undefined,
): SocketRoute {
  const fields = Fields.of(wiring.resolver.resolve(route.properties), route.id);
  const integration = integrations.find(({ id }) => JSON.stringify(route.properties['Target']).includes(`"Ref":"${id}"`));
  if (integration === undefined) throw new Error(`the route ${route.id} has no integration`);
  const sent = Fields.of(wiring.resolver.resolve(integration.properties), integration.id);
  const key = fields.text('RouteKey');
  return {
    key,
    path: sent.text('IntegrationUri').replace(/^http:\/\/.*:80(?=\/)/, ''),
    headers: Object.fromEntries(
      Object.entries(sent.child('RequestParameters')?.allTexts() ?? {}).map(([name, value]) => [
        name.replace(MAPPED_HEADER, ''),
        value.replace(/^'(https:\/\/.*)'$/, (_, url: string) => `'${told(url)}'`),
      ]),
    ),
    demand: readDemand(fields),
    answered: fields.optionalText('RouteResponseSelectionExpression') === '$default',
    timeoutMs: sent.number('TimeoutInMillis', TIMEOUT_MS),
    throttle: throttleOf(key),
  };
}

/**
 * $default takes what the selection expression finds no other route for:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
 */
export function routeOfMessage({ routes, selection }: SocketApi, message: string): SocketRoute | undefined {
  const key = selected(selection, message);
  const own = key === undefined || key === '$connect' || key === '$disconnect' ? undefined : routes.get(key);
  return own ?? routes.get('$default');
}

function selected(expression: string, message: string): string | undefined {
  const parts = expression.replace('$request.body.', '').split('.');
  try {
    const found = parts.reduce<unknown>((value, part) => (value as Readonly<Record<string, unknown>>)[part], JSON.parse(message));
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The headers that an integration maps. One whose variable is absent stands for nothing: it is empty.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 */
export function socketHeaders(
  { stage }: SocketApi,
  { key, headers }: SocketRoute,
  { type, connection }: SocketEvent,
): Readonly<Record<string, string>> {
  const variables: Readonly<Record<string, string>> = {
    'context.identity.sourceIp': connection.address,
    'context.domainName': connection.domainName,
    'context.stage': stage,
    'context.routeKey': key,
    'context.requestId': requestId(),
    'context.connectionId': connection.id,
    'context.eventType': type,
    ...Object.fromEntries(Object.entries(connection.context).map(([name, value]) => [`context.${name}`, value])),
  };
  return Object.fromEntries(
    Object.entries(headers).map(([name, expression]) => {
      const value = /^'(.*)'$/.exec(expression)?.[1] ?? variables[expression];
      if (value === undefined && !/^context\.(authorizer\.|identity\.userArn$)/.test(expression))
        throw new Error(`the stand-in for a WebSocket API does not know ${expression}`);
      return [name, value ?? ''];
    }),
  );
}

/**
 * The connection that a request to `@connections` is for, by the path of the API's URL. By a domain the path has no stage.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function connectionIn(path: string, root: string): string | undefined {
  const start = `${root}/@connections/`;
  if (!path.startsWith(start)) return undefined;
  try {
    return decodeURIComponent(path.slice(start.length));
  } catch {
    return undefined;
  }
}
