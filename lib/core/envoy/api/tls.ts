// https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto

import type { ConfigSource, DataSource } from './core';
import type { OneOf } from './protobuf';
import type { StringMatcher } from './type';

export interface DownstreamTransportSockets {
  readonly 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': DownstreamTlsContext;
}

export interface UpstreamTransportSockets {
  readonly 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': UpstreamTlsContext;
}

export interface DownstreamTlsContext {
  readonly require_client_certificate: boolean;
  readonly disable_stateless_session_resumption: boolean;
  readonly common_tls_context: CommonTlsContext;
}

export interface UpstreamTlsContext {
  readonly sni: string;
  readonly common_tls_context: CommonTlsContext;
}

export type CommonTlsContext = OneOf<{
  readonly validation_context: CertificateValidationContext;
  readonly combined_validation_context: CombinedCertificateValidationContext;
}> & {
  readonly alpn_protocols?: readonly string[];
  readonly tls_params: TlsParameters;
  readonly tls_certificate_sds_secret_configs?: readonly SdsSecretConfig[];
};

export interface TlsParameters {
  readonly tls_minimum_protocol_version: TlsProtocol;
  readonly tls_maximum_protocol_version: TlsProtocol;
}

export type TlsProtocol = 'TLSv1_2' | 'TLSv1_3';

export interface CertificateValidationContext {
  readonly trusted_ca?: DataSource;
  readonly match_typed_subject_alt_names: readonly SubjectAltNameMatcher[];
}

export interface CombinedCertificateValidationContext {
  readonly default_validation_context: CertificateValidationContext;
  readonly validation_context_sds_secret_config: SdsSecretConfig;
}

export interface SubjectAltNameMatcher {
  readonly san_type: 'DNS' | 'URI';
  readonly matcher: StringMatcher;
}

export interface SdsSecretConfig {
  readonly name: string;
  readonly sds_config: ConfigSource;
}
