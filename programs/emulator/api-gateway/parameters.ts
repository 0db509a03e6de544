import type { ClientRequest } from './client-request';
import { splitQuery } from './client-request';
import type { Refused } from './gateway-response';
import { refused } from './gateway-response';

/** Of a request, by their names in mappings, such as `method.request.header.x-tenant`. */
export type Parameters = (name: string) => string | undefined;

const SOURCE = /^method\.request\.(path|querystring|header)\.(.+)$/;

/**
 * "Header names and query parameters are processed in a case-sensitive way."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function parametersOf(request: ClientRequest, path: Readonly<Record<string, string>>): Parameters {
  const query = new URLSearchParams(splitQuery(request.path)[1]);
  return (mapping) => {
    const [, place, name = ''] = SOURCE.exec(mapping) ?? [];
    if (place === 'path') return path[name];
    if (place === 'querystring') return query.get(name) ?? undefined;
    const value = request.headers?.[name];
    return typeof value === 'string' ? value : value?.at(-1);
  };
}

/**
 * "The required request parameters in the URI, query string, and headers of an incoming request are included and not blank. API Gateway
 * only checks the existence of a parameter and doesn't check the type or format." The body of the answer is what has been seen.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
export function missingParameters(required: readonly string[], parameters: Parameters): Refused | undefined {
  const missing = required.filter((name) => (parameters(name) ?? '').trim() === '').map((name) => name.replace(SOURCE, '$2'));
  if (missing.length === 0) return undefined;
  return refused(400, 'BAD_REQUEST_PARAMETERS', `Missing required request parameters: [${missing.join(', ')}]`);
}

/** By which responses of a method are kept, and for how long. */
export interface CacheEntry {
  readonly key: string;
  readonly ttlSeconds: number;
}

/**
 * "[Y]ou can use some or all of the parameters to form cache keys." What is no part of the key tells no two requests apart: "[t]he response
 * from this request is cached and is used to serve the following request".
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html#enable-api-gateway-cache-keys
 */
export function cacheKey(method: string, names: readonly string[], parameters: Parameters): string {
  return JSON.stringify([method, ...names.map((name) => [name, parameters(name) ?? null])]);
}
