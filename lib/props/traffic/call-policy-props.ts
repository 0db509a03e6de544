import type { ActiveHealthCheck } from './active-health-check';
import type { CircuitBreakerProps } from './circuit-breaker-props';
import type { KeepAliveProps } from './keep-alive-props';
import type { LoadBalancing } from './load-balancing';
import type { OutlierDetection } from './outlier-detection';
import type { RetryProps } from './retry-props';
import type { Timeout } from './timeout';

/**
 * Policy that callers' Envoys apply to their calls of a service.
 *
 * @example
 * const patient: CallPolicyProps = { timeout: Timeout.perRequest(Duration.minutes(2)), retry: { maxRetries: 0 } };
 */
export interface CallPolicyProps {
  /**
   * Time limits of calls.
   *
   * @default - 15 seconds per request for HTTP and HTTP/2; no limit for gRPC; an hour of inactivity for TCP
   * @see https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts
   */
  readonly timeout?: Timeout;

  /**
   * Retry policy. Not for TCP services, to which a connection that fails is tried three times.
   *
   * @default - up to 3 times: requests of idempotent methods that got 502, 503, 504 or no response, and all requests
   * of which the application has seen nothing
   */
  readonly retry?: RetryProps;

  /**
   * Limits on simultaneous connections and requests of one caller's task.
   *
   * @default - 1024 connections, 1024 pending requests and 1024 requests
   */
  readonly circuitBreaker?: CircuitBreakerProps;

  /**
   * Ejection of tasks that fail, which get no requests for a while.
   *
   * @default - for 10 seconds after three consecutive gateway errors, at most half of the tasks
   */
  readonly outlierDetection?: OutlierDetection;

  /**
   * Load balancing policy.
   *
   * @default LoadBalancing.leastRequest()
   */
  readonly loadBalancing?: LoadBalancing;

  /**
   * Active health checks of tasks by callers.
   *
   * @default ActiveHealthCheck.none()
   */
  readonly activeHealthCheck?: ActiveHealthCheck;

  /**
   * Probes by which callers notice that the host of a task has failed.
   *
   * @default - HTTP/2 pings every second, which must be answered within 2 seconds; probes of idle TCP connections after 5 seconds
   */
  readonly keepAlive?: KeepAliveProps;
}
