import type { ProtocolId } from '../../model/topology';
import { OWN_OVERRIDE_HEADERS, REQUEST_ID_HEADER } from '../../model/pass-through-headers';
import type { Json } from '../syntax/json';
import { extension } from '../syntax/json';
import { anyOf, prefixes, spellings } from './untrusted-headers';

/**
 * What a trailer must not be: fields of routing, framing, authentication and of the mesh itself, none of which anybody has
 * looked at there, and which an application might add to the headers.
 * https://www.rfc-editor.org/rfc/rfc9110#section-6.5.1
 */
const FORBIDDEN = [
  ...prefixes(['x-forwarded-', 'x-envoy-', 'x-mesh-', 'x-edge-', 'x-amzn-', 'grpc-', 'proxy-', 'content-', 'if-', 'accept-']),
  ...spellings([
    ...OWN_OVERRIDE_HEADERS,
    'forwarded',
    'x-real-ip',
    REQUEST_ID_HEADER,
    'authorization',
    'cookie',
    'host',
    'transfer-encoding',
    'te',
    'trailer',
    'connection',
    'upgrade',
    'keep-alive',
    'expect',
    'range',
    'max-forwards',
    'cache-control',
    'user-agent',
    'origin',
    'referer',
    'traceparent',
    'tracestate',
    'baggage',
  ]),
];

/**
 * Takes off a request's trailers what only headers may say. Envoy passes on no trailers of HTTP/1.1.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/header_mutation_filter
 */
export function requestTrailers(protocol: ProtocolId): readonly Json[] {
  if (protocol !== 'http2' && protocol !== 'grpc') return [];
  return [
    extension('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: { request_trailers_mutations: [{ remove_on_match: { key_matcher: { safe_regex: { regex: anyOf(FORBIDDEN) } } } }] },
    }),
  ];
}
