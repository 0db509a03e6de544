import type { ProtocolId } from '../topology/model';
import type { Timeouts } from '../topology/policy/model';
import type { JsonObject } from './json';
import { duration } from './json';

/** Another VPC address answers within milliseconds; a task that is gone never does. */
export const CONNECT_TIMEOUT = '2s';

/** Of a caller's route. https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts */
export function timeouts(limits: Timeouts, protocol: ProtocolId): JsonObject {
  const { requestSeconds: seconds } = limits;
  // "0s" is "no limit": a gRPC stream lives as long as its deadline (grpc-timeout) lets it.
  const request = seconds === undefined ? '0s' : duration(seconds);
  const deadline: JsonObject = seconds === undefined && protocol === 'grpc' ? { max_stream_duration: { grpc_timeout_header_max: '0s' } } : {};
  return { timeout: request, ...deadline, ...silence(limits, protocol) };
}

/** Envoy's default for a stream on which nothing moves. */
const SILENCE_SECONDS = 300;

/** How long nothing may move on a stream, where the default would cut in before the timeout of the request. */
export function silence({ requestSeconds: seconds }: Timeouts, protocol: ProtocolId): JsonObject {
  if (seconds === undefined) return protocol === 'grpc' ? { idle_timeout: '0s' } : {};
  return seconds > SILENCE_SECONDS ? { idle_timeout: duration(seconds) } : {};
}
