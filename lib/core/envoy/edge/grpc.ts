import type { EdgeTopology, GrpcJson, GrpcTarget } from '../../model/topology';
import type { GrpcJsonTranscoder, HttpFilter } from '../api/http-filters';
import type { HeaderMutation } from '../api/header-mutation';
import type { TypedPerFilterConfig } from '../api/route';
import { extension, labelOf, message, typed } from '../syntax/messages';

const TRANSCODER = 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder';
const WEB = 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb';
const HEADER_MUTATION = 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation';

/** The routes of an edge to methods of gRPC services. */
export function grpcTargets({ routes }: Pick<EdgeTopology, 'routes'>): readonly GrpcTarget[] {
  return routes.flatMap(({ target }) => (target.kind === 'grpc' ? [target] : []));
}

/**
 * What translates; each is off until a route switches it on. Clients of JSON see no headers of gRPC: the filter that removes them stands
 * before the transcoder, which reads them.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_json_transcoder_filter
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_web_filter
 */
export function grpcFilters(edge: EdgeTopology): readonly HttpFilter[] {
  return filtersFor(grpcTargets(edge));
}

/** The same for parts of answers. */
export function grpcFiltersOfParts({ routes }: Pick<EdgeTopology, 'routes'>): readonly HttpFilter[] {
  return filtersFor(routes.flatMap(({ target }) => (target.kind === 'aggregate' ? Object.values(target.grpcParts) : [])));
}

function filtersFor(targets: readonly GrpcTarget[]): readonly HttpFilter[] {
  return [
    ...(targets.some(({ json }) => json !== undefined)
      ? [
          off(extension(HEADER_MUTATION, { mutations: { response_mutations: [REMOVE_GRPC_HEADERS, SAFE_TYPE] } })),
          off(extension(TRANSCODER, NO_METHOD)),
        ]
      : []),
    ...(targets.some(({ web }) => web) ? [off(extension(WEB))] : []),
  ];
}

function off(filter: HttpFilter): HttpFilter {
  return { ...filter, disabled: true };
}

const REMOVE_GRPC_HEADERS: HeaderMutation = { remove_on_match: { key_matcher: { safe_regex: { regex: 'grpc-.*' } } } };

/** With `google.api.HttpBody` the type is a text of the service's, which could write more headers with it. */
const SAFE_TYPE: HeaderMutation = contentType(
  "response.headers['content-type'].matches('^[!-~][ -~]*$') ? response.headers['content-type'] : 'application/octet-stream'",
);

function contentType(expression: string): HeaderMutation {
  return { append: { header: { key: 'content-type', value: `%CEL(${expression})%` }, append_action: 'OVERWRITE_IF_EXISTS' } };
}

/** Envoy requires a service of the filter itself, which is never on without a route's own: `service n {}` in a file `n`. */
const NO_METHOD: GrpcJsonTranscoder = {
  proto_descriptor_bin: Buffer.from('\x0a\x08\x0a\x01n\x32\x03\x0a\x01n').toString('base64'),
  services: ['n'],
};

/**
 * The most that a response may have, which the translation holds in memory. API Gateway takes no more.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

/**
 * What a route to one method says to the filters. The route of the client's request stays: it has been checked, and says where the method
 * is. Nothing that is no request for the method passes to the service as it came.
 */
export function translateJson({ method }: GrpcTarget, json: GrpcJson): TypedPerFilterConfig {
  return {
    [labelOf(HEADER_MUTATION)]:
      json.stream === 'newlineDelimited'
        ? typed('envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute', {
            mutations: { response_mutations: [NEWLINE_DELIMITED_TYPE] },
          })
        : typed('envoy.config.route.v3.FilterConfig', { config: {} }),
    [labelOf(TRANSCODER)]: typed(TRANSCODER, {
      proto_descriptor_bin: json.descriptor,
      services: [method.replace(/\/.*/, '')],
      match_incoming_request_route: true,
      convert_grpc_status: true,
      request_validation_options: {
        reject_unknown_method: true,
        reject_unknown_query_parameters: true,
        reject_binding_body_field_collisions: true,
      },
      max_request_body_size: json.maxRequestBytes,
      max_response_body_size: MAX_RESPONSE_BYTES,
      print_options: message({
        always_print_primitive_fields: true,
        stream_newline_delimited: json.stream === 'newlineDelimited' ? true : undefined,
        stream_sse_style_delimited: json.stream === 'serverSentEvents' ? true : undefined,
      }),
    }),
  };
}

/** Envoy calls a stream of JSON texts what a single one is. */
const NEWLINE_DELIMITED_TYPE: HeaderMutation = contentType(
  "response.headers[':status'] == '200' ? 'application/x-ndjson' : 'application/json'",
);

/** The same for gRPC-Web, of which each message is passed on as it is. */
export function translateWeb(): TypedPerFilterConfig {
  return { [labelOf(WEB)]: typed('envoy.config.route.v3.FilterConfig', { config: {} }) };
}
