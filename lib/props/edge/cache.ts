import type { Duration } from 'aws-cdk-lib';

/**
 * Cache of a REST API, in which API Gateway keeps the responses of the routes that have `cache`. It is charged by the hour and by its size,
 * used or not, and takes about 4 minutes to be created or to change its size.
 *
 * @example
 * const cache: CacheProps = { clusterSize: '1.6', ttl: Duration.minutes(1) };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
 */
export interface CacheProps {
  /**
   * Memory of the cache, in GB: `0.5`, `1.6`, `6.1`, `13.5`, `28.4`, `58.2`, `118` or `237`. Another size loses what is cached.
   *
   * @default '0.5'
   */
  readonly clusterSize?: string;

  /**
   * Whether cached responses are encrypted.
   *
   * @default true
   */
  readonly encrypted?: boolean;

  /**
   * Time for which a response is kept, 1 second to 1 hour in whole seconds, of routes that have no time of their own.
   *
   * @default - 5 minutes
   */
  readonly ttl?: Duration;
}

/**
 * Caching of the responses of a `GET` route. Two requests get the same response if they have the same key: the values of all parameters of
 * the path, of the header at which the authorizer of the route looks, and of what is named here.
 *
 * The service sees of `authorization`, `cookie` and `x-api-key` only what is part of the key, and sets no cookies, so that no client gets
 * what is meant for another. Any other header or query parameter that is not named here reaches the service, but the response to it is also
 * that for all other values: name all on which the response depends.
 *
 * @example
 * const route: RestApiRouteProps = { service: 'catalog', cache: { query: ['page'], headers: ['accept-language'] } };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html#enable-api-gateway-cache-keys
 */
export interface RouteCacheProps {
  /**
   * Time for which a response is kept, 1 second to 1 hour in whole seconds.
   *
   * @default - that of the cache of the edge
   */
  readonly ttl?: Duration;

  /**
   * Names of parameters of the query string that are part of the key.
   *
   * @default - none
   */
  readonly query?: string[];

  /**
   * Names of request headers that are part of the key, beside what the authorizer looks at, `Origin` with `cors`, and `Accept-Encoding`
   * with `compression`.
   *
   * @default - none
   */
  readonly headers?: string[];
}
