import type { CallPolicy } from '../topology/policy/model';
import type { JsonObject } from './json';
import { duration } from './json';

/**
 * A task that several times in a row could not be reached, or answered as a proxy whose application is gone, gets
 * no traffic for a while. Answers of the application itself (500 ...) eject nothing. Where less than half of
 * the tasks are left, Envoy's panic mode uses all again, so the last task is never shut out.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export function outlierDetection({ outlierDetection: settings }: CallPolicy): JsonObject {
  if (settings === undefined) return {};
  const { consecutiveGatewayErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent } = settings;
  return {
    outlier_detection: {
      // Counts failed connections too: Envoy takes them for a 503.
      ...(consecutiveGatewayErrors === undefined ? {} : { consecutive_gateway_failure: consecutiveGatewayErrors, enforcing_consecutive_gateway_failure: 100 }),
      enforcing_consecutive_5xx: 0,
      enforcing_success_rate: 0,
      interval: duration(intervalSeconds),
      base_ejection_time: duration(baseEjectionSeconds),
      max_ejection_percent: maxEjectionPercent,
    },
  };
}
