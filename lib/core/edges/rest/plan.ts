import { beginsAtApiGateway } from '../../model/observability/tracing';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, REQUEST_HEADER, ROUTE_HEADER } from '../../model/edge-headers';
import type { JsonObject } from '../../model/json';
import { contextHeadersOf } from '../../model/identity-headers';
import type {
  AuthorizerKind,
  DomainPlan,
  EdgeAuthorizer,
  EdgeClient,
  EdgeRoute,
  EdgeTopology,
  IpAddressType,
  PathSegment,
  Throttle,
  Topology,
} from '../../model/topology';
import type { FirewallPlan } from '../../model/edge-domain';
import { REST_ACCESS_LOG } from '../access-log';
import { authorizerOf, known } from '../authorizer-of';
import type { CachePlan, ValidatorKind } from './cache';
import { planCache, planRequest } from './cache';
import { planDomain } from '../domain';
import type { CorsPlan } from './cors';
import { planCors } from './cors';
import type { ErrorsPlan } from './errors';
import { planErrors } from './errors';
import { planFirewall } from '../firewall';
import { methodThrottles } from './method-throttles';
import type { NestedPathPlan } from './nested-paths';
import type { ResourcePolicyPlan } from './resource-policy';
import { planResourcePolicy } from './resource-policy';
import { planNestedPaths } from './nested-paths';
import type { ConnectionPlan } from './waits';
import { planConnections, timeoutMillis } from './waits';
import { defined } from '../../defined';

/** What only a REST API has as options. */
export interface RestApiSettings {
  /** Whether the stack may set the account's role for logs. */
  readonly cloudWatchRole: boolean;
  /** Sorted; the resources of each stand in a nested stack of their own. */
  readonly nestedPaths: readonly string[];
}

/** A REST API as plain data. */
export interface RestApiPlan {
  readonly methods: readonly RestMethodPlan[];
  /** A path comes after those that it is below. Absent: all resources stand in the stack of the edge. */
  readonly nestedPaths?: readonly NestedPathPlan[];
  readonly authorizers: readonly RestAuthorizerPlan[];
  readonly stage: RestStagePlan;
  readonly cors?: CorsPlan;
  /** Present if errors of API Gateway itself are other than by default. */
  /** Absent: anybody may call it, as far as its authorizers let them. */
  readonly policy?: ResourcePolicyPlan;
  readonly errors?: ErrorsPlan;
  /** Of the load balancer. */
  readonly connections: ConnectionPlan;
  /** Absent: API Gateway's default. */
  readonly ipAddressType?: IpAddressType;
  readonly domain?: DomainPlan;
  /** Present: clients cannot call the API by the name that AWS gives it. */
  readonly executeApiEndpoint?: false;
  /** Present: only interface endpoints of VPCs reach it. */
  readonly privateApi?: PrivateApiPlan;
  /** Present if a route asks for an API key: the id of that authorizer. */
  readonly apiKeys?: ApiKeysPlan;
  /** Absent: none. */
  readonly firewall?: FirewallPlan;
  /** Absent: there are none. */
  readonly clients?: readonly ClientPlan[];
}

export interface PrivateApiPlan {
  /** Whether one is made, since the user brings none. */
  readonly makesEndpoint: boolean;
}

/** Each has a usage plan for the stage. */
export type ClientPlan = EdgeClient;

export interface ApiKeysPlan {
  /** Of the authorizer. */
  readonly id: string;
  /** Whether one is created, since the user brings none. */
  readonly createsKey: boolean;
}

export interface RestMethodPlan {
  readonly path: string;
  readonly httpMethod: string;
  /** The path at the gateway service, the same as the client's. */
  readonly uriPath: string;
  /** Parameters of the path must be declared before they can be mapped. */
  readonly methodParameters: Readonly<Record<string, boolean>>;
  readonly requestParameters: Readonly<Record<string, string>>;
  /** Present if API Gateway refuses requests without the parameters that must be there, or with another body. */
  readonly validator?: ValidatorKind;
  /** JSON Schema, draft 4, for bodies of every type. */
  readonly bodySchema?: JsonObject;
  /** Parameters by which kept responses are told apart; absent: none is kept. */
  readonly cacheKey?: readonly string[];
  readonly authorizationType: RestAuthorizationType;
  /** The id of one of the plan's authorizers. */
  readonly authorizer?: string;
  readonly apiKeyRequired: boolean;
  readonly scopes: readonly string[];
  /** How long API Gateway waits for the response; absent: its own 29 seconds. */
  readonly timeoutMillis?: number;
  /** Whether the response is passed on as it arrives. */
  readonly streamed: boolean;
}

export type RestAuthorizationType = 'NONE' | 'AWS_IAM' | 'COGNITO_USER_POOLS' | 'CUSTOM';

export interface RestAuthorizerPlan {
  readonly id: string;
  readonly kind: 'cognito' | 'lambda';
  readonly identitySource: string;
  /** Of `lambda`. */
  readonly resultTtlSeconds?: number;
}

