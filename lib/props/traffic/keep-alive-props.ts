import type { Duration } from 'aws-cdk-lib';

/**
 * How callers notice that the machine of a task has vanished: pings of HTTP/2 between Envoys, which find it while requests
 * wait for their answers, or probes of TCP connections on which nothing moves.
 *
 * @example
 * const patient: CallPolicyProps = { keepAlive: { interval: Duration.seconds(10), timeout: Duration.seconds(5) } };
 */
export interface KeepAliveProps {
  /**
   * How often a connection is probed, 1 second to an hour in whole seconds. A probe is two packets of about 100 bytes.
   *
   * @default - 1 second; 5 seconds for TCP
   */
  readonly interval?: Duration;

  /**
   * How long an answer may take, 1 to 60 whole seconds, before the connection is given up. An Envoy that gets no CPU for
   * so long loses its requests.
   *
   * @default - 2 seconds; 3 seconds for TCP
   */
  readonly timeout?: Duration;
}
