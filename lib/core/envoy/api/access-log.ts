// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/accesslog/v3/accesslog.proto

import type { SubstitutionFormatString, TypedExtensionConfig } from './core';
import type { Empty, OneOf } from './protobuf';

export type AccessLog = TypedExtensionConfig<AccessLoggers> & { readonly filter?: AccessLogFilter };

export interface AccessLoggers {
  readonly 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': { readonly log_format: SubstitutionFormatString };
}

/** Which requests or connections are meant. */
export type AccessLogFilter = OneOf<{
  readonly response_flag_filter: { readonly flags: readonly ('LH' | 'UF' | 'UPE' | 'UR')[] };
  readonly not_health_check_filter: Empty;
  readonly extension_filter: TypedExtensionConfig<AccessLogFilters>;
}>;

export interface AccessLogFilters {
  readonly 'envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter': { readonly expression: string };
}
