import type { CallPolicy } from '../../model/traffic-policy';
import type { Cluster } from '../api/cluster';
import { duration, message } from '../syntax/messages';
import { panicPercent } from './liveness-checks';

/**
 * A task that several times in a row could not be reached, or answered as a proxy whose application is gone, gets
 * no traffic for a while. Answers of the application itself (500 ...) eject nothing, unless asked for. The last task is
 * never ejected: as many must stay as the percentage leaves, which is one at least.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export function outlierDetection(policy: CallPolicy): Pick<Cluster, 'outlier_detection' | 'common_lb_config'> {
  const { outlierDetection: settings, livenessCheck } = policy;
  if (settings === undefined) return panicThreshold(policy);
  const { consecutiveGatewayErrors, consecutiveServerErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent } = settings;
  return {
    outlier_detection: message({
      // Counts failed connections too: Envoy takes them for a 503.
      consecutive_gateway_failure: consecutiveGatewayErrors,
      enforcing_consecutive_gateway_failure: consecutiveGatewayErrors === undefined ? undefined : 100,
      consecutive_5xx: consecutiveServerErrors,
      enforcing_consecutive_5xx: consecutiveServerErrors === undefined ? 0 : undefined,
      enforcing_success_rate: 0,
      interval: duration(intervalSeconds),
      base_ejection_time: duration(baseEjectionSeconds),
      max_ejection_percent: maxEjectionPercent,
      // What shows that the host lives says nothing of the application.
      successful_active_health_check_uneject_host: livenessCheck === undefined ? undefined : false,
    }),
    ...panicThreshold(policy),
  };
}

/** Where less than this share of the tasks are healthy, Envoy takes all for healthy ("panic"). */
const PANIC_PERCENT = 50;

/** Otherwise Envoy's panic would send requests to ejected tasks. */
function panicThreshold(policy: CallPolicy): Pick<Cluster, 'common_lb_config'> {
  const left = 100 - (policy.outlierDetection?.maxEjectionPercent ?? 0);
  const percent = Math.min(left, panicPercent(policy) ?? PANIC_PERCENT);
  return percent === PANIC_PERCENT ? {} : { common_lb_config: { healthy_panic_threshold: { value: percent } } };
}
