// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/overload/v3/overload.proto

import type { Any, Duration, Int64, OneOf } from './protobuf';

export interface OverloadManager {
  readonly refresh_interval: Duration;
  readonly resource_monitors: readonly ResourceMonitor[];
  readonly buffer_factory_config: { readonly minimum_account_to_track_power_of_two: number };
  readonly actions: readonly OverloadAction[];
}

export interface ResourceMonitor {
  /** Triggers refer to it. */
  readonly name: string;
  readonly typed_config: Any<ResourceMonitors>;
}

export interface ResourceMonitors {
  readonly 'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig': {
    readonly max_active_downstream_connections: Int64;
  };
  readonly 'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig': { readonly max_heap_size_bytes: Int64 };
}

export interface OverloadAction {
  readonly name: OverloadActionName;
  readonly triggers: readonly Trigger[];
  readonly typed_config?: Any<OverloadActions>;
}

export type OverloadActionName = `envoy.overload_actions.${
  'reduce_timeouts' | 'reset_high_memory_stream' | 'stop_accepting_requests' | 'reject_incoming_connections'}`;

/** At which share of what the monitor allows. */
export type TriggerThreshold = OneOf<{
  readonly threshold: { readonly value: number };
  readonly scaled: { readonly scaling_threshold: number; readonly saturation_threshold: number };
}>;

export type Trigger = TriggerThreshold & { readonly name: string };

export interface OverloadActions {
  readonly 'envoy.config.overload.v3.ScaleTimersOverloadActionConfig': ScaleTimersOverloadActionConfig;
}

export interface ScaleTimersOverloadActionConfig {
  readonly timer_scale_factors: readonly ScaleTimer[];
}

export interface ScaleTimer {
  readonly timer: 'HTTP_DOWNSTREAM_CONNECTION_IDLE' | 'TRANSPORT_SOCKET_CONNECT';
  readonly min_timeout: Duration;
}
