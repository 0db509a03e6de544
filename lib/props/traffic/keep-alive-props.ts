import type { Duration } from 'aws-cdk-lib';

/**
 * Probes by which callers notice that the host of a task has failed: HTTP/2 pings between Envoys, which detect it while requests
 * wait for their responses, or probes of idle TCP connections.
 *
 * @example
 * const patient: CallPolicyProps = { keepAlive: { interval: Duration.seconds(10), timeout: Duration.seconds(5) } };
 */
export interface KeepAliveProps {
  /**
   * Time between two probes of a connection, 1 second to an hour in whole seconds. A probe is two packets of about 100 bytes.
   *
   * @default - 1 second; 5 seconds for TCP
   */
  readonly interval?: Duration;

  /**
   * Time limit of the answer to a probe, 1 to 60 whole seconds, after which the connection is closed. An Envoy that gets no
   * CPU for as long loses its requests.
   *
   * @default - 2 seconds; 3 seconds for TCP
   */
  readonly timeout?: Duration;
}
