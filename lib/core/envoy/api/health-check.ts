// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto

import type { Duration, Empty, OneOf } from './protobuf';
import type { Int64Range } from './type';

export type HealthCheck = HealthChecker & {
  readonly interval: Duration;
  readonly no_traffic_interval: Duration;
  readonly timeout: Duration;
  readonly unhealthy_interval?: Duration;
  readonly healthy_threshold: number;
  readonly unhealthy_threshold: number;
};

export type HealthChecker = OneOf<{
  readonly tcp_health_check: Empty;
  readonly grpc_health_check: { readonly authority: string };
  readonly http_health_check: HttpHealthCheck;
}>;

export interface HttpHealthCheck {
  readonly path: string;
  readonly host?: string;
  readonly codec_client_type: 'HTTP2';
  readonly expected_statuses?: readonly Int64Range[];
  readonly retriable_statuses?: readonly Int64Range[];
}
