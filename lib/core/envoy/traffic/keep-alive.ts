import type { KeepAlive } from '../../model/traffic-policy';
import type { Cluster } from '../api/cluster';
import type { Http2ProtocolOptions } from '../api/protocol';
import { duration } from '../syntax/messages';

/** TCP's own probes, of idle connections. (TCP_USER_TIMEOUT would also end connections whose reader pauses.) */
export function tcpKeepalive({ intervalSeconds, timeoutSeconds }: KeepAlive): Pick<Cluster, 'upstream_connection_options'> {
  return {
    upstream_connection_options: {
      tcp_keepalive: { keepalive_probes: timeoutSeconds, keepalive_time: intervalSeconds, keepalive_interval: 1 },
    },
  };
}

/** HTTP/2 pings, which are answered even while data is in flight or the application is slow to read. */
export function http2Keepalive({ intervalSeconds, timeoutSeconds }: KeepAlive): Pick<Http2ProtocolOptions, 'connection_keepalive'> {
  return { connection_keepalive: { interval: duration(intervalSeconds), timeout: duration(timeoutSeconds) } };
}
