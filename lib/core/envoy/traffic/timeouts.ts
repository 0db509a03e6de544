import type { ProtocolId } from '../../model/topology';
import type { Timeouts } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { duration } from '../syntax/json';

/** Another VPC address answers within milliseconds; a task that is gone never does. */
export const CONNECT_TIMEOUT = '2s';

/** Of a caller's route. https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts */
export function timeouts(limits: Timeouts, protocol: ProtocolId): JsonObject {
  const { requestSeconds: seconds } = limits;
  // "0s" is "no limit".
  return {
    timeout: seconds === undefined ? '0s' : duration(seconds),
    ...streamDuration(limits, protocol),
    ...idleTimeouts([limits], protocol),
  };
}

/** Where a request has no limit, a gRPC stream lives as long as its deadline (grpc-timeout) lets it. */
function streamDuration({ requestSeconds, streamSeconds }: Timeouts, protocol: ProtocolId): JsonObject {
  const life: JsonObject = streamSeconds === undefined ? {} : { max_stream_duration: duration(streamSeconds) };
  const deadline: JsonObject =
    protocol === 'grpc' && (requestSeconds === undefined || streamSeconds !== undefined)
      ? { grpc_timeout_header_max: duration(streamSeconds ?? 0) }
      : {};
  const both = { ...life, ...deadline };
  return Object.keys(both).length === 0 ? {} : { max_stream_duration: both };
}

/** Callers' Envoys keep the time, and must be first. */
const MARGIN_SECONDS = 5;

/**
 * Of a callee's own Envoy: where every caller gives up at some time, nobody can hold an answer for longer, and with it the memory
 * of the task. "0s" is "no limit".
 */
export function longestTimeout(all: readonly Timeouts[]): JsonObject {
  const limits = all.map(({ requestSeconds }) => requestSeconds);
  return { timeout: limits.some((limit) => limit === undefined) ? '0s' : duration(Math.max(...limits.map(Number)) + MARGIN_SECONDS) };
}

/** Envoy's default for a stream on which nothing moves. */
const SILENCE_SECONDS = 300;

/** 0: for ever. By itself it must not cut in before the timeout of the request. */
function silenceSeconds({ idleSeconds, requestSeconds }: Timeouts, protocol: ProtocolId): number {
  if (idleSeconds !== undefined) return idleSeconds;
  if (requestSeconds === undefined) return protocol === 'grpc' ? 0 : SILENCE_SECONDS;
  return Math.max(SILENCE_SECONDS, requestSeconds);
}

/** How long nothing may move on a stream: as long as the most patient of these lets it. */
export function idleTimeouts(all: readonly Timeouts[], protocol: ProtocolId): JsonObject {
  const seconds = all.map((limits) => silenceSeconds(limits, protocol));
  const longest = seconds.includes(0) ? 0 : Math.max(...seconds);
  return longest === SILENCE_SECONDS ? {} : { idle_timeout: duration(longest) };
}

/** Connection pools keep idle connections for long, and none should stay for ever. */
const TCP_SILENCE_SECONDS = 3600;

/** The same of a TCP connection. */
export function tcpSilence(all: readonly Timeouts[]): JsonObject {
  return { idle_timeout: duration(Math.max(...all.map(({ idleSeconds }) => idleSeconds ?? TCP_SILENCE_SECONDS))) };
}

/** How long a TCP connection may last at all, if everybody who uses it says so: as long as the most patient of them lets it. */
export function tcpDuration(all: readonly Timeouts[]): JsonObject {
  const limits = all.flatMap(({ streamSeconds }) => streamSeconds ?? []);
  return limits.length === all.length && limits.length > 0 ? { max_downstream_connection_duration: duration(Math.max(...limits)) } : {};
}
