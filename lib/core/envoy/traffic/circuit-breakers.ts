import type { CallPolicy } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { defined } from '../../defined';

/**
 * Retries are bounded by a share of the requests in flight, or by a number if that is more: Envoy's default number (3) is
 * exhausted by the first burst after a task dies (response flag UO). Of connections, waiting requests and requests Envoy
 * allows 1024 each.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 */
export function circuitBreakers({ retry, circuitBreaker: { maxConnections, maxPendingRequests, maxRequests } }: CallPolicy): JsonObject {
  return {
    circuit_breakers: {
      thresholds: [
        {
          ...defined({ max_connections: maxConnections, max_pending_requests: maxPendingRequests, max_requests: maxRequests }),
          retry_budget: { budget_percent: { value: retry.budgetPercent }, min_retry_concurrency: retry.minConcurrency },
        },
      ],
    },
  };
}
