import type { TracingSettings } from '../topology/model';
import { accessLog } from './access-log';
import type { Json, JsonObject } from './json';
import { extension } from './json';
import { tracing } from './tracing';

export interface HttpConnectionManagerOptions {
  /** Names the statistics, and the other side in the access log. */
  readonly peer: string;
  readonly direction: 'inbound' | 'outbound' | 'edge';
  readonly segmentName: string;
  readonly tracing: TracingSettings | undefined;
  readonly virtualHosts: Json;
  readonly routeConfig?: JsonObject;
  readonly filters?: readonly Json[];
  readonly settings?: JsonObject;
}

/**
 * The HTTP connection manager of every listener, with the limits that Envoy advises for traffic that is not
 * trusted. https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
export function httpConnectionManager(options: HttpConnectionManagerOptions): JsonObject {
  return extension('envoy.filters.network.http_connection_manager', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: `${options.direction}_${options.peer}`,
    access_log: accessLog('http', options.direction, options.peer),
    ...tracing(options.tracing, options.segmentName),
    // The application's answer stays the application's.
    server_header_transformation: 'PASS_THROUGH',
    // X-Forwarded-For was made by the gateway, and no address counts as internal: no x-envoy-* header of a
    // client changes what Envoy does.
    skip_xff_append: true,
    internal_address_config: {},
    http2_protocol_options: { max_concurrent_streams: 100, initial_stream_window_size: 65_536, initial_connection_window_size: 1_048_576 },
    common_http_protocol_options: { idle_timeout: '300s', max_headers_count: 100 },
    request_headers_timeout: '15s',
    stream_idle_timeout: '300s',
    ...(options.direction === 'outbound' ? {} : normalization()),
    ...options.settings,
    route_config: { ...options.routeConfig, virtual_hosts: options.virtualHosts },
    http_filters: [...(options.filters ?? []), extension('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router')],
  });
}

/**
 * Rules that look at a path must see the path that the application will see. An escaped slash is refused (400)
 * rather than guessed at. https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
function normalization(): JsonObject {
  return { normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'REJECT_REQUEST' };
}
