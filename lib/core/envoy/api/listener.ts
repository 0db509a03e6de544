// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener.proto

import type { AccessLog } from './access-log';
import type { Address, TypedExtensionConfig } from './core';
import type { Matcher, NetworkInputs } from './generic-matcher';
import type { HttpConnectionManager } from './http-connection-manager';
import type { Duration, StringValue } from './protobuf';
import type { TcpProxy } from './tcp-proxy';
import type { DownstreamTransportSockets } from './tls';

export interface Listener {
  readonly name: string;
  readonly traffic_direction?: 'INBOUND' | 'OUTBOUND';
  readonly drain_type?: 'MODIFY_ONLY';
  readonly ignore_global_conn_limit?: boolean;
  readonly bypass_overload_manager?: boolean;
  readonly address: Address;
  readonly per_connection_buffer_limit_bytes?: number;
  readonly access_log?: readonly AccessLog[];
  readonly filter_chains: readonly FilterChain[];
  readonly filter_chain_matcher?: FilterChainMatcher;
}

/** Chooses a filter chain by its name. */
export type FilterChainMatcher = Matcher<NetworkInputs, FilterChainActions>;

export interface FilterChainActions {
  readonly 'google.protobuf.StringValue': StringValue;
}

export interface FilterChain {
  readonly name?: string;
  readonly transport_socket_connect_timeout?: Duration;
  readonly transport_socket?: TypedExtensionConfig<DownstreamTransportSockets>;
  readonly filters: readonly NetworkFilter[];
}

export type NetworkFilter = TypedExtensionConfig<NetworkFilters>;

export interface NetworkFilters {
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': HttpConnectionManager;
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': TcpProxy;
}
