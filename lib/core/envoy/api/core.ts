// https://www.envoyproxy.io/docs/envoy/latest/api-v3/common_messages/common_messages

import type { Any, Duration, OneOf } from './protobuf';
import type { FractionalPercent } from './type';

export interface Node {
  readonly id: string;
  readonly cluster: string;
}

export interface Address {
  readonly socket_address: SocketAddress;
}

export interface SocketAddress {
  readonly protocol?: 'UDP';
  readonly address: string;
  readonly port_value: number;
}

export type DataSource = OneOf<{ readonly filename: string; readonly inline_string: string }>;

/** Discovery by a file. */
export interface ConfigSource {
  readonly path_config_source: { readonly path: string };
}

export interface HeaderValueOption {
  readonly header: HeaderValue;
  readonly append_action?: 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS' | 'OVERWRITE_IF_EXISTS_OR_ADD';
}

export interface HeaderValue {
  readonly key: string;
  readonly value: string;
}

export interface GrpcService {
  readonly envoy_grpc: { readonly cluster_name: string; readonly authority?: string };
  readonly timeout: Duration;
}

export interface HttpService {
  readonly http_uri: HttpUri;
}

export interface HttpUri {
  readonly uri: string;
  readonly cluster: string;
  readonly timeout: Duration;
}

export interface RuntimeFractionalPercent {
  readonly default_value: FractionalPercent;
  readonly runtime_key?: string;
}

export interface BackoffStrategy {
  readonly base_interval: Duration;
  readonly max_interval: Duration;
}

export interface TcpKeepalive {
  readonly keepalive_probes?: number;
  readonly keepalive_time?: number;
  readonly keepalive_interval?: number;
}

/** Lines of a log: the names of fields with texts that Envoy fills in. */
export type LogFields = Readonly<Record<string, string | number>>;

export interface SubstitutionFormatString {
  readonly json_format: LogFields;
  readonly omit_empty_values?: boolean;
  readonly content_type?: string;
}

/** An extension of one of these types; its name is a label where no comment says otherwise. */
export type TypedExtensionConfig<Messages, Name extends keyof Messages & string = keyof Messages & string> = Name extends unknown
  ? { readonly name: string; readonly typed_config: Any<Messages, Name> }
  : never;
