import type { CallPolicy, LivenessCheck } from '../../model/traffic-policy';
import type { Cluster } from '../api/cluster';
import type { ResponseMapper } from '../api/http-connection-manager';
import type { HttpFilter } from '../api/http-filters';
import type { Listener } from '../api/listener';
import type { HeaderMatcher } from '../api/route-components';
import { duration, extension } from '../syntax/messages';

/** The user agent of Envoy's health checks. The gateway refuses it from clients. */
export const HEALTH_CHECKER = 'Envoy/HC';

export const FROM_HEALTH_CHECKER: HeaderMatcher = { name: 'user-agent', string_match: { exact: HEALTH_CHECKER } };

/** A task that was only slow to answer gets requests again soon. */
const AGAIN_SECONDS = 2;

/** Below this share of tasks that answer, Envoy sends to all ("panic"): they may be too busy to answer, and must not get the rest's. */
const PANIC_PERCENT = 25;

const LIVENESS_PATH = '/.mesh/alive';

/**
 * How the Envoy of a task that leaves answers: no other answer has this status. By itself Envoy says 503, as it does while it is short of
 * memory.
 */
const LEAVING_STATUS = 599;

/** Makes that answer of what Envoy says once its agent has failed its health check (programs/agent/drain). */
export const LEAVING: ResponseMapper = { filter: { response_flag_filter: { flags: ['LH'] } }, status_code: LEAVING_STATUS };

/**
 * Envoy adds it to every answer of a task that leaves: a caller with requests under way hears of it by the next answer, others by the next
 * check. Such a task is not counted any more, neither as healthy nor for "panic". But it is called for as long as there is no other one.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking#http-health-checking-filter
 */
export const LEAVING_HEADER = 'x-envoy-immediate-health-check-fail';

/**
 * Envoy would close connections of a listener from the moment on at which its health check fails. The agent drains it later, when callers
 * have noticed; calls of the task's own application go on.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener.proto#enum-config-listener-v3-listener-draintype
 */
export const DRAINED_BY_AGENT: Pick<Listener, 'drain_type'> = { drain_type: 'MODIFY_ONLY' };

/**
 * Callers ask each task's Envoy whether it is there. Any answer will do but that of a task which leaves: that of an Envoy which drains, or
 * of one that does not know the question, shows that the host lives. Who got ejected for errors stays so for its time.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
 */
export function livenessChecks({
  intervalSeconds,
  timeoutSeconds,
  unhealthyThreshold,
}: LivenessCheck): Pick<Cluster, 'health_checks' | 'ignore_health_on_host_removal'> {
  return {
    health_checks: [
      {
        interval: duration(intervalSeconds),
        // By itself Envoy checks once a minute while there is no traffic, and for up to a minute after it began.
        no_traffic_interval: duration(intervalSeconds),
        unhealthy_interval: duration(Math.min(AGAIN_SECONDS, intervalSeconds)),
        timeout: duration(timeoutSeconds),
        healthy_threshold: 1,
        unhealthy_threshold: unhealthyThreshold,
        http_health_check: {
          path: LIVENESS_PATH,
          codec_client_type: 'HTTP2',
          expected_statuses: [{ start: '100', end: `${LEAVING_STATUS}` }],
        },
      },
    ],
    // Otherwise a task that leaves discovery while it is still there would get requests until it ends.
    ignore_health_on_host_removal: true,
  };
}

/**
 * The answer, before authorization: the handshake has shown that a member of the mesh asks, and it learns nothing else. Neither the
 * application nor the log see it.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/health_check_filter
 */
export function answerLivenessChecks(): readonly HttpFilter[] {
  return [
    extension('envoy.extensions.filters.http.health_check.v3.HealthCheck', {
      pass_through_mode: false,
      headers: [
        { name: ':method', string_match: { exact: 'GET' } },
        { name: ':path', string_match: { exact: LIVENESS_PATH } },
        FROM_HEALTH_CHECKER,
        // It would stay open.
        { name: 'upgrade', present_match: false },
      ],
    }),
  ];
}

/** Below which share of healthy tasks Envoy takes all for healthy; absent: its own, 50%. */
export function panicPercent({ livenessCheck }: CallPolicy): number | undefined {
  return livenessCheck === undefined ? undefined : PANIC_PERCENT;
}
