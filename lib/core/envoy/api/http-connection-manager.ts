// https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto

import type { AccessLog, AccessLogFilter } from './access-log';
import type { HeaderValueOption, SubstitutionFormatString, TypedExtensionConfig } from './core';
import type { HeaderMutation } from './header-mutation';
import type { HttpFilter } from './http-filters';
import type { Duration } from './protobuf';
import type { Http1ServerOptions, Http2ProtocolOptions, HttpProtocolOptions, SchemeHeaderTransformation } from './protocol';
import type { RouteConfiguration } from './route';
import type { Tracing } from './tracing';

export interface HttpConnectionManager {
  readonly codec_type?: 'HTTP1';
  readonly stat_prefix: string;
  readonly access_log: readonly AccessLog[];
  readonly tracing?: Tracing;
  readonly delayed_close_timeout?: Duration;
  readonly server_header_transformation?: 'PASS_THROUGH';
  readonly skip_xff_append?: boolean;
  readonly common_http_protocol_options?: HttpProtocolOptions;
  readonly http_protocol_options?: Http1ServerOptions;
  readonly http2_protocol_options?: Http2ProtocolOptions;
  readonly scheme_header_transformation?: SchemeHeaderTransformation;
  readonly max_request_headers_kb?: number;
  readonly request_headers_timeout?: Duration;
  readonly drain_timeout?: Duration;
  readonly normalize_path?: boolean;
  readonly merge_slashes?: boolean;
  readonly path_with_escaped_slashes_action?: 'REJECT_REQUEST';
  readonly local_reply_config?: LocalReplyConfig;
  readonly forward_client_cert_details?: 'SANITIZE_SET';
  readonly set_current_client_cert_details?: { readonly uri: boolean };
  readonly early_header_mutation_extensions?: readonly TypedExtensionConfig<EarlyHeaderMutations>[];
  readonly route_config: RouteConfiguration;
  readonly http_filters: readonly HttpFilter[];
}

export interface LocalReplyConfig {
  readonly mappers: readonly ResponseMapper[];
}

export interface ResponseMapper {
  readonly filter: AccessLogFilter;
  readonly status_code?: number;
  readonly headers_to_add?: readonly HeaderValueOption[];
  readonly body_format_override?: SubstitutionFormatString;
}

export interface EarlyHeaderMutations {
  readonly 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': {
    readonly mutations: readonly HeaderMutation[];
  };
}
