// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route.proto

import type { DataSource, HeaderValueOption, RuntimeFractionalPercent } from './core';
import type { HttpInputs, Matcher, OnMatch } from './generic-matcher';
import type { RouteFilterConfigs } from './http-filters';
import type { Any, Duration, OneOf } from './protobuf';
import type { RetryPolicy, RouteMatch } from './route-components';
import type { RegexMatchAndSubstitute } from './type';

/** Changes to headers, of all routes, of a virtual host or of a route. */
export interface HeaderChanges {
  readonly request_headers_to_add?: readonly HeaderValueOption[];
  readonly request_headers_to_remove?: readonly string[];
  readonly response_headers_to_add?: readonly HeaderValueOption[];
  readonly response_headers_to_remove?: readonly string[];
}

export interface RouteConfiguration extends HeaderChanges {
  readonly most_specific_header_mutations_wins?: boolean;
  readonly ignore_port_in_host_matching?: boolean;
  readonly virtual_hosts: readonly VirtualHost[];
}

/** By the names of filters. */
export type TypedPerFilterConfig = Readonly<Record<string, Any<RouteFilterConfigs>>>;

export type VirtualHost = OneOf<{ readonly routes: readonly Route[]; readonly matcher: RouteMatcher }> &
  HeaderChanges & {
    readonly name: string;
    readonly domains: readonly string[];
    readonly typed_per_filter_config?: TypedPerFilterConfig;
  };

export interface RouteActions {
  readonly 'envoy.config.route.v3.RouteList': RouteList;
}

export interface RouteList {
  readonly routes: readonly Route[];
}

/** Chooses a list of routes. */
export type RouteMatcher = Matcher<HttpInputs, RouteActions>;

export type OnRouteMatch = OnMatch<HttpInputs, RouteActions>;

export type Route = OneOf<{ readonly route: RouteAction; readonly direct_response: DirectResponseAction }> &
  HeaderChanges & {
    readonly name?: string;
    readonly match: RouteMatch;
    readonly typed_per_filter_config?: TypedPerFilterConfig;
  };

export interface DirectResponseAction {
  readonly status: number;
  readonly body?: DataSource;
}

export type RouteAction = ClusterSpecifier &
  RouteHost & {
    readonly request_mirror_policies?: readonly RequestMirrorPolicy[];
    readonly timeout?: Duration;
    readonly max_stream_duration?: MaxStreamDuration;
    readonly idle_timeout?: Duration;
    readonly retry_policy?: RetryPolicy;
    readonly hash_policy?: readonly HashPolicy[];
    readonly upgrade_configs?: readonly UpgradeConfig[];
    readonly prefix_rewrite?: string;
    readonly regex_rewrite?: RegexMatchAndSubstitute;
  };

export type ClusterSpecifier = OneOf<{ readonly cluster: string; readonly weighted_clusters: WeightedCluster }>;

/** Which host the upstream sees. */
export interface RouteHost {
  readonly host_rewrite_literal?: string;
  readonly host_rewrite_header?: string;
}

export interface WeightedCluster {
  readonly clusters: readonly ClusterWeight[];
  readonly runtime_key_prefix: string;
  readonly use_hash_policy?: boolean;
}

export interface ClusterWeight {
  readonly name: string;
  readonly weight: number;
}

export interface RequestMirrorPolicy {
  readonly cluster: string;
  readonly runtime_fraction?: RuntimeFractionalPercent;
  readonly disable_shadow_host_suffix_append: boolean;
}

export interface MaxStreamDuration {
  readonly max_stream_duration?: Duration;
  readonly grpc_timeout_header_max?: Duration;
}

export type HashPolicy = OneOf<{
  readonly header: { readonly header_name: string };
  readonly cookie: Cookie;
}>;

export interface Cookie {
  readonly name: string;
  readonly ttl?: Duration;
  readonly path?: string;
}

export interface UpgradeConfig {
  readonly upgrade_type: 'websocket';
}
