// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/filter/filter

import type { HeaderValueOption, RuntimeFractionalPercent, TypedExtensionConfig } from './core';
import type { HeaderMutation } from './header-mutation';
import type { HttpExchangeInputs, Matcher } from './generic-matcher';
import type { Any, Bytes, Duration, Empty, Int64, OneOf } from './protobuf';
import type { Rbac } from './rbac';
import type { HeaderMatcher, RateLimit } from './route-components';
import type { FractionalPercent, StringMatcher } from './type';

/** Routes and virtual hosts refer to its name. */
export type HttpFilter = TypedExtensionConfig<HttpFilters> & { /** Until a route switches it on. */ readonly disabled?: boolean };

export interface HttpFilters {
  readonly 'envoy.extensions.common.matching.v3.ExtensionWithMatcher': ExtensionWithMatcher;
  readonly 'envoy.extensions.filters.http.buffer.v3.Buffer': Buffer;
  readonly 'envoy.extensions.filters.http.compressor.v3.Compressor': Compressor;
  readonly 'envoy.extensions.filters.http.cors.v3.Cors': Empty;
  readonly 'envoy.extensions.filters.http.fault.v3.HTTPFault': HttpFault;
  readonly 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder': GrpcJsonTranscoder;
  readonly 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': Empty;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': { readonly mutations: Mutations };
  readonly 'envoy.extensions.filters.http.health_check.v3.HealthCheck': HealthCheckAnswer;
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': JwtAuthentication;
  readonly 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': LocalRateLimit;
  readonly 'envoy.extensions.filters.http.lua.v3.Lua': { readonly default_source_code: { readonly inline_string: string } };
  readonly 'envoy.extensions.filters.http.rbac.v3.RBAC': { readonly rules: Rbac };
  readonly 'envoy.extensions.filters.http.router.v3.Router': { readonly suppress_envoy_headers?: boolean };
  readonly 'envoy.extensions.filters.http.set_filter_state.v3.Config': { readonly on_request_headers: readonly FilterStateValue[] };
  readonly 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec': Empty;
}

/** What routes and virtual hosts say to filters. */
export interface RouteFilterConfigs {
  readonly 'envoy.config.route.v3.FilterConfig': OneOf<{
    readonly disabled: boolean;
    /** Empty: the filter's own. */ readonly config: Empty;
  }>;
  readonly 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': OneOf<{
    readonly disabled: boolean;
    readonly buffer: Buffer;
  }>;
  readonly 'envoy.extensions.filters.http.cors.v3.CorsPolicy': CorsPolicy;
  readonly 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder': GrpcJsonTranscoder;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': { readonly mutations: Mutations };
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig': { readonly requirement_name: string };
  readonly 'envoy.extensions.filters.http.lua.v3.LuaPerRoute': { readonly filter_context: ScriptContext };
}

type FieldKind = boolean | number | readonly [FieldKind];

/** Settings of a script for a route. Envoy takes any fields: these are those that the scripts read. */
export type ScriptContext =
  | { readonly names: readonly string[] }
  | { readonly paths: ReadonlyArray<readonly number[]> }
  | { readonly id: string; readonly root: FieldKind; readonly messages: ReadonlyArray<Readonly<Record<string, FieldKind>>> }
  | { readonly in: 'header' | 'querystring'; readonly name: string }
  | { readonly proof: string; readonly values: Readonly<Record<string, string>> }
  | { readonly audience: readonly string[]; readonly claims: Readonly<Record<string, string>> };

export interface FilterStateValue {
  readonly object_key: string;
  readonly factory_key: 'envoy.string';
  readonly format_string: { readonly text_format_source: { readonly inline_string: string } };
}

export interface Buffer {
  readonly max_request_bytes: number;
}

export interface JwtAuthentication {
  readonly providers: Readonly<Record<string, JwtProvider>>;
  readonly requirement_map: Readonly<Record<string, JwtRequirement>>;
}

export interface JwtRequirement {
  readonly provider_name: string;
}

export interface JwtProvider {
  readonly issuer: string;
  readonly require_expiration: boolean;
  readonly payload_in_metadata: string;
  readonly from_headers: readonly { readonly name: string }[];
  readonly remote_jwks: RemoteJwks;
}

