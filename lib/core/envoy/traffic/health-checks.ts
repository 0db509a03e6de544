import type { Service, Topology } from '../../model/topology';
import { policiesOfCallers } from '../../model/call-policy';
import type { CallPolicy } from '../../model/traffic-policy';
import type { Cluster } from '../api/cluster';
import type { HealthChecker } from '../api/health-check';
import { duration } from '../syntax/messages';
import { livenessChecks } from './liveness-checks';

/** https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
const GRPC_HEALTH_PATH = '/grpc.health.v1.Health/Check';

/**
 * A caller checks the callee's tasks. The check takes the way of every request: by mutual TLS, and through the callee's Envoy to
 * its application (see `healthCheckPolicies` in authorization.ts, and health-check-routes.ts).
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
 */
export function healthChecks(
  callee: Service,
  { activeHealthCheck: settings, livenessCheck }: CallPolicy,
): Pick<Cluster, 'health_checks' | 'ignore_health_on_host_removal'> {
  if (settings === undefined) return livenessCheck === undefined ? {} : livenessChecks(livenessCheck);
  const { intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = settings;
  return {
    health_checks: [
      {
        interval: duration(intervalSeconds),
        // By itself Envoy checks once a minute while there is no traffic, and for up to a minute after it began.
        no_traffic_interval: duration(intervalSeconds),
        timeout: duration(timeoutSeconds),
        healthy_threshold: healthyThreshold,
        unhealthy_threshold: unhealthyThreshold,
        ...healthChecker(callee, settings.path),
      },
    ],
    // Otherwise a task that leaves discovery while it is still healthy would get requests until it ends.
    ignore_health_on_host_removal: true,
  };
}

function healthChecker(callee: Service, path: string | undefined): HealthChecker {
  switch (callee.protocol) {
    case 'tcp':
      return { tcp_health_check: {} };
    case 'grpc':
      return { grpc_health_check: { authority: callee.virtualHost } };
    default:
      return {
        http_health_check: {
          path: path ?? '/',
          host: callee.virtualHost,
          codec_client_type: 'HTTP2',
          // Everything but 200 counts as one failure. By itself Envoy would not wait for `unhealthy_threshold` of them.
          retriable_statuses: [{ start: '100', end: '600' }],
        },
      };
  }
}

/** A request by which callers check a service's tasks. */
export interface HealthCheckRequest {
  readonly method: string;
  readonly path: string;
  readonly callers: readonly string[];
}

/** A TCP service gets none. */
export function healthCheckRequests(topology: Topology, service: Service): readonly HealthCheckRequest[] {
  const { protocol } = service;
  if (protocol === 'tcp') return [];
  const callers = new Map<string, readonly string[]>();
  for (const [caller, { activeHealthCheck: check }] of policiesOfCallers(topology, service)) {
    if (check === undefined) continue;
    const path = protocol === 'grpc' ? GRPC_HEALTH_PATH : (check.path ?? '/');
    callers.set(path, [...(callers.get(path) ?? []), caller]);
  }
  return [...callers].map(([path, names]): HealthCheckRequest => ({ method: protocol === 'grpc' ? 'POST' : 'GET', path, callers: names }));
}
