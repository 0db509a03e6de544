import type { ProtocolId } from '../../model/topology';
import type { Timeouts } from '../../model/traffic-policy';
import type { Duration } from '../api/protobuf';
import type { MaxStreamDuration, RouteAction } from '../api/route';
import type { TcpProxy } from '../api/tcp-proxy';
import { duration, message } from '../syntax/messages';

/** Another VPC address answers within milliseconds; a task that is gone never does. */
export const CONNECT_TIMEOUT: Duration = '2s';

/** Of a caller's route. https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts */
export function timeouts(limits: Timeouts, protocol: ProtocolId): Pick<RouteAction, 'timeout' | 'max_stream_duration' | 'idle_timeout'> {
  const { requestSeconds: seconds } = limits;
  // "0s" is "no limit".
  return {
    timeout: seconds === undefined ? '0s' : duration(seconds),
    ...maxStreamDuration(limits, protocol),
    ...idleTimeouts([limits], protocol),
  };
}

/** Where a request has no limit, a gRPC stream lives as long as its deadline (grpc-timeout) lets it. */
function maxStreamDuration({ requestSeconds, streamSeconds }: Timeouts, protocol: ProtocolId): Pick<RouteAction, 'max_stream_duration'> {
  const hasDeadline = protocol === 'grpc' && (requestSeconds === undefined || streamSeconds !== undefined);
  const limits: MaxStreamDuration = message({
    max_stream_duration: streamSeconds === undefined ? undefined : duration(streamSeconds),
    grpc_timeout_header_max: hasDeadline ? duration(streamSeconds ?? 0) : undefined,
  });
  return Object.keys(limits).length === 0 ? {} : { max_stream_duration: limits };
}

/** Callers' Envoys keep the time, and must be first. */
const MARGIN_SECONDS = 5;

/**
 * Of a callee's own Envoy: where every caller gives up at some time, nobody can hold an answer for longer, and with it the memory
 * of the task. "0s" is "no limit".
 */
export function longestTimeout(all: readonly Timeouts[]): Pick<RouteAction, 'timeout'> {
  const limits = all.map(({ requestSeconds }) => requestSeconds);
  return { timeout: limits.some((limit) => limit === undefined) ? '0s' : duration(Math.max(...limits.map(Number)) + MARGIN_SECONDS) };
}

/** Envoy's default for a stream on which nothing moves. */
const STREAM_IDLE_SECONDS = 300;

/** 0: for ever. By itself it must not end a stream before the timeout of the request does. */
function streamIdleSeconds({ idleSeconds, requestSeconds }: Timeouts, protocol: ProtocolId): number {
  if (idleSeconds !== undefined) return idleSeconds;
  if (requestSeconds === undefined) return protocol === 'grpc' ? 0 : STREAM_IDLE_SECONDS;
  return Math.max(STREAM_IDLE_SECONDS, requestSeconds);
}

/** How long nothing may move on a stream: the longest of these limits. */
export function idleTimeouts(all: readonly Timeouts[], protocol: ProtocolId): Pick<RouteAction, 'idle_timeout'> {
  const seconds = all.map((limits) => streamIdleSeconds(limits, protocol));
  const longest = seconds.includes(0) ? 0 : Math.max(...seconds);
  return longest === STREAM_IDLE_SECONDS ? {} : { idle_timeout: duration(longest) };
}

/** Connection pools keep idle connections for long, and none should stay for ever. */
const TCP_IDLE_SECONDS = 3600;

/** The same of a TCP connection. */
export function tcpIdleTimeout(all: readonly Timeouts[]): Pick<TcpProxy, 'idle_timeout'> {
  return { idle_timeout: duration(Math.max(...all.map(({ idleSeconds }) => idleSeconds ?? TCP_IDLE_SECONDS))) };
}

/** How long a TCP connection may last at all, if all who use it have a limit: the longest of these. */
export function maxTcpConnection(all: readonly Timeouts[]): Pick<TcpProxy, 'max_downstream_connection_duration'> {
  const limits = all.flatMap(({ streamSeconds }) => streamSeconds ?? []);
  return limits.length === all.length && limits.length > 0 ? { max_downstream_connection_duration: duration(Math.max(...limits)) } : {};
}
