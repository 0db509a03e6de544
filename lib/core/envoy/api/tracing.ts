// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/trace/v3/trace

import type { DataSource, GrpcService, HttpService, SocketAddress, TypedExtensionConfig } from './core';
import type { Empty, OneOf } from './protobuf';
import type { Percent } from './type';

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto */
export interface Tracing {
  readonly client_sampling?: Percent;
  readonly random_sampling?: Percent;
  readonly custom_tags?: readonly CustomTag[];
  readonly operation?: string;
  readonly upstream_operation?: string;
  readonly spawn_upstream_span?: boolean;
  readonly provider: TypedExtensionConfig<Tracers>;
}

export interface CustomTag {
  readonly tag: string;
  readonly value: string;
}

export interface Tracers {
  readonly 'envoy.config.trace.v3.OpenTelemetryConfig': OpenTelemetryConfig;
  readonly 'envoy.config.trace.v3.XRayConfig': XRayConfig;
}

export interface XRayConfig {
  readonly daemon_endpoint: SocketAddress;
  readonly segment_name: string;
  readonly sampling_rule_manifest?: DataSource;
}

export type OpenTelemetryConfig = Exporter & {
  readonly service_name: string;
  readonly resource_detectors: readonly TypedExtensionConfig<ResourceDetectors>[];
};

/** Of spans, and of the access log. */
export type Exporter = OneOf<{ readonly grpc_service: GrpcService; readonly http_service: HttpService }>;

export interface ResourceDetectors {
  readonly 'envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig': Empty;
}
