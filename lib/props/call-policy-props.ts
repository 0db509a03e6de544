import type { Timeout } from './timeout';

/**
 * What the Envoys of callers do with their calls to a service.
 *
 * @example
 * const patient: CallPolicyProps = { timeout: Timeout.perRequest(Duration.minutes(2)) };
 */
export interface CallPolicyProps {
  /**
   * How long callers wait.
   *
   * @default - 15 seconds a request for HTTP and HTTP/2; no limit for gRPC and TCP
   * @see https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
   */
  readonly timeout?: Timeout;
}
