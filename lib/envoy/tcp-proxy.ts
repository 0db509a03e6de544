import { accessLog } from './access-log';
import type { JsonObject } from './json';
import { extension } from './json';

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
export function tcpProxy(direction: 'inbound' | 'outbound', peer: string, cluster: string): JsonObject {
  return extension('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: `${direction}_${peer}`,
    cluster,
    access_log: accessLog('tcp', direction, peer),
    idle_timeout: '3600s',
    // A task that just left is still in DNS for a moment: another one is tried.
    ...(direction === 'outbound' ? { max_connect_attempts: 3 } : {}),
  });
}
