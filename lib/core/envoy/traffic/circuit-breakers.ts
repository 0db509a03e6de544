import type { CallPolicy } from '../../model/traffic-policy';
import type { Cluster, Thresholds } from '../api/cluster';
import { message } from '../syntax/messages';

/**
 * Retries are bounded by a share of the requests in flight, or by a number if that is more: Envoy's default number (3) is
 * exhausted by the first burst after a task dies (response flag UO). Of connections, waiting requests and requests Envoy
 * allows 1024 each.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 */
export function circuitBreakers({ retry, circuitBreaker }: CallPolicy): Pick<Cluster, 'circuit_breakers'> {
  const thresholds: Thresholds = message({
    max_connections: circuitBreaker.maxConnections,
    max_pending_requests: circuitBreaker.maxPendingRequests,
    max_requests: circuitBreaker.maxRequests,
    retry_budget: { budget_percent: { value: retry.budgetPercent }, min_retry_concurrency: retry.minConcurrency },
  });
  return { circuit_breakers: { thresholds: [thresholds] } };
}
