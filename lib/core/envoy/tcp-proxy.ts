import { statPrefix } from '../contract/statistics';
import type { Timeouts } from '../model/traffic-policy';
import { accessLog, type LogOwner } from './observability/access-log';
import type { ListenerDirection } from './observability/direction';
import type { NetworkFilter } from './api/listener';
import { extension, message } from './syntax/messages';
import { holdUntilApplicationListens, tryOtherTasks } from './connect-attempts';
import { maxTcpConnection, tcpIdleTimeout } from './traffic/timeouts';

export interface TcpProxyOptions {
  /** Names the statistics, and the other side in the access log. */
  readonly peer: string;
  readonly direction: Exclude<ListenerDirection, 'edge' | 'client' | 'parts'>;
  readonly cluster: string;
  /** Whether the other side has to prove who it is. */
  readonly authenticated: boolean;
  readonly log: LogOwner;
  /** Of all who use it. */
  readonly timeouts: readonly Timeouts[];
  /** Of the application to which it leads: how long that may take to start. @default - it leads to another task or host */
  readonly startupSeconds?: number;
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
export function tcpProxy({ peer, direction, cluster, authenticated, log, timeouts, startupSeconds }: TcpProxyOptions): NetworkFilter {
  return extension(
    'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
    message({
      // Agents count connections by the listeners, and know by the name of one that the service has any.
      stat_prefix: statPrefix(direction === 'load-balancer' ? 'inbound' : direction, peer),
      cluster,
      access_log: accessLog({ ...log, protocol: 'tcp', direction, peer, authenticated }),
      ...tcpIdleTimeout(timeouts),
      ...maxTcpConnection(timeouts),
      // The application gets no connection of a caller who has not proved its identity. Nothing can be read before, so nothing is
      // buffered.
      upstream_connect_mode: authenticated ? 'ON_DOWNSTREAM_TLS_HANDSHAKE' : undefined,
      max_early_data_bytes: authenticated ? 0 : undefined,
      ...(startupSeconds === undefined ? tryOtherTasks() : holdUntilApplicationListens(startupSeconds)),
    }),
  );
}
