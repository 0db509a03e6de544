import { defined } from '../../defined';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, ROUTE_HEADER } from '../../model/edge-headers';
import { contextHeadersOf } from '../../model/identity-headers';
import type { AuthorizerKind, DomainPlan, EdgeRoute, EdgeTopology, IpAddressType, Throttle } from '../../model/topology';
import { WEB_SOCKET_ACCESS_LOG } from '../access-log';
import { authorizerOf, known } from '../authorizer-of';
import { planDomain } from '../domain';
import { CONNECT } from './routes';

/** What only a WebSocket API has as options. */
export interface WebSocketApiSettings {
  /** By which API Gateway finds the route of a message. */
  readonly routeSelectionExpression: string;
  /** Whether the stack may set the account's role for logs. */
  readonly cloudWatchRole: boolean;
}

/** A WebSocket API as plain data. */
export interface WebSocketApiPlan {
  readonly routeSelectionExpression: string;
  readonly routes: readonly WebSocketRoutePlan[];
  /** That of `$connect`; absent: it has none, or is one of IAM. */
  readonly authorizer?: WebSocketAuthorizerPlan;
  readonly stage: WebSocketStagePlan;
  /** How services send messages to connections. */
  readonly callback: CallbackPlan;
  /** Absent: API Gateway's default. */
  readonly ipAddressType?: IpAddressType;
  readonly domain?: DomainPlan;
  /** Present: clients cannot connect by the name that AWS gives the API. */
  readonly executeApiEndpoint?: false;
}

export interface CallbackPlan {
  /** The parameter of every request that says the URL. */
  readonly parameter: string;
  /** Absent: the name that AWS gives the API, and its stage. */
  readonly url?: string;
}

export interface WebSocketRoutePlan {
  readonly key: string;
  /** At the gateway service. */
  readonly path: string;
  /** What API Gateway says in each request. */
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly authorizationType: WebSocketAuthorizationType;
  /** Whether the response goes back to the client. */
  readonly answered: boolean;
}

export type WebSocketAuthorizationType = 'NONE' | 'AWS_IAM' | 'CUSTOM';

export interface WebSocketAuthorizerPlan {
  readonly id: string;
  readonly identitySource: readonly string[];
}

export interface WebSocketStagePlan {
  readonly name: string;
  readonly accessLogFormat?: string;
  /** Whether the stack sets the account's role for logs, without which no WebSocket API can log. */
  readonly setsAccountRole: boolean;
  readonly throttle?: Throttle;
  /** By route key. */
  readonly routeThrottles: Readonly<Record<string, Throttle>>;
}

/** Beside the variables of API Gateway's context: it knows the parts of the URL, and cannot join them. */
export const CALLBACK_URL = 'callbackUrl';

const HEADER = 'integration.request.header.';

const AUTHORIZATION_TYPES: Readonly<Partial<Record<AuthorizerKind, WebSocketAuthorizationType>>> = {
  none: 'NONE',
  iam: 'AWS_IAM',
  lambda: 'CUSTOM',
};

export function planWebSocketApi(edge: EdgeTopology<WebSocketApiSettings>): WebSocketApiPlan {
  const { options, authorizers } = edge;
  const lambda = authorizers.find(({ kind }) => kind === 'lambda');
  return {
    routeSelectionExpression: options.routeSelectionExpression,
    routes: edge.routes.map((route) => planRoute(edge, route)),
    stage: {
      name: edge.stageName,
      ...(edge.accessLogs ? { accessLogFormat: WEB_SOCKET_ACCESS_LOG } : {}),
      setsAccountRole: edge.accessLogs && options.cloudWatchRole,
      ...defined({ throttle: edge.throttle }),
      routeThrottles: Object.fromEntries(edge.routes.flatMap(({ key, throttle }) => (throttle === undefined ? [] : [[key, throttle]]))),
    },
    callback: planCallback(edge),
    ...defined({
      authorizer: lambda === undefined ? undefined : { id: lambda.id, identitySource: sourceOf(lambda.identity) },
      ipAddressType: edge.ipAddressType,
      domain: planDomain(edge, 'wss'),
      executeApiEndpoint: edge.executeApiEndpoint,
    }),
  };
}

/**
 * Where the name that AWS gives is off, it is so for messages to connections, too: they go by the domain, which stands for the stage. As
 * long as it is on, it is the one that AWS documents, and leads to connections that were made by the domain, too.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 * https://github.com/aws/aws-sdk-net/issues/1860
 */
function planCallback(edge: EdgeTopology): CallbackPlan {
  const { domain, executeApiEndpoint } = edge;
  const byDomain = executeApiEndpoint === false && domain !== undefined;
  return {
    parameter: `${HEADER}${contextHeadersOf(edge)[CALLBACK_URL] ?? ''}`,
    ...(byDomain ? { url: `https://${domain.name}${domain.basePath ?? ''}` } : {}),
  };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
function sourceOf(identity: EdgeTopology['authorizers'][number]['identity']): readonly string[] {
  return identity === undefined ? [] : [`route.request.${identity.in}.${identity.name}`];
}

function planRoute(edge: EdgeTopology, route: EdgeRoute): WebSocketRoutePlan {
  const { kind } = authorizerOf(edge, route);
  return {
    key: route.key,
    path: route.path,
    requestParameters: requestParameters(edge, route),
    authorizationType: route.key === CONNECT ? known(AUTHORIZATION_TYPES, kind) : 'NONE',
    answered: route.answered === true,
  };
}

/**
 * A client has headers at `$connect` alone, which API Gateway may pass on: so each of these is mapped for every route, and none is ever
 * absent.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
function requestParameters(edge: EdgeTopology, route: EdgeRoute): Readonly<Record<string, string>> {
  const headers: readonly (readonly [string, string])[] = [
    [CLIENT_IP_HEADER, 'context.identity.sourceIp'],
    [CLIENT_HOST_HEADER, 'context.domainName'],
    // The service's own path: a message has none. A literal stands in quotes.
    [CLIENT_PATH_HEADER, `'${route.path}'`],
    [ROUTE_HEADER, 'context.routeKey'],
    ...Object.entries(contextHeadersOf(edge)).flatMap(([variable, header]) =>
      variable === CALLBACK_URL ? [] : [[header, `context.${variable}`] as const],
    ),
  ];
  return Object.fromEntries(headers.map(([header, value]) => [`${HEADER}${header}`, value]));
}
