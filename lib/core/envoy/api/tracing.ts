// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/trace/v3/xray.proto

import type { DataSource, SocketAddress } from './core';

export interface Tracers {
  readonly 'envoy.config.trace.v3.XRayConfig': XRayConfig;
}

export interface XRayConfig {
  readonly daemon_endpoint: SocketAddress;
  readonly segment_name: string;
  readonly sampling_rule_manifest?: DataSource;
}
