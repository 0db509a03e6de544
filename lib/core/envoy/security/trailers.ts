import type { ProtocolId } from '../../model/topology';
import { OWN_OVERRIDE_HEADERS, REQUEST_ID_HEADER } from '../../model/pass-through-headers';
import type { HttpFilter } from '../api/http-filters';
import { extension } from '../syntax/messages';
import { anyOf, prefixes, spellings } from './untrusted-headers';

/**
 * Names that no trailer may have: fields of routing, framing, authentication and of the mesh itself, at which no filter looks in
 * trailers, and which an application might add to the headers.
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
 * Removes trailers of a request that only headers may be. Envoy passes on no trailers of HTTP/1.1.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/header_mutation_filter
 */
export function requestTrailers(protocol: ProtocolId, identityHeaders: readonly string[] = []): readonly HttpFilter[] {
  if (protocol !== 'http2' && protocol !== 'grpc') return [];
  return [
    extension('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: {
        request_trailers_mutations: [
          { remove_on_match: { key_matcher: { safe_regex: { regex: anyOf([...FORBIDDEN, ...spellings(identityHeaders)]) } } } },
        ],
      },
    }),
  ];
}