export interface RemoteJwks {
  readonly http_uri: { readonly uri: string; readonly cluster: string; readonly timeout: Duration };
  readonly cache_duration: Duration;
  readonly async_fetch: Empty;
}

export type FilterConfig = Any<Pick<RouteFilterConfigs, 'envoy.config.route.v3.FilterConfig'>>;

/** A filter that is skipped where the matcher says so. https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/common/matching/v3/extension_matcher.proto */
export interface ExtensionWithMatcher {
  readonly extension_config: TypedExtensionConfig<HttpFilters>;
  readonly xds_matcher: Matcher<HttpExchangeInputs, FilterActions>;
}

export interface FilterActions {
  readonly 'envoy.extensions.filters.common.matcher.action.v3.SkipFilter': Empty;
}

export interface Compressor {
  readonly response_direction_config: {
    readonly common_config: { readonly min_content_length: number; readonly content_type_matcher: readonly StringMatcher[] };
    readonly weaken_etag_on_compress: boolean;
    readonly uncompressible_response_codes: readonly number[];
  };
  readonly compressor_library: TypedExtensionConfig<CompressorLibraries>;
  readonly choose_first: boolean;
}

export interface CompressorLibraries {
  readonly 'envoy.extensions.compression.brotli.compressor.v3.Brotli': { readonly quality: number; readonly window_bits: number };
  readonly 'envoy.extensions.compression.gzip.compressor.v3.Gzip': {
    readonly memory_level: number;
    readonly window_bits: number;
    readonly compression_level: 'COMPRESSION_LEVEL_3';
  };
}

export interface HttpFault {
  readonly headers?: readonly HeaderMatcher[];
  readonly delay?: FaultDelay;
  readonly abort?: FaultAbort;
}

export interface HealthCheckAnswer {
  readonly pass_through_mode: boolean;
  readonly headers: readonly HeaderMatcher[];
}

export interface FaultDelay {
  readonly fixed_delay: Duration;
  readonly percentage: FractionalPercent;
}

export type FaultAbort = OneOf<{ readonly http_status: number; readonly grpc_status: number }> & {
  readonly percentage: FractionalPercent;
};

export interface Mutations {
  readonly request_mutations?: readonly HeaderMutation[];
  readonly request_trailers_mutations?: readonly HeaderMutation[];
  readonly response_mutations?: readonly HeaderMutation[];
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/grpc_json_transcoder/v3/transcoder.proto */
export interface GrpcJsonTranscoder {
  readonly proto_descriptor_bin: Bytes;
  readonly services: readonly string[];
  readonly match_incoming_request_route?: boolean;
  readonly convert_grpc_status?: boolean;
  readonly request_validation_options?: {
    readonly reject_unknown_method: boolean;
    readonly reject_unknown_query_parameters: boolean;
    readonly reject_binding_body_field_collisions: boolean;
  };
  readonly max_request_body_size?: number;
  readonly max_response_body_size?: number;
  readonly print_options?: {
    readonly always_print_primitive_fields?: boolean;
    readonly stream_newline_delimited?: boolean;
    readonly stream_sse_style_delimited?: boolean;
  };
}

export interface LocalRateLimit {
  readonly stat_prefix: string;
  readonly token_bucket?: TokenBucket;
  readonly rate_limits?: readonly RateLimit[];
  readonly descriptors?: readonly LocalRateLimitDescriptor[];
  /** Of entries without a value, how many values have a bucket. */
  readonly max_dynamic_descriptors?: number;
  readonly filter_enabled: RuntimeFractionalPercent;
  readonly filter_enforced: RuntimeFractionalPercent;
  readonly response_headers_to_add?: readonly HeaderValueOption[];
  readonly rate_limited_as_resource_exhausted?: boolean;
}

export interface LocalRateLimitDescriptor {
  /** Without a value: of any, each with a bucket of its own. */
  readonly entries: readonly { readonly key: string; readonly value?: string }[];
  readonly token_bucket: TokenBucket;
}

export interface TokenBucket {
  readonly max_tokens: number;
  readonly tokens_per_fill: number;
  readonly fill_interval: Duration;
}

export interface CorsPolicy {
  readonly allow_origin_string_match: readonly StringMatcher[];
  readonly allow_methods: string;
  readonly allow_headers: string;
  readonly expose_headers?: string;
  readonly max_age?: Int64;
  readonly allow_credentials: boolean;
}
