// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/accesslog/v3/accesslog.proto

import type { SubstitutionFormatString, TypedExtensionConfig } from './core';
import type { Empty, OneOf } from './protobuf';
import type { Exporter } from './tracing';

export type AccessLog = TypedExtensionConfig<AccessLoggers> & { readonly filter?: AccessLogFilter };

export interface AccessLoggers {
  readonly 'envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig': OpenTelemetryAccessLog;
  readonly 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': { readonly log_format: SubstitutionFormatString };
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/access_loggers/open_telemetry/v3/logs_service.proto */
export type OpenTelemetryAccessLog = Exporter & {
  readonly log_name: string;
  readonly body: AnyValue;
  readonly attributes: KeyValueList;
  readonly resource_attributes: KeyValueList;
  readonly disable_builtin_labels: boolean;
};

/** https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/common/v1/common.proto */
export interface KeyValueList {
  readonly values: readonly KeyValue[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export interface AnyValue {
  readonly string_value: string;
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
