// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/filter/filter

import type { HeaderValueOption, RuntimeFractionalPercent, TypedExtensionConfig } from './core';
import type { HeaderMutation } from './header-mutation';
import type { Duration, Empty, Int64, OneOf } from './protobuf';
import type { Rbac } from './rbac';
import type { HeaderMatcher, RateLimit } from './route-components';
import type { FractionalPercent, StringMatcher } from './type';

/** Routes and virtual hosts refer to its name. */
export type HttpFilter = TypedExtensionConfig<HttpFilters>;

export interface HttpFilters {
  readonly 'envoy.extensions.filters.http.buffer.v3.Buffer': { readonly max_request_bytes: number };
  readonly 'envoy.extensions.filters.http.cors.v3.Cors': Empty;
  readonly 'envoy.extensions.filters.http.fault.v3.HTTPFault': HttpFault;
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': { readonly mutations: Mutations };
  readonly 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': LocalRateLimit;
  readonly 'envoy.extensions.filters.http.rbac.v3.RBAC': { readonly rules: Rbac };
  readonly 'envoy.extensions.filters.http.router.v3.Router': { readonly suppress_envoy_headers?: boolean };
  readonly 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec': Empty;
}

/** What routes and virtual hosts say to filters. */
export interface RouteFilterConfigs {
  readonly 'envoy.config.route.v3.FilterConfig': { readonly disabled: boolean };
  readonly 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': { readonly disabled: boolean };
  readonly 'envoy.extensions.filters.http.cors.v3.CorsPolicy': CorsPolicy;
}

export interface HttpFault {
  readonly headers?: readonly HeaderMatcher[];
  readonly delay?: FaultDelay;
  readonly abort?: FaultAbort;
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
}

export interface LocalRateLimit {
  readonly stat_prefix: string;
  readonly token_bucket?: TokenBucket;
  readonly rate_limits?: readonly RateLimit[];
  readonly descriptors?: readonly LocalRateLimitDescriptor[];
  readonly filter_enabled: RuntimeFractionalPercent;
  readonly filter_enforced: RuntimeFractionalPercent;
  readonly response_headers_to_add?: readonly HeaderValueOption[];
  readonly rate_limited_as_resource_exhausted?: boolean;
}

export interface LocalRateLimitDescriptor {
  readonly entries: readonly { readonly key: string; readonly value: string }[];
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
