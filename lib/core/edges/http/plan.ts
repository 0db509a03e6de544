import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, REQUEST_HEADER, ROUTE_HEADER } from '../../model/edge-headers';
import { contextHeadersOf } from '../../model/identity-headers';
import type {
  AuthorizerKind,
  Cors,
  DomainPlan,
  EdgeAuthorizer,
  EdgeRoute,
  EdgeTopology,
  IpAddressType,
  Throttle,
} from '../../model/topology';
import { HTTP_ACCESS_LOG } from '../access-log';
import { authorizerOf, known } from '../authorizer-of';
import { planDomain } from '../domain';
import { routeId } from '../route-id';
import { defined } from '../../defined';

/** An HTTP API as plain data. */
export interface HttpApiPlan {
  readonly routes: readonly HttpRoutePlan[];
  readonly authorizers: readonly HttpAuthorizerPlan[];
  /** What API Gateway changes in every request. */
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly stage: HttpStagePlan;
  readonly cors?: Cors;
  /** Absent: API Gateway's default. */
  readonly ipAddressType?: IpAddressType;
  readonly domain?: DomainPlan;
  /** Present: clients cannot call the API by the name that AWS gives it. */
  readonly executeApiEndpoint?: false;
}

export interface HttpRoutePlan {
  /** Of the construct; depends on the key alone. */
  readonly id: string;
  readonly key: string;
  readonly authorizationType: HttpAuthorizationType;
  /** The id of one of the plan's authorizers. */
  readonly authorizer?: string;
  readonly scopes: readonly string[];
  /** The library's own answer to preflight requests, not a route of the user's. */
  readonly preflight: boolean;
}

export type HttpAuthorizationType = 'NONE' | 'AWS_IAM' | 'JWT' | 'CUSTOM';

export interface HttpAuthorizerPlan {
  readonly id: string;
  readonly kind: 'jwt' | 'cognito' | 'lambda';
  readonly identitySource: readonly string[];
  /** Of `jwt`; those of Cognito are known to the user pool and its clients. */
  readonly tokens?: { readonly issuer: string; readonly audience: readonly string[] };
  /** Of `lambda`. */
  readonly resultTtlSeconds?: number;
}

export interface HttpStagePlan {
  readonly name: string;
  /** `$default` is not part of the URL. */
  readonly isDefault: boolean;
  readonly accessLogFormat?: string;
  readonly defaultRouteSettings?: RouteSettings;
  /** By route key. */
  readonly routeSettings: Readonly<Record<string, RouteSettings>>;
  /** Ids of the routes that `routeSettings` names: API Gateway refuses settings of a route that does not exist yet. */
  readonly throttledRoutes: readonly string[];
}

/** Spelled as in CloudFormation, which takes the map of routes as JSON. */
export interface RouteSettings {
  readonly ThrottlingRateLimit: number;
  readonly ThrottlingBurstLimit: number;
  readonly DetailedMetricsEnabled: boolean;
}

const AUTHORIZATION_TYPES: Readonly<Partial<Record<AuthorizerKind, HttpAuthorizationType>>> = {
  none: 'NONE',
  iam: 'AWS_IAM',
  jwt: 'JWT',
  cognito: 'JWT',
  lambda: 'CUSTOM',
};

/** The name of the stage that is not part of the URL, and of the route that takes the rest. */
const DEFAULT = '$default';

export function planHttpApi(edge: EdgeTopology): HttpApiPlan {
  return {
    routes: [...edge.routes.map((route) => planRoute(route, authorizerOf(edge, route).kind)), ...preflightRoutes(edge)],
    authorizers: edge.authorizers.flatMap(planAuthorizer),
    requestParameters: { ...requestParameters(edge.stageName), ...contextParameters(edge) },
    stage: planStage(edge),
    ...defined({
      cors: edge.cors,
      ipAddressType: edge.ipAddressType,
      domain: planDomain(edge),
      executeApiEndpoint: edge.executeApiEndpoint,
    }),
  };
}

