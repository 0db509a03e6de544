import type { Service, Topology } from '../../model/topology';
import { policiesOfCallers } from '../../model/call-policy';
import type { CallPolicy } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { duration } from '../syntax/json';

/** https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
const GRPC_HEALTH_PATH = '/grpc.health.v1.Health/Check';

/**
 * A caller asks the callee's tasks by itself whether they are well. The question goes the way of every request: it is of
 * mutual TLS, and through the callee's Envoy to its application (see `healthCheckRules` in authorization.ts, and health-routes.ts).
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/health_checking
 */
export function healthChecks(callee: Service, { activeHealthCheck: settings }: CallPolicy): JsonObject {
  if (settings === undefined) return {};
  const { intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = settings;
  return {
    health_checks: [
      {
        interval: duration(intervalSeconds),
        // By itself Envoy asks once a minute while there is no traffic, and for up to a minute after it began.
        no_traffic_interval: duration(intervalSeconds),
        timeout: duration(timeoutSeconds),
        healthy_threshold: healthyThreshold,
        unhealthy_threshold: unhealthyThreshold,
        ...question(callee, settings.path),
      },
    ],
    // Else a task that leaves discovery, while it is still well, would get requests to its end.
    ignore_health_on_host_removal: true,
  };
}

function question(callee: Service, path: string | undefined): JsonObject {
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
          // Everything but 200 counts as one bad answer. By itself Envoy would not wait for as many as it is told.
          retriable_statuses: [{ start: '100', end: '600' }],
        },
      };
  }
}

/** What callers ask a service's tasks to find out whether they are well. */
export interface HealthCheckRequest {
  readonly method: string;
  readonly path: string;
  readonly callers: readonly string[];
}

/** Of a TCP service nobody asks anything. */
export function healthCheckRequests(topology: Topology, service: Service): readonly HealthCheckRequest[] {
  const { protocol } = service;
  if (protocol === 'tcp') return [];
  const callers = new Map<string, readonly string[]>();
  for (const [caller, { activeHealthCheck: check }] of policiesOfCallers(topology, service)) {
    if (check === undefined) continue;
    const path = protocol === 'grpc' ? GRPC_HEALTH_PATH : (check.path ?? '/');
    callers.set(path, [...(callers.get(path) ?? []), caller]);
  }
  return [...callers].map(([path, names]) => ({ method: protocol === 'grpc' ? 'POST' : 'GET', path, callers: names }));
}
