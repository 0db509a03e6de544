import type { TracingSettings } from '../model/observability/tracing';
import type { ProtocolId } from '../model/topology';
import type { ListenerDirection } from './observability/direction';
import { isOutbound, leadsToApplication, statisticsOf } from './observability/direction';
import { accessLog } from './observability/access-log';
import type { HttpConnectionManager } from './api/http-connection-manager';
import type { HttpFilter } from './api/http-filters';
import type { NetworkFilter } from './api/listener';
import type { Http2ProtocolOptions, HttpProtocolOptions } from './api/protocol';
import type { RouteConfiguration, VirtualHost } from './api/route';
import { duration, extension, message } from './syntax/messages';
import type { RequestLimits } from './traffic/header-limits';
import { tracing } from './observability/tracing';

export interface HttpConnectionManagerOptions {
  /** Names the statistics, and the other side in the access log. */
  readonly peer: string;
  readonly direction: ListenerDirection;
  /** Whether the other side is outside of the mesh. */
  readonly external?: boolean;
  /** Whether rules decide by paths. */
  readonly looksAtPaths?: boolean;
  /** Whether the other side of the connection has proved who it is. */
  readonly authenticated?: boolean;
  readonly protocol: ProtocolId;
  /** The virtual name by which an application calls; absent: it is no application that calls. */
  readonly virtualHost?: string;
  /** After which a connection whose other side has proved who it is ends, and has to be proved again. */
  readonly maxConnectionSeconds?: number;
  /** After which a connection without requests ends. @default - as it is right for the direction */
  readonly idleSeconds?: number;
  /** More settings of HTTP/2. */
  readonly http2?: Http2ProtocolOptions;
  /** Limits on the headers of requests. */
  readonly requestLimits: RequestLimits;
  /** Whether a callee has several versions. */
  readonly versions?: boolean;
  readonly segmentName: string;
  readonly tracing: TracingSettings | undefined;
  readonly virtualHosts: readonly VirtualHost[];
  /** Changes to the headers of all virtual hosts. */
  readonly routeConfig?: Omit<RouteConfiguration, 'virtual_hosts'>;
  readonly filters?: readonly HttpFilter[];
  readonly settings?: Partial<HttpConnectionManager>;
}

/**
 * The HTTP connection manager of every listener. Where Envoy's own default is what we want, it is not repeated:
 * 5 minutes without a byte on a stream.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
export function httpConnectionManager(options: HttpConnectionManagerOptions): NetworkFilter {
  return extension('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: statisticsOf(options.direction, options.peer),
    access_log: accessLog({ ...options, service: options.segmentName }),
    ...tracing(options.tracing, { service: options.segmentName, direction: options.direction, peer: options.peer }),
    // The application's answer stays the application's.
    server_header_transformation: 'PASS_THROUGH',
    // X-Forwarded-For was made by the gateway.
    skip_xff_append: true,
    ...options.requestLimits.manager,
    ...commonOptions(options),
    ...(isOutbound(options.direction) ? {} : downstreamLimits(options.direction, options.http2)),
    ...(options.virtualHost === undefined ? {} : oldClients(options.virtualHost)),
    ...(options.looksAtPaths === true ? normalization() : {}),
    ...options.settings,
    route_config: { ...options.routeConfig, virtual_hosts: options.virtualHosts },
    http_filters: [...(options.filters ?? []), router(options.direction)],
  });
}

/**
 * HTTP/1.0 is what some clients still speak, such as nginx's `proxy_pass` before 1.29.7, and Envoy refuses it (426) otherwise.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version
 */
function oldClients(host: string): Pick<HttpConnectionManager, 'http_protocol_options'> {
  return { http_protocol_options: { accept_http_10: true, default_host_for_http_10: host } };
}

/** The application gets no headers of its own Envoy: they would look like something that a caller can send. */
function router(direction: ListenerDirection): HttpFilter {
  return extension('envoy.extensions.filters.http.router.v3.Router', leadsToApplication(direction) ? { suppress_envoy_headers: true } : {});
}

/**
 * Of a connection. Callers have the same limit (clusters.ts): streams above it, opened before the settings arrive, are refused.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
export const MAX_STREAMS = 100;

/**
 * A message that is not valid ends its own stream. By default it would end the connection, with the requests of all others on it, so that
 * one client that chooses a header of an answer could make the requests of others fail.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#config-core-v3-http2protocoloptions
 */
export const INVALID_ENDS_STREAM: Http2ProtocolOptions = { override_stream_error_on_invalid_http_message: true };

function commonOptions({
  direction,
  authenticated = false,
  maxConnectionSeconds,
  idleSeconds,
  requestLimits: { common },
}: HttpConnectionManagerOptions): Pick<HttpConnectionManager, 'common_http_protocol_options'> {
  const options: HttpProtocolOptions = message({
    idle_timeout: isOutbound(direction) ? undefined : duration(idleSeconds ?? IDLE_SECONDS[direction]),
    // The GOAWAY that begins it is understood by Envoys, who send no further request on the connection.
    max_connection_duration: authenticated && maxConnectionSeconds !== undefined ? duration(maxConnectionSeconds) : undefined,
    ...common,
  });
  return Object.keys(options).length === 0 ? {} : { common_http_protocol_options: options };
}

/**
 * What one peer may hold of this Envoy. A connection has as many streams as Envoy's guide for edges allows, and a caller's Envoy
 * opens another one when they are all in use.
 *
 * No address is internal by itself (since Envoy 1.33), so that no x-envoy-* header changes what Envoy does. An empty
 * `internal_address_config` would make all private addresses internal that a request names in X-Forwarded-For.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
function downstreamLimits(direction: keyof typeof IDLE_SECONDS, http2: Http2ProtocolOptions | undefined): Partial<HttpConnectionManager> {
  return message({
    http2_protocol_options: {
      max_concurrent_streams: MAX_STREAMS,
      initial_stream_window_size: 65_536,
      initial_connection_window_size: 1_048_576,
      ...INVALID_ENDS_STREAM,
      ...http2,
    },
    request_headers_timeout: '15s',
    // From the GOAWAY until the connection ends: idle connections make room soon. Envoy's own 5 seconds are for clients on the
    // internet.
    drain_timeout: direction === 'inbound' ? '1s' : undefined,
  });
}

/**
 * A caller's Envoy closes a connection after 60 seconds without requests (clusters.ts): this side must not be first, and has no
 * reason to wait for much longer. API Gateway and a Network Load Balancer (350 seconds) have their own limits.
 */
const IDLE_SECONDS = { inbound: 90, edge: 300, 'load-balancer': 300, client: 300 } as const;

/**
 * Rules that look at a path must see the path that the application will see; an escaped slash is refused (400)
 * rather than guessed at. Where no rule does, a path is the application's own: `//` may be a part of it. (The gateway
 * refuses all such paths: there API Gateway has looked already.)
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge
 */
function normalization(): Pick<HttpConnectionManager, 'normalize_path' | 'merge_slashes' | 'path_with_escaped_slashes_action'> {
  return { normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'REJECT_REQUEST' };
}