function planAuthorizer({ id, kind, identity, cacheSeconds, tokens }: EdgeAuthorizer): readonly HttpAuthorizerPlan[] {
  if (kind !== 'jwt' && kind !== 'cognito' && kind !== 'lambda') return [];
  const source = identity === undefined ? [] : [`$request.${identity.in}.${identity.name}`];
  // An answer is cached by these: without the route, what a caller may do on one would hold for all.
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
  const cached = (cacheSeconds ?? 0) > 0 ? ['$context.routeKey'] : [];
  return [{ id, kind, identitySource: [...source, ...cached], ...defined({ tokens, resultTtlSeconds: cacheSeconds }) }];
}

function planRoute(route: EdgeRoute, kind: AuthorizerKind): HttpRoutePlan {
  const authorizationType = known(AUTHORIZATION_TYPES, kind);
  return {
    id: routeId(route.key),
    key: route.key,
    authorizationType,
    ...(authorizationType === 'JWT' || authorizationType === 'CUSTOM' ? { authorizer: route.authorizer } : {}),
    scopes: route.scopes,
    preflight: false,
  };
}

/** Routes beside the user's, which answer preflight requests. */
function preflightRoutes({ api }: EdgeTopology): readonly HttpRoutePlan[] {
  return api.preflightPaths.map((path) => {
    const key = `OPTIONS ${path}`;
    return { id: routeId(key), key, authorizationType: 'NONE', scopes: [], preflight: true };
  });
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html */
function requestParameters(stageName: string): Readonly<Record<string, string>> {
  return {
    [`overwrite:header.${CLIENT_IP_HEADER}`]: '$context.identity.sourceIp',
    [`overwrite:header.${CLIENT_HOST_HEADER}`]: '$context.domainName',
    [`overwrite:header.${CLIENT_PATH_HEADER}`]: '$context.path',
    [`overwrite:header.${ROUTE_HEADER}`]: '$context.routeKey',
    // "For private integrations, API Gateway includes the stage portion of the API endpoint in the request": the default stage has none,
    // and what is not mapped cannot be changed by mapping.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
    ...(stageName === DEFAULT ? {} : { 'overwrite:path': '$request.path' }),
  };
}

/**
 * What API Gateway knows of clients. All routes share them, so of most requests some are absent, and what API Gateway then does is not
 * documented: it may send nothing, `-`, or leave what the client has sent. Only behind the ID of the request does the gateway service
 * believe a value.
 */
function contextParameters(edge: EdgeTopology): Readonly<Record<string, string>> {
  const headers = Object.entries(contextHeadersOf(edge));
  if (headers.length === 0) return {};
  return {
    [`overwrite:header.${REQUEST_HEADER}`]: '$context.requestId',
    ...Object.fromEntries(
      headers.map(([variable, header]) => [`overwrite:header.${header}`, `\${context.requestId}:\${context.${variable}}`]),
    ),
  };
}

function planStage(edge: EdgeTopology): HttpStagePlan {
  const throttled = edge.routes.flatMap((route) =>
    route.throttle === undefined ? [] : [{ key: route.key, settings: routeSettings(route.throttle) }],
  );
  return {
    name: edge.stageName,
    isDefault: edge.stageName === DEFAULT,
    ...(edge.accessLogs ? { accessLogFormat: HTTP_ACCESS_LOG } : {}),
    ...defined({ defaultRouteSettings: edge.throttle === undefined ? undefined : routeSettings(edge.throttle) }),
    routeSettings: Object.fromEntries(throttled.map(({ key, settings }) => [key, settings])),
    throttledRoutes: throttled.map(({ key }) => routeId(key)),
  };
}

/** With metrics of its own, since a limit is set by what the route really gets. */
function routeSettings(throttle: Throttle): RouteSettings {
  return { ThrottlingRateLimit: throttle.rateLimit, ThrottlingBurstLimit: throttle.burstLimit, DetailedMetricsEnabled: true };
}
