import type { KeepAlive } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { duration } from '../syntax/json';

/** TCP's own probes, of idle connections. (TCP_USER_TIMEOUT would also end connections whose reader pauses.) */
export function tcpProbes({ intervalSeconds, timeoutSeconds }: KeepAlive): JsonObject {
  return {
    upstream_connection_options: {
      tcp_keepalive: { keepalive_probes: timeoutSeconds, keepalive_time: intervalSeconds, keepalive_interval: 1 },
    },
  };
}

/** HTTP/2 pings, which are answered even while data is in flight or the application is slow to read. */
export function pings({ intervalSeconds, timeoutSeconds }: KeepAlive): JsonObject {
  return { connection_keepalive: { interval: duration(intervalSeconds), timeout: duration(timeoutSeconds) } };
}
