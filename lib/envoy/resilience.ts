import type { Service } from '../topology/model';
import type { Json, JsonObject } from './json';
import { duration, extension } from './json';

/**
 * What protects a caller from a callee whose tasks come and go. The values are Envoy's own advice and what was
 * seen to lose no request when one of two tasks dies.
 */

/** Another VPC address answers within milliseconds; a task that is gone never does. */
export const CONNECT_TIMEOUT = '2s';

/**
 * Retries are bounded by a share of the requests in flight, not by a count: Envoy's default count (3) is
 * exhausted by the first burst after a task dies (response flag UO), a share grows with the load.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 */
export function circuitBreakers(): JsonObject {
  return {
    thresholds: [{ retry_budget: { budget_percent: { value: 25 }, min_retry_concurrency: 10 } }],
  };
}

/**
 * A task that three times in a row could not be reached, or answered as a proxy whose application is gone, gets
 * no traffic for a while. Answers of the application itself (500 ...) eject nothing. Where less than half of
 * the tasks are left, Envoy's panic mode uses all again, so the last task is never shut out.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export function outlierDetection(): JsonObject {
  return {
    // Counts failed connections too: Envoy takes them for a 503.
    consecutive_gateway_failure: 3,
    enforcing_consecutive_gateway_failure: 100,
    enforcing_consecutive_5xx: 0,
    enforcing_success_rate: 0,
    interval: '2s',
    base_ejection_time: '10s',
    max_ejection_percent: 50,
  };
}

/**
 * On the answers of a callee's Envoy that could not connect to its application, which is still starting or gone
 * already. The caller could not tell such a 503 from one of the application.
 */
export const NOT_SENT_HEADER = 'x-mesh-not-sent';

/** What may be tried again though the method is not idempotent: the callee's application has seen no byte of the request. */
const NOTHING_SENT = 'connect-failure,refused-stream,reset-before-request';

/** Tells callers that a request has not reached the application: flag UF, "upstream connection failure". */
export function tellWhatWasNotSent(): JsonObject {
  return {
    local_reply_config: {
      mappers: [{ filter: { response_flag_filter: { flags: ['UF'] } }, headers_to_add: [{ header: { key: NOT_SENT_HEADER, value: '1' } }] }],
    },
  };
}

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT = /^(GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$/;

/**
 * The routes to one callee, for requests that match: idempotent methods are retried also after the request was
 * sent, all others only if nothing was.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter
 *
 * @param method the only method that is meant; all if undefined
 */
export function routes(callee: Service, match: JsonObject = { prefix: '/' }, method?: string): Json[] {
  const careful = route(callee, { retry_on: `${NOTHING_SENT},retriable-headers`, retriable_headers: [{ name: NOT_SENT_HEADER, present_match: true }] });
  const eager = route(callee, { retry_on: `gateway-error,reset,${NOTHING_SENT}` });
  const only = (methodMatch: JsonObject): JsonObject => ({ ...match, headers: [...((match['headers'] as readonly Json[] | undefined) ?? []), { name: ':method', string_match: methodMatch }] });
  if (method !== undefined) return [{ match: only({ exact: method }), route: IDEMPOTENT.test(method) && callee.protocol !== 'grpc' ? eager : careful }];
  if (callee.protocol === 'grpc') return [{ match, route: careful }];
  return [{ match: only({ safe_regex: { regex: IDEMPOTENT.source } }), route: eager }, { match, route: careful }];
}

function route(callee: Service, retry: JsonObject): JsonObject {
  return {
    cluster: callee.name,
    ...timeouts(callee),
    retry_policy: {
      ...retry,
      num_retries: 3,
      retry_host_predicate: [extension('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate')],
      host_selection_retry_max_attempts: 5,
      ...otherZones(callee),
    },
  };
}

/**
 * Where the own zone may come first (discovery.ts), the first retry stays in it, the others leave it: all of its tasks may
 * have gone at once.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing#arch-overview-http-routing-retry-plugins
 */
function otherZones(callee: Service): JsonObject {
  if (callee.discovery === 'dns') return {};
  return { retry_priority: extension('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', { update_frequency: 2 }) };
}

function timeouts(callee: Service): JsonObject {
  const { requestTimeoutSeconds: seconds, protocol } = callee;
  // "0s" is "no limit": a gRPC stream lives as long as its deadline (grpc-timeout) lets it.
  const request = seconds === undefined ? '0s' : duration(seconds);
  const deadline: JsonObject = seconds === undefined && protocol === 'grpc' ? { max_stream_duration: { grpc_timeout_header_max: '0s' } } : {};
  return { timeout: request, ...deadline, ...silence(callee) };
}

/** Envoy's default for a stream on which nothing moves. */
const SILENCE_SECONDS = 300;

/** How long nothing may move on a stream, where the default would cut in before the timeout of the request. */
export function silence({ requestTimeoutSeconds: seconds, protocol }: Service): JsonObject {
  if (seconds === undefined) return protocol === 'grpc' ? { idle_timeout: '0s' } : {};
  return seconds > SILENCE_SECONDS ? { idle_timeout: duration(seconds) } : {};
}
