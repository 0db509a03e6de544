// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto

import type { TypedExtensionConfig } from './core';
import type { Duration, Empty, OneOf } from './protobuf';
import type { Int64Range, RegexMatcher, StringMatcher } from './type';

/** All conditions must hold. */
export type RouteMatch = PathSpecifier & {
  readonly headers?: readonly HeaderMatcher[];
  readonly query_parameters?: readonly QueryParameterMatcher[];
};

export type PathSpecifier = OneOf<{ readonly prefix: string; readonly path: string; readonly safe_regex: RegexMatcher }>;

export type HeaderMatcher = ValueMatchSpecifier & {
  readonly name: string;
  readonly invert_match?: boolean;
  readonly treat_missing_header_as_empty?: boolean;
};

export type ValueMatchSpecifier = OneOf<{
  readonly string_match: StringMatcher;
  readonly present_match: boolean;
  readonly range_match: Int64Range;
}>;

export type QueryParameterMatcher = PresentOrStringMatch & { readonly name: string };

export type PresentOrStringMatch = OneOf<{ readonly string_match: StringMatcher; readonly present_match: boolean }>;

export interface RetryPolicy {
  /** Conditions with commas between them. */
  readonly retry_on?: string;
  readonly retriable_headers?: readonly HeaderMatcher[];
  readonly num_retries?: number;
  readonly per_try_timeout?: Duration;
  readonly retry_back_off?: RetryBackOff;
  readonly retry_host_predicate?: readonly TypedExtensionConfig<RetryHostPredicates>[];
  readonly host_selection_retry_max_attempts?: number;
  readonly retry_priority?: TypedExtensionConfig<RetryPriorities>;
}

export interface RetryBackOff {
  readonly base_interval: Duration;
  readonly max_interval: Duration;
}

export interface RetryHostPredicates {
  readonly 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': Empty;
}

export interface RetryPriorities {
  readonly 'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig': { readonly update_frequency: number };
}

export interface RateLimit {
  readonly actions: readonly RateLimitAction[];
}

export type RateLimitAction = OneOf<{
  readonly header_value_match: { readonly descriptor_value: string; readonly headers: readonly HeaderMatcher[] };
  readonly request_headers: { readonly header_name: string; readonly descriptor_key: string };
}>;
