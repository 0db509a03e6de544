// https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/upstreams/http/v3/http_protocol_options.proto

import type { HttpFilter } from './http-filters';
import type { OneOf } from './protobuf';
import type { Http1ProtocolOptions, Http2ProtocolOptions, HttpProtocolOptions } from './protocol';

export interface ProtocolOptions {
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': UpstreamHttpProtocolOptions;
}

export interface UpstreamHttpProtocolOptions {
  readonly common_http_protocol_options: HttpProtocolOptions;
  readonly explicit_http_config: ExplicitHttpConfig;
  readonly http_filters?: readonly HttpFilter[];
}

export type ExplicitHttpConfig = OneOf<{
  readonly http_protocol_options: Http1ProtocolOptions;
  readonly http2_protocol_options: Http2ProtocolOptions;
}>;
