import type { Direction } from '../contract/statistics';
import { statPrefix } from '../contract/statistics';
import type { Timeouts } from '../model/traffic-policy';
import { accessLog } from './observability/access-log';
import type { JsonObject } from './syntax/json';
import { extension } from './syntax/json';
import { tcpDuration, tcpSilence } from './traffic/timeouts';

export interface TcpProxyOptions {
  /** Names the statistics, and the other side in the access log. */
  readonly peer: string;
  readonly direction: Exclude<Direction, 'edge'>;
  readonly cluster: string;
  /** Whether the other side has to prove who it is. */
  readonly authenticated: boolean;
  /** Of all who use it. */
  readonly timeouts: readonly Timeouts[];
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
export function tcpProxy({ peer, direction, cluster, authenticated, timeouts }: TcpProxyOptions): JsonObject {
  return extension('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: statPrefix(direction, peer),
    cluster,
    access_log: accessLog({ protocol: 'tcp', direction, peer, authenticated }),
    ...tcpSilence(timeouts),
    ...tcpDuration(timeouts),
    // The application hears of nobody who has not proved it. Nothing can be read before, so nothing is buffered.
    ...(authenticated ? { upstream_connect_mode: 'ON_DOWNSTREAM_TLS_HANDSHAKE', max_early_data_bytes: 0 } : {}),
    // A task that just left is still in DNS for a moment: another one is tried.
    ...(direction === 'outbound' ? { max_connect_attempts: 3 } : {}),
  });
}
