import type { CallPolicy, RetryEvent, RetryPolicy } from '../../model/traffic-policy';
import type { Upstream } from './upstream';
import type { RouteAction } from '../api/route';
import type { RetryBackOff, RetryPolicy as EnvoyRetryPolicy } from '../api/route-components';
import { duration, extension, message } from '../syntax/messages';
import { literal } from '../syntax/paths';
import { LOCAL_REPLY_HEADER } from './local-reply-marker';

/** What may be retried though the method is not idempotent: the callee's application has seen no byte of the request. */
const NOTHING_SENT = ['connect-failure', 'refused-stream', 'reset-before-request'];

/** RFC 9110, section 9.2.2. */
export const IDEMPOTENT = /^(GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$/;

/**
 * Envoy's names of these conditions, where App Mesh has others.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on
 */
const CONDITIONS: Partial<Record<RetryEvent, string>> = {
  'server-error': '5xx',
  'client-error': 'retriable-4xx',
  'stream-error': 'refused-stream',
  'connection-error': 'connect-failure',
};

/**
 * gRPC methods as paths: without a wildcard a whole one. Packages have dots, and nothing else that means something in a pattern. A
 * wildcard stands for letters, digits and `_`, as names of methods have them: with a slash in it a path could be that of another method.
 */
export function pathsOf(methods: readonly string[]): string {
  return `/(${methods.map((method) => literal(method).replace(/\\\*$/, '\\w*')).join('|')})`;
}

/** Whether requests are retried by their method. */
export function dependOnMethod({ retry }: CallPolicy): boolean {
  return retry.maxRetries > 0 && !retry.anyMethod;
}

/**
 * Idempotent methods are retried also after the request was sent, all others only if nothing was.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter
 */
export function retries(
  callee: Upstream,
  { retry, timeouts }: CallPolicy,
  kind: 'idempotent' | 'nonIdempotent',
): Pick<RouteAction, 'retry_policy'> {
  const perTry: EnvoyRetryPolicy = timeouts.perTrySeconds === undefined ? {} : { per_try_timeout: duration(timeouts.perTrySeconds) };
  // Without retries, the first try has its limit, too.
  if (retry.maxRetries === 0) return timeouts.perTrySeconds === undefined ? {} : { retry_policy: perTry };
  return {
    retry_policy: message({
      ...retryOn(callee, retry, kind),
      num_retries: retry.maxRetries,
      ...perTry,
      retry_back_off: backOff(retry),
      ...otherHosts(callee),
    }),
  };
}

function backOff({ backoff }: RetryPolicy): RetryBackOff | undefined {
  return backoff && { base_interval: duration(backoff.baseSeconds), max_interval: duration(backoff.maxSeconds) };
}

function retryOn(
  callee: Upstream,
  retry: RetryPolicy,
  kind: 'idempotent' | 'nonIdempotent',
): Pick<EnvoyRetryPolicy, 'retry_on' | 'retriable_headers'> {
  const events = kind === 'idempotent' || retry.anyMethod ? eventsOf(callee, retry) : [];
  const conditions = [...events, ...NOTHING_SENT].filter(isFirst);
  // A callee's Envoy marks answers that are not the application's with a header, which is not needed where their status is enough.
  // An external service might send the header after it has acted.
  const sufficient = callee.protocol === 'grpc' ? ['unavailable'] : ['gateway-error', '5xx'];
  if (callee.discovery === undefined || conditions.some((condition) => sufficient.includes(condition))) {
    return { retry_on: conditions.join() };
  }
  return { retry_on: [...conditions, 'retriable-headers'].join(), retriable_headers: [{ name: LOCAL_REPLY_HEADER, present_match: true }] };
}

/** By default answers that proxies give, and applications do not. Of gRPC a proxy's 503 is the status UNAVAILABLE. */
function eventsOf({ protocol }: Upstream, { on }: RetryPolicy): readonly string[] {
  return on?.map((event) => CONDITIONS[event] ?? event) ?? [protocol === 'grpc' ? 'unavailable' : 'gateway-error', 'reset'];
}

function isFirst<T>(item: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(item) === index;
}

/** Retries go to other tasks; an external service is one host. */
function otherHosts(
  callee: Upstream,
): Pick<EnvoyRetryPolicy, 'retry_host_predicate' | 'host_selection_retry_max_attempts' | 'retry_priority'> {
  if (callee.discovery === undefined) return {};
  return {
    retry_host_predicate: [extension('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate')],
    host_selection_retry_max_attempts: 5,
    ...otherZones(callee),
  };
}

/**
 * Where the caller's zone may come first (discovery.ts), the first retry stays in it and the others leave it: all of its tasks may
 * have failed at once.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing#arch-overview-http-routing-retry-plugins
 */
function otherZones(callee: Upstream): Pick<EnvoyRetryPolicy, 'retry_priority'> {
  if (callee.discovery === 'dns') return {};
  return {
    retry_priority: extension('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', { update_frequency: 2 }),
  };
}
