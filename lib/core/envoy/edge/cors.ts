import type { Cors, EdgeTopology } from '../../model/topology';
import type { HttpFilter, RouteFilterConfigs } from '../api/http-filters';
import type { Any } from '../api/protobuf';
import type { TypedPerFilterConfig } from '../api/route';
import type { StringMatcher } from '../api/type';
import { extension, labelOf, message, typed } from '../syntax/messages';

const FILTER = 'envoy.extensions.filters.http.cors.v3.Cors';

/** Answers preflight requests, and adds the headers of CORS to all answers. */
export function corsFilter({ cors }: EdgeTopology): readonly HttpFilter[] {
  return cors === undefined ? [] : [extension(FILTER)];
}

/** Its settings, for all routes. */
export function corsOfHost({ cors }: EdgeTopology): TypedPerFilterConfig | undefined {
  return cors === undefined ? undefined : { [labelOf(FILTER)]: policy(cors) };
}

/**
 * The answers of a REST API get their CORS headers here. An HTTP API puts its own in their place, but lets preflight
 * requests through to us where a route takes every method.
 */
function policy(cors: Cors): Any<RouteFilterConfigs> {
  return typed(
    'envoy.extensions.filters.http.cors.v3.CorsPolicy',
    message({
      allow_origin_string_match: cors.allowOrigins.map((origin): StringMatcher =>
        origin === '*' ? { safe_regex: { regex: '.*' } } : { exact: origin },
      ),
      allow_methods: cors.allowMethods.join(','),
      allow_headers: cors.allowHeaders.join(','),
      expose_headers: cors.exposeHeaders.length === 0 ? undefined : cors.exposeHeaders.join(','),
      max_age: cors.maxAgeSeconds === undefined ? undefined : `${cors.maxAgeSeconds}`,
      allow_credentials: cors.allowCredentials,
    }),
  );
}
