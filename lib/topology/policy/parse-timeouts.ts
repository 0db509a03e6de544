import type { ProtocolId } from '../model';
import type { Reader } from '../reader';
import type { Timeouts } from './model';

/** Long enough for a report, short enough that API Gateway (30 s) has not given up; Envoy's own default. */
const DEFAULT_REQUEST_SECONDS = 15;

export function defaultTimeouts(protocol: ProtocolId): Timeouts {
  // A gRPC stream may live for hours, and its calls carry deadlines of their own (grpc-timeout).
  return protocol === 'http' || protocol === 'http2' ? { requestSeconds: DEFAULT_REQUEST_SECONDS } : {};
}

/** `timeout` of a called service, or of what a caller overrides; undefined if it says nothing. */
export function parseTimeouts(at: Reader, protocol: ProtocolId): Timeouts | undefined {
  if (!at.made('Timeout', 'Timeout.perRequest()') || !at.fields(['perRequest'])) return undefined;
  if (protocol === 'tcp') return at.fail('NOT_ALLOWED', 'a TCP service has no requests to time', { fix: 'remove timeout' });
  const requestSeconds = at.field('perRequest').required('the duration', 'such as Timeout.perRequest(Duration.seconds(2))').seconds({ min: 0.001, max: 86_400, integer: false });
  return requestSeconds === undefined ? {} : { requestSeconds };
}
