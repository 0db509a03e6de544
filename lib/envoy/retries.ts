import type { CallPolicy } from '../topology/policy/model';
import type { Callee } from './callee';
import type { JsonObject } from './json';
import { extension } from './json';
import { NOT_SENT_HEADER } from './not-sent';

/** What may be tried again though the method is not idempotent: the callee's application has seen no byte of the request. */
const NOTHING_SENT = 'connect-failure,refused-stream,reset-before-request';

/** RFC 9110, section 9.2.2. */
export const IDEMPOTENT = /^(GET|HEAD|OPTIONS|PUT|DELETE|TRACE)$/;

/**
 * Idempotent methods are retried also after the request was sent, all others only if nothing was.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter
 */
export function retries(callee: Callee, { retry }: CallPolicy, kind: 'idempotent' | 'careful'): JsonObject {
  if (retry.maxRetries === 0) return {};
  return {
    retry_policy: {
      ...(kind === 'idempotent'
        ? { retry_on: `gateway-error,reset,${NOTHING_SENT}` }
        : carefully(callee)),
      num_retries: retry.maxRetries,
      ...otherTasks(callee),
    },
  };
}

/** The header is the callee's Envoy's to give: an external service might say so of what it has done. */
function carefully({ discovery }: Callee): JsonObject {
  return discovery === undefined ? { retry_on: NOTHING_SENT } : { retry_on: `${NOTHING_SENT},retriable-headers`, retriable_headers: [{ name: NOT_SENT_HEADER, present_match: true }] };
}

/** An external service is one host. */
function otherTasks(callee: Callee): JsonObject {
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
function otherZones(callee: Callee): JsonObject {
  if (callee.discovery === 'dns') return {};
  return { retry_priority: extension('envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig', { update_frequency: 2 }) };
}
