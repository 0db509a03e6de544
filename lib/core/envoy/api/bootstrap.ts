// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto

import type { Cluster } from './cluster';
import type { Address, ConfigSource, LogFields, Node } from './core';
import type { Listener } from './listener';
import type { OverloadManager } from './overload';
import type { OneOf } from './protobuf';
import type { StringMatcher } from './type';

export interface Bootstrap {
  readonly node: Node;
  readonly admin: Admin;
  readonly application_log_config: { readonly log_format: { readonly json_format: LogFields } };
  readonly overload_manager: OverloadManager;
  readonly layered_runtime?: LayeredRuntime;
  readonly static_resources: StaticResources;
}

export interface StaticResources {
  readonly listeners: readonly Listener[];
  readonly clusters: readonly Cluster[];
}

export interface Admin {
  readonly address: Address;
  readonly allow_paths: readonly StringMatcher[];
  readonly ignore_global_conn_limit: boolean;
}

export interface LayeredRuntime {
  readonly layers: readonly RuntimeLayer[];
}

export type RuntimeLayer = OneOf<{
  /** Values by the names of their keys. */
  readonly static_layer: Readonly<Record<string, number>>;
  readonly rtds_layer: RtdsLayer;
}> & { readonly name: string };

export interface RtdsLayer {
  readonly name: string;
  readonly rtds_config: ConfigSource;
}
