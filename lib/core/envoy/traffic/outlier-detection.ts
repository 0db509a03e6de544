import type { CallPolicy, OutlierDetection } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { duration } from '../syntax/json';

/**
 * A task that several times in a row could not be reached, or answered as a proxy whose application is gone, gets
 * no traffic for a while. Answers of the application itself (500 ...) eject nothing, unless asked for. The last task is
 * never ejected: as many must stay as the percentage leaves, which is one at least.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export function outlierDetection({ outlierDetection: settings }: CallPolicy): JsonObject {
  if (settings === undefined) return {};
  const { consecutiveGatewayErrors, consecutiveServerErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent } = settings;
  return {
    outlier_detection: {
      // Counts failed connections too: Envoy takes them for a 503.
      ...(consecutiveGatewayErrors === undefined
        ? {}
        : { consecutive_gateway_failure: consecutiveGatewayErrors, enforcing_consecutive_gateway_failure: 100 }),
      ...(consecutiveServerErrors === undefined ? { enforcing_consecutive_5xx: 0 } : { consecutive_5xx: consecutiveServerErrors }),
      enforcing_success_rate: 0,
      interval: duration(intervalSeconds),
      base_ejection_time: duration(baseEjectionSeconds),
      max_ejection_percent: maxEjectionPercent,
    },
    ...panic(settings),
  };
}

/** Where less than this share of the tasks are well, Envoy takes all for well again ("panic"). */
const PANIC_PERCENT = 50;

/** Else panic would call back what was ejected. */
function panic({ maxEjectionPercent }: OutlierDetection): JsonObject {
  const left = 100 - maxEjectionPercent;
  return left >= PANIC_PERCENT ? {} : { common_lb_config: { healthy_panic_threshold: { value: left } } };
}
