// https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/endpoint/v3/endpoint.proto

import type { Address } from './core';

export interface ClusterLoadAssignment {
  readonly cluster_name: string;
  readonly endpoints: readonly LocalityLbEndpoints[];
}

export interface LocalityLbEndpoints {
  readonly lb_endpoints: readonly { readonly endpoint: { readonly address: Address } }[];
}
