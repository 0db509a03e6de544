import { REST_API } from '../../../limits/api-gateway';
import { rangeOf } from '../../../limits/limit';
import type { DraftRoute } from '../../../edges/kind';
import type { EdgeAuthorizer, EdgeCache, EdgeRoute, RouteCache } from '../../../model/topology';
import type { Reader } from '../../../reading/reader';
import { parseParameterNames, parseRequestHeaderNames } from './parse-validation';

/** In GB. https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html#apigw-CreateStage-request-cacheClusterSize */
const SIZES = ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'] as const;

/** What API Gateway has. */
const DEFAULT_TTL_SECONDS = 300;

const EDGE_FIELDS = ['clusterSize', 'encrypted', 'ttl'] as const;
export const ROUTE_CACHE_FIELDS = ['ttl', 'query', 'headers'] as const;

/** What services could tell clients apart by, if it is not in the key. */
const CREDENTIALS = ['authorization', 'cookie', 'x-api-key'] as const;

export interface DraftCache {
  readonly cache: EdgeCache;
  readonly ttlSeconds: number;
}

export function parseCache(at: Reader): DraftCache | undefined {
  if (!at.checkFields(EDGE_FIELDS)) return undefined;
  return {
    cache: {
      clusterSize: at.field('clusterSize').oneOf(SIZES, 'a size of a cache, in GB') ?? SIZES[0],
      encrypted: at.field('encrypted').boolean() ?? true,
    },
    ttlSeconds: parseTtl(at.field('ttl')) ?? DEFAULT_TTL_SECONDS,
  };
}

function parseTtl(at: Reader): number | undefined {
  return at.seconds(rangeOf(REST_API.cacheTtl));
}

/** What of a cache is the edge's, and what is known of the route before. */
export interface CacheContext {
  readonly edge: DraftCache | undefined;
  readonly cors: boolean;
  readonly authorizer: EdgeAuthorizer | undefined;
  readonly route: Pick<EdgeRoute, 'method' | 'target' | 'streamed' | 'policy' | 'apiKeyRequired'>;
}

/** Reads the cache of a route, and adds an issue where one client would get what is meant for another, or what must not be kept. */
export function parseRouteCache(routeAt: Reader, context: CacheContext): RouteCache | undefined {
  const at = routeAt.field('cache');
  if (!at.checkFields(ROUTE_CACHE_FIELDS)) return undefined;
  const own = parseTtl(at.field('ttl'));
  const query = parseParameterNames(at.field('query'));
  const headers = parseRequestHeaderNames(at.field('headers'));
  const { edge, authorizer, cors, route } = context;
  if (edge === undefined) at.fail('NO_EFFECT', 'the edge has no cache', { got: null, fix: 'set cache on the edge, or remove it here' });
  checkRoute(at, context);
  const identities = identityHeaders(authorizer, route.apiKeyRequired === true);
  const known = [...identities, ...(cors ? ['Origin'] : []), ...(route.policy?.compression === undefined ? [] : ['Accept-Encoding'])];
  return {
    ttlSeconds: own ?? edge?.ttlSeconds ?? DEFAULT_TTL_SECONDS,
    headers: distinct([...known, ...headers]),
    identities: identities.length,
    query,
  };
}

function checkRoute(at: Reader, { authorizer, route: { method, target, streamed, policy } }: CacheContext): void {
  if (method !== 'GET')
    at.fail('CONFLICT', `only responses to GET are kept, and this is a route of ${method}`, {
      got: null,
      fix: method === 'ANY' ? 'add a GET route of its own for the path, with cache' : 'remove it',
    });
  if (streamed)
    at.fail('CONFLICT', 'a response that is passed on as it arrives is not kept', {
      got: null,
      fix: 'remove it, or set responseTransferMode: ResponseTransferMode.BUFFERED',
    });
  if (target.kind === 'aggregate')
    at.fail('CONFLICT', 'an answer of several parts says no-store where it is not complete, and would be kept all the same', {
      got: null,
      fix: 'remove it',
    });
  if (/\bno-store\b/i.test(policy?.responseHeaders?.set['cache-control'] ?? ''))
    at.fail('CONFLICT', 'responseHeaders say "cache-control: no-store", but API Gateway would keep the responses', {
      got: null,
      fix: 'remove it, or set another cache-control for this route',
    });
  if (authorizer?.kind === 'iam')
    at.fail(
      'CONFLICT',
      'API Gateway cannot make the caller of a signed request part of the key: one caller would get what is meant for another',
      {
        got: null,
        fix: 'remove it, or choose another authorizer for this route, such as Authorizer.none() where all may have the response',
      },
    );
}

/** The headers by which API Gateway and an authorizer know clients. */
function identityHeaders(authorizer: EdgeAuthorizer | undefined, apiKeyRequired: boolean): readonly string[] {
  const ofAuthorizer = authorizer?.identity?.in === 'header' ? [authorizer.identity.name] : [];
  return distinct([...ofAuthorizer, ...(apiKeyRequired ? ['x-api-key'] : [])]);
}

/** The first spelling of each. */
function distinct(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === index);
}

/** Of what the service of a cached route must not see. */
export function withoutHeaders({ headers }: RouteCache): readonly string[] {
  const kept = headers.map((name) => name.toLowerCase());
  return CREDENTIALS.filter((name) => !kept.includes(name));
}

/** A cache costs by the hour. */
export function checkCacheUsed(at: Reader, cache: DraftCache | undefined, drafts: readonly DraftRoute[]): void {
  if (cache !== undefined && drafts.every(({ route }) => route.cache === undefined))
    at.fail('NO_EFFECT', 'no route has a cache, and an empty one is charged, too', {
      got: null,
      fix: "set cache on routes, such as cache: { query: ['page'] }, or remove it here",
    });
}

/** The policy of a route, with what its cache asks of the gateway service. */
export function withCache(route: EdgeRoute, cache: RouteCache | undefined): EdgeRoute {
  if (cache === undefined) return route;
  return { ...route, cache, policy: { ...route.policy, withoutHeaders: withoutHeaders(cache) } };
}