export interface RestStagePlan {
  readonly name: string;
  readonly traced: boolean;
  readonly accessLogFormat?: string;
  /** Whether the stack sets the account's role for logs, without which no REST API can log. */
  readonly setsAccountRole: boolean;
  readonly throttle?: Throttle;
  /** By path and method, such as `/catalog/{id}/GET`; never `ANY`, which a stage does not know. */
  readonly methodThrottles: Readonly<Record<string, Throttle>>;
  /** Absent: nothing is kept. */
  readonly cache?: CachePlan;
}

const AUTHORIZATION_TYPES: Readonly<Partial<Record<AuthorizerKind, RestAuthorizationType>>> = {
  none: 'NONE',
  // A key is asked for beside the authorization, not by it.
  apiKey: 'NONE',
  iam: 'AWS_IAM',
  cognito: 'COGNITO_USER_POOLS',
  lambda: 'CUSTOM',
};

export function planRestApi({ tracing }: Pick<Topology, 'tracing'>, edge: EdgeTopology<RestApiSettings>): RestApiPlan {
  const cors = edge.cors === undefined ? undefined : planCors(edge.cors, edge.routes);
  const apiKeys = edge.authorizers.find((authorizer) => authorizer.kind === 'apiKey');
  return {
    methods: edge.routes.map((route) => planMethod(edge, route)),
    authorizers: edge.authorizers.flatMap(planAuthorizer),
    stage: {
      name: edge.stageName,
      traced: beginsAtApiGateway(tracing),
      ...(edge.accessLogs ? { accessLogFormat: REST_ACCESS_LOG } : {}),
      setsAccountRole: edge.accessLogs && edge.options.cloudWatchRole,
      ...defined({ throttle: edge.throttle, cache: planCache(edge) }),
      methodThrottles: methodThrottles(edge.routes, cors),
    },
    connections: planConnections(edge.routes),
    ...defined({
      cors,
      errors: planErrors(cors, edge.detailedErrors),
      policy: planResourcePolicy(edge),
      nestedPaths: planNestedPaths(edge.options.nestedPaths),
      ipAddressType: edge.ipAddressType,
      domain: planDomain(edge),
      executeApiEndpoint: edge.executeApiEndpoint,
      privateApi: edge.privateApi === undefined ? undefined : { makesEndpoint: !edge.privateApi.ownEndpoints },
      firewall: planFirewall(edge.firewall),
      clients: edge.clients,
      apiKeys: apiKeys === undefined ? undefined : { id: apiKeys.id, createsKey: apiKeys.createsKey === true },
    }),
  };
}

function planAuthorizer({ id, kind, identity, cacheSeconds }: EdgeAuthorizer): readonly RestAuthorizerPlan[] {
  if (kind !== 'cognito' && kind !== 'lambda') return [];
  const source = identity === undefined ? [] : [`method.request.${identity.in}.${identity.name}`];
  // An answer is cached by these: without method and route, a policy for one request would be asked about all.
  const cached = (cacheSeconds ?? 0) > 0 ? ['context.httpMethod', 'context.resourcePath'] : [];
  return [{ id, kind, identitySource: [...source, ...cached].join(','), ...defined({ resultTtlSeconds: cacheSeconds }) }];
}

function planMethod(edge: EdgeTopology, route: EdgeRoute): RestMethodPlan {
  const { kind, identityHeaders = [] } = authorizerOf(edge, route);
  const headers = contextHeadersOf(edge);
  const names = route.segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name]));
  const authorizationType = known(AUTHORIZATION_TYPES, kind);
  return {
    path: route.path,
    httpMethod: route.method,
    uriPath: uriPath(route.segments),
    ...planRequest(names, route),
    requestParameters: {
      ...Object.fromEntries(names.map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`])),
      [`integration.request.header.${CLIENT_IP_HEADER}`]: 'context.identity.sourceIp',
      [`integration.request.header.${CLIENT_HOST_HEADER}`]: 'context.domainName',
      [`integration.request.header.${CLIENT_PATH_HEADER}`]: 'context.path',
      ...(edge.detailedErrors === true ? { [`integration.request.header.${REQUEST_HEADER}`]: 'context.requestId' } : {}),
      // A literal stands in quotes.
      [`integration.request.header.${ROUTE_HEADER}`]: `'${route.key}'`,
      ...Object.fromEntries(
        identityHeaders.flatMap(({ from, value }) =>
          from === 'context' ? [[`integration.request.header.${headers[value] ?? ''}`, `context.${value}`]] : [],
        ),
      ),
    },
    authorizationType,
    ...(authorizationType === 'COGNITO_USER_POOLS' || authorizationType === 'CUSTOM' ? { authorizer: route.authorizer } : {}),
    apiKeyRequired: route.apiKeyRequired === true,
    scopes: route.scopes,
    ...defined({ timeoutMillis: timeoutMillis(route) }),
    streamed: route.streamed,
  };
}

/** As in the route, but a greedy parameter is named without its plus. */
function uriPath(segments: readonly PathSegment[]): string {
  return `/${segments.map((segment) => (segment.kind === 'static' ? segment.text : `{${segment.name}}`)).join('/')}`;
}
