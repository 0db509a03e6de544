import type { EdgeTopology, GrpcJson, GrpcTarget } from '../../model/topology';
import type { GrpcJsonTranscoder, HttpFilter } from '../api/http-filters';
import type { HeaderMutation } from '../api/header-mutation';
import type { TypedPerFilterConfig } from '../api/route';
import { knownFieldsFilters, knownFieldsOf } from './known-fields';
import { extension, labelOf, message, named, typed } from '../syntax/messages';

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

const LUA = 'envoy.extensions.filters.http.lua.v3.Lua';
const ONCE_FILTER = 'path-fields';

function filtersFor(targets: readonly GrpcTarget[]): readonly HttpFilter[] {
  return [
    ...(targets.some(({ json }) => json !== undefined)
      ? [
          ...(targets.some(({ json }) => json?.knownFields !== undefined || json?.anyFields === true) ? knownFieldsFilters() : []),
          off(extension(HEADER_MUTATION, { mutations: { response_mutations: [REMOVE_GRPC_HEADERS, SAFE_TYPE] } })),
          off(extension(TRANSCODER, NO_METHOD)),
        ]
      : []),
    ...(targets.some(({ json }) => json?.pathFields !== undefined)
      ? [off(named(ONCE_FILTER, LUA, { default_source_code: { inline_string: ONCE_SCRIPT } }))]
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
 * The most that a response may have, which the translation holds in memory, where nothing says otherwise: API Gateway takes no more.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

/**
 * What a route to one method says to the filters. The route of the client's request stays: it has been checked, and says where the method
 * is. Nothing that is no request for the method passes to the service as it came.
 */
export function translateJson({ method }: GrpcTarget, json: GrpcJson): TypedPerFilterConfig {
  return {
    ...knownFieldsOf(json),
    ...(json.pathFields === undefined
      ? {}
      : {
          [ONCE_FILTER]: typed('envoy.extensions.filters.http.lua.v3.LuaPerRoute', {
            filter_context: { paths: json.pathFields },
          }),
        }),
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
      max_response_body_size: json.maxResponseBytes ?? MAX_RESPONSE_BYTES,
      print_options: message({
        always_print_primitive_fields: true,
        stream_newline_delimited: json.stream === 'newlineDelimited' ? true : undefined,
        stream_sse_style_delimited: json.stream === 'serverSentEvents' ? true : undefined,
      }),
    }),
  };
}

/**
 * Refuses what the translation has written if it has a field of the path, or a message around it, twice: of a body with a field twice,
 * Envoy compares the first one alone with the path, and the service takes the last one, which the authorizer has not seen.
 * https://protobuf.dev/programming-guides/encoding/
 */
export const ONCE_SCRIPT = `local function varint(bytes, at)
  local value, factor = 0, 1
  while true do
    local byte = bytes:byte(at)
    if not byte then return nil, at end
    value = value + byte % 128 * factor
    factor = factor * 128
    at = at + 1
    if byte < 128 then return value, at end
  end
end
local function repeats(bytes, from, to, path, depth)
  local found, at = false, from
  while at <= to do
    local tag, length, start
    tag, start = varint(bytes, at)
    if not tag then return true end
    local kind, number = tag % 8, math.floor(tag / 8)
    if kind == 0 then
      length, at = varint(bytes, start)
    elseif kind == 1 then
      length, at = 8, start + 8
    elseif kind == 5 then
      length, at = 4, start + 4
    elseif kind == 2 then
      length, start = varint(bytes, start)
      at = start + (length or 0)
    end
    if not length then return true end
    if number == path[depth] then
      if found or depth < #path and repeats(bytes, start, at - 1, path, depth + 1) then return true end
      found = true
    end
  end
  return false
end
function envoy_on_request(handle)
  local body = handle:body()
  local bytes = body and body:length() > 0 and body:getBytes(0, body:length()) or ""
  for _, path in ipairs(handle:filterContext():get("paths")) do
    if repeats(bytes, 6, #bytes, path, 1) then
      handle:respond({ [":status"] = "400" }, "A field of the path is more than once in the body.")
      return
    end
  end
end`;

/** Envoy calls a stream of JSON texts what a single one is. */
const NEWLINE_DELIMITED_TYPE: HeaderMutation = contentType(
  "response.headers[':status'] == '200' ? 'application/x-ndjson' : 'application/json'",
);

/** The same for gRPC-Web, of which each message is passed on as it is. */
export function translateWeb(): TypedPerFilterConfig {
  return { [labelOf(WEB)]: typed('envoy.config.route.v3.FilterConfig', { config: {} }) };
}
