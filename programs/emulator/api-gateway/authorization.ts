import type { Fields } from '../template/fields';
import type { Refused } from './gateway-response';
import { refused } from './gateway-response';
import type { ClientRequest } from './client-request';
import type { ApiRoute } from './model';

/** What a route asks of a client. */
export interface Demand {
  readonly type: 'NONE' | 'AWS_IAM' | 'JWT' | 'CUSTOM' | 'COGNITO_USER_POOLS';
  /** The authorizer, where the type has one. */
  readonly authorizer?: string;
  /** Of which a token needs one. */
  readonly scopes: readonly string[];
  readonly apiKey: boolean;
}

/** Of a client that may call a route: what API Gateway knows of it, by `context.<name>`. */
export interface Granted {
  readonly context: Readonly<Record<string, string>>;
}

/** Decides by what a request holds; asked of routes that ask for something. */
export type Authorize = (route: Pick<ApiRoute, 'demand'>, request: ClientRequest) => Granted | Refused;

const REFUSED = { AWS_IAM: 403, JWT: 401, CUSTOM: 401, COGNITO_USER_POOLS: 401 } as const;

export function readDemand(route: Fields): Demand {
  const type = route.optionalText('AuthorizationType') ?? 'NONE';
  if (type !== 'NONE' && !(type in REFUSED)) throw new Error(`${route.path}: the stand-in does not know the authorization type ${type}`);
  const authorizer = route.optionalText('AuthorizerId');
  return {
    type: type as Demand['type'],
    ...(authorizer === undefined ? {} : { authorizer }),
    scopes: route.texts('AuthorizationScopes'),
    apiKey: route.flag('ApiKeyRequired', false),
  };
}

/** A request with what API Gateway knows of its client, or why it is refused. */
export function admitted(
  route: ApiRoute,
  routes: readonly ApiRoute[],
  request: ClientRequest,
  authorize: Authorize | undefined,
): { readonly request: ClientRequest; readonly refused?: Refused } {
  if (authorize === undefined) {
    const refusedFor = refusal(route, routes, request.credentials);
    return { request, ...(refusedFor && { refused: refusedFor }) };
  }
  if (route.demand.type === 'NONE') return { request };
  const decided = authorize(route, request);
  return 'context' in decided
    ? { request: { ...request, context: { ...request.context, ...decided.context } } }
    : { request, refused: decided };
}

/** What API Gateway answers to a client that cannot show what the route asks for. */
export function refusal(
  { demand }: ApiRoute,
  routes: readonly ApiRoute[],
  credentials: readonly string[] | undefined,
): Refused | undefined {
  if (
    credentials === undefined ||
    isMet(
      demand,
      credentials.map((key) => demandOf(routes, key)),
    )
  )
    return undefined;
  if (demand.type === 'NONE') return refused(403, 'INVALID_API_KEY', 'Forbidden');
  return REFUSED[demand.type] === 401 ? refused(401, 'UNAUTHORIZED', 'Unauthorized') : refused(403, 'ACCESS_DENIED', 'Forbidden');
}

/** Whether somebody who can show what other routes ask for may use a route. */
export function isMet(demand: Demand, held: readonly Demand[]): boolean {
  if (demand.type === 'NONE' && !demand.apiKey) return true;
  const { type, authorizer, apiKey } = demand;
  const isSameKind = (each: Demand): boolean => each.type === type && each.authorizer === authorizer && each.apiKey === apiKey;
  const hasScope = (each: Demand): boolean => demand.scopes.length === 0 || demand.scopes.some((scope) => each.scopes.includes(scope));
  return held.some((each) => isSameKind(each) && hasScope(each));
}

function demandOf(routes: readonly ApiRoute[], key: string): Demand {
  const route = routes.find((each) => each.key === key);
  if (route === undefined) throw new Error(`credentials: the API has no route "${key}", but ${routes.map((each) => each.key).join(', ')}`);
  return route.demand;
}
