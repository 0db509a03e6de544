import type { ActiveHealthCheck } from './active-health-check';
import type { CircuitBreakerProps } from './circuit-breaker-props';
import type { KeepAliveProps } from './keep-alive-props';
import type { LoadBalancing } from './load-balancing';
import type { OutlierDetection } from './outlier-detection';
import type { RetryProps } from './retry-props';
import type { Timeout } from './timeout';

/**
 * What the Envoys of callers do with their calls to a service.
 *
 * @example
 * const patient: CallPolicyProps = { timeout: Timeout.perRequest(Duration.minutes(2)), retry: { maxRetries: 0 } };
 */
export interface CallPolicyProps {
  /**
   * How long callers wait.
   *
   * @default - 15 seconds a request for HTTP and HTTP/2; no limit for gRPC; an hour of silence for TCP
   * @see https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
   */
  readonly timeout?: Timeout;

  /**
   * What callers try again. Not for TCP services, to which a connection that does not come about is tried three times.
   *
   * @default - up to 3 times: requests of idempotent methods that got 502, 503, 504 or no answer, and all of which the
   * application has seen nothing
   */
  readonly retry?: RetryProps;

  /**
   * How much one caller's task may ask at the same time.
   *
   * @default - 1024 connections, 1024 waiting requests and 1024 requests
   */
  readonly circuitBreaker?: CircuitBreakerProps;

  /**
   * When a task that fails gets no requests for a while.
   *
   * @default - for 10 seconds after three failures of a proxy in a row, at most half of the tasks
   */
  readonly outlierDetection?: OutlierDetection;

  /**
   * How a task is chosen.
   *
   * @default LoadBalancing.leastRequest()
   */
  readonly loadBalancing?: LoadBalancing;

  /**
   * Whether callers ask tasks if they are well.
   *
   * @default ActiveHealthCheck.none()
   */
  readonly activeHealthCheck?: ActiveHealthCheck;

  /**
   * How soon callers notice that the machine of a task has vanished.
   *
   * @default - HTTP/2 pings every second, which must be answered within 2; probes of idle TCP connections after 5 seconds
   */
  readonly keepAlive?: KeepAliveProps;
}
