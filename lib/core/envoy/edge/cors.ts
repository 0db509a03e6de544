import type { Cors, EdgeTopology } from '../../model/topology';
import type { HeaderMutation } from '../api/header-mutation';
import type { HttpFilter, RouteFilterConfigs } from '../api/http-filters';
import type { Any } from '../api/protobuf';
import type { TypedPerFilterConfig } from '../api/route';
import type { StringMatcher } from '../api/type';
import { extension, labelOf, message, named, typed } from '../syntax/messages';

const FILTER = 'envoy.extensions.filters.http.cors.v3.Cors';

/**
 * Answers preflight requests, and adds the headers of CORS to all answers. Envoy's filter adds none to the answers of routes that lead to
 * no service, such as 404, 413 and 415: those the filter in front of it adds.
 */
export function corsFilter({ cors }: EdgeTopology): readonly HttpFilter[] {
  if (cors === undefined) return [];
  return [
    named('cors-of-answers', 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: { response_mutations: answersOf(cors) },
    }),
    extension(FILTER),
  ];
}

/** What has no value is no header. */
function answersOf({ allowOrigins, allowCredentials, exposeHeaders }: Cors): readonly HeaderMutation[] {
  const origin = "request.headers['origin']";
  const allowed = allowOrigins.includes('*') ? `${origin} != ''` : `${origin} in [${allowOrigins.map(textInCel).join(',')}]`;
  const added = (key: string, value: string): HeaderMutation => ({
    append: { header: { key, value: `%CEL(${allowed} ? ${value} : '')%` }, append_action: 'ADD_IF_ABSENT' },
  });
  return [
    added('access-control-allow-origin', origin),
    ...(allowCredentials ? [added('access-control-allow-credentials', "'true'")] : []),
    ...(exposeHeaders.length === 0 ? [] : [added('access-control-expose-headers', textInCel(exposeHeaders.join(',')))]),
  ];
}

/** A name of a header may have quotes, and `%`, which ends the expression. */
function textInCel(text: string): string {
  return `'${text.replace(/[%'\\]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`)}'`;
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
