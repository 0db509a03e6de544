// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto

import type { ConfigSource, TcpKeepalive, TypedExtensionConfig } from './core';
import type { ClusterLoadAssignment } from './endpoint';
import type { HealthCheck } from './health-check';
import type { Any, Duration } from './protobuf';
import type { UpstreamTransportSockets } from './tls';
import type { Percent } from './type';
import type { ProtocolOptions } from './upstream-http';

export interface Cluster {
  readonly name: string;
  readonly type?: 'EDS';
  readonly eds_cluster_config?: { readonly eds_config: ConfigSource };
  readonly cluster_type?: TypedExtensionConfig<ClusterTypes>;
  readonly load_assignment?: ClusterLoadAssignment;
  readonly connect_timeout?: Duration;
  readonly per_connection_buffer_limit_bytes?: number;
  readonly lb_policy?: 'LEAST_REQUEST' | 'RING_HASH';
  readonly least_request_lb_config?: LoadBalancerConfig;
  readonly round_robin_lb_config?: LoadBalancerConfig;
  readonly common_lb_config?: { readonly healthy_panic_threshold: Percent };
  readonly circuit_breakers?: CircuitBreakers;
  readonly outlier_detection?: OutlierDetection;
  readonly health_checks?: readonly HealthCheck[];
  readonly ignore_health_on_host_removal?: boolean;
  readonly upstream_connection_options?: { readonly tcp_keepalive: TcpKeepalive };
  readonly typed_extension_protocol_options?: { readonly [Name in keyof ProtocolOptions]?: Any<ProtocolOptions, Name> };
  readonly transport_socket?: TypedExtensionConfig<UpstreamTransportSockets>;
}

export interface ClusterTypes {
  readonly 'envoy.extensions.clusters.dns.v3.DnsCluster': DnsCluster;
}

export interface DnsCluster {
  readonly dns_lookup_family: 'V4_ONLY';
  readonly respect_dns_ttl: boolean;
  readonly all_addresses_in_single_endpoint?: boolean;
}

export interface LoadBalancerConfig {
  readonly slow_start_config: { readonly slow_start_window: Duration };
}

export interface CircuitBreakers {
  readonly thresholds: readonly Thresholds[];
}

export interface Thresholds {
  readonly max_connections?: number;
  readonly max_pending_requests?: number;
  readonly max_requests?: number;
  readonly retry_budget?: RetryBudget;
}

export interface RetryBudget {
  readonly budget_percent: Percent;
  readonly min_retry_concurrency: number;
}

export interface OutlierDetection {
  readonly consecutive_gateway_failure?: number;
  readonly enforcing_consecutive_gateway_failure?: number;
  readonly consecutive_5xx?: number;
  readonly enforcing_consecutive_5xx?: number;
  readonly enforcing_success_rate?: number;
  readonly interval: Duration;
  readonly base_ejection_time: Duration;
  readonly max_ejection_percent: number;
  readonly successful_active_health_check_uneject_host?: boolean;
}
