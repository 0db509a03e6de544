// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto

import type { Duration, Empty } from './protobuf';

export interface HttpProtocolOptions {
  readonly idle_timeout?: Duration;
  readonly max_connection_duration?: Duration;
  readonly max_headers_count?: number;
  readonly max_response_headers_kb?: number;
}

export type Http1ProtocolOptions = Empty;

/** Of those who connect. */
export interface Http1ServerOptions {
  readonly accept_http_10: boolean;
  readonly default_host_for_http_10: string;
}

export interface Http2ProtocolOptions {
  readonly override_stream_error_on_invalid_http_message?: boolean;
  readonly max_concurrent_streams?: number;
  readonly initial_stream_window_size?: number;
  readonly initial_connection_window_size?: number;
  readonly allow_connect?: boolean;
  readonly connection_keepalive?: KeepaliveSettings;
}

export interface KeepaliveSettings {
  readonly interval: Duration;
  readonly timeout: Duration;
}

export interface SchemeHeaderTransformation {
  readonly scheme_to_overwrite: 'http' | 'https';
}
