import type { CallPolicy, RetryEvent, RetryPolicy } from '../../model/traffic-policy';
import type { Upstream } from './upstream';
import type { JsonObject } from '../syntax/json';
import { duration, extension } from '../syntax/json';
import { LOCAL_REPLY_HEADER } from './local-reply-marker';
import { defined } from '../../defined';

/** What may be tried again though the method is not idempotent: the callee's application has seen no byte of the request. */
const NOTHING_SENT = ['connect-failure', 'refused-stream', 'reset-before-request'];

/** RFC 9110, section 9.2.2. */
export const IDEMPOTENT = /^(GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$/;

/** Envoy's words, where they are not those of App Mesh. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on */
const WORDS: Partial<Record<RetryEvent, string>> = {
  'server-error': '5xx',
  'client-error': 'retriable-4xx',
  'stream-error': 'refused-stream',
  'connection-error': 'connect-failure',
};

/** Whether it makes a difference which method a request has. */
export function differByMethod({ retry }: CallPolicy): boolean {
  return retry.maxRetries > 0 && !retry.anyMethod;
}

/**
 * Idempotent methods are retried also after the request was sent, all others only if nothing was.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter
 */
export function retries(callee: Upstream, { retry, timeouts }: CallPolicy, kind: 'idempotent' | 'careful'): JsonObject {
  const perTry: JsonObject = timeouts.perTrySeconds === undefined ? {} : { per_try_timeout: duration(timeouts.perTrySeconds) };
  // An only try has its limit, too.
  if (retry.maxRetries === 0) return timeouts.perTrySeconds === undefined ? {} : { retry_policy: perTry };
  return {
    retry_policy: {
      ...retryOn(callee, retry, kind),
      num_retries: retry.maxRetries,
      ...perTry,
      ...defined({
        retry_back_off:
          retry.backoff === undefined
            ? undefined
            : { base_interval: duration(retry.backoff.baseSeconds), max_interval: duration(retry.backoff.maxSeconds) },
      }),
      ...otherTasks(callee),
    },
  };
}

function retryOn(callee: Upstream, retry: RetryPolicy, kind: 'idempotent' | 'careful'): JsonObject {
  const events = kind === 'idempotent' || retry.anyMethod ? eventsOf(callee, retry) : [];
  const words = [...events, ...NOTHING_SENT].filter(isFirst);
  // A callee's Envoy says by a header that its answer is no application's: of no use where its status alone is enough. An
  // external service might say so of what it has done.
  const enough = callee.protocol === 'grpc' ? ['unavailable'] : ['gateway-error', '5xx'];
  if (callee.discovery === undefined || words.some((word) => enough.includes(word))) return { retry_on: words.join() };
  return { retry_on: [...words, 'retriable-headers'].join(), retriable_headers: [{ name: LOCAL_REPLY_HEADER, present_match: true }] };
}

/** The mesh's own choice: what a proxy says, not an application. Of gRPC a proxy's 503 is the status UNAVAILABLE. */
function eventsOf({ protocol }: Upstream, { on }: RetryPolicy): readonly string[] {
  return on?.map((event) => WORDS[event] ?? event) ?? [protocol === 'grpc' ? 'unavailable' : 'gateway-error', 'reset'];
}

function isFirst<T>(item: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(item) === index;
}

/** An external service is one host. */
function otherTasks(callee: Upstream): JsonObject {
  if (callee.discovery === undefined) return {};
  return {
    retry_host_predicate: [extension('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate')],
    host_selection_retry_max_attempts: 5,
    ...otherZones(callee),
  };
}

/**
 * Where the own zone may come first (discovery.ts), the first retry stays in it, the others leave it: all of its tasks may
 * have gone at once.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing#arch-overview-http-routing-retry-plugins
 */
function otherZones(callee: Upstream): JsonObject {
  if (callee.discovery === 'dns') return {};
  return {
    retry_priority: extension('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', { update_frequency: 2 }),
  };
}
