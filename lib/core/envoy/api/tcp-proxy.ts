// https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto

import type { AccessLog } from './access-log';
import type { BackoffStrategy } from './core';
import type { Duration } from './protobuf';

export interface TcpProxy {
  readonly stat_prefix: string;
  readonly cluster: string;
  readonly access_log: readonly AccessLog[];
  readonly idle_timeout: Duration;
  readonly max_downstream_connection_duration?: Duration;
  readonly upstream_connect_mode?: 'ON_DOWNSTREAM_TLS_HANDSHAKE';
  readonly max_early_data_bytes?: number;
  readonly max_connect_attempts?: number;
  readonly backoff_options?: BackoffStrategy;
}
