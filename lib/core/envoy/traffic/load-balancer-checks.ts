import type { LoadBalancerTarget, Service } from '../../model/topology';
import type { HttpFilter } from '../api/http-filters';
import type { Policy } from '../api/rbac';
import type { Route, RouteAction } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import { extension } from '../syntax/messages';
import { compressorNames } from './compression';
import { faultFilterName } from './faults';
import { switchOff } from './health-check-routes';
import { rateLimitFilterName } from './rate-limits';

/**
 * Health checks of an Application Load Balancer. It writes `X-Forwarded-Port` into every request of a client, so no client can send what
 * looks like one. A Network Load Balancer adds nothing, so what it asks by HTTP cannot be told from what clients send.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
const FROM_LOAD_BALANCER: readonly HeaderMatcher[] = [
  { name: 'user-agent', string_match: { prefix: 'ELB-HealthChecker/' } },
  { name: 'x-forwarded-port', present_match: true, invert_match: true },
];

/** They reach the application, but neither the access log nor traces. */
export function passLoadBalancerChecks({ kind }: LoadBalancerTarget): readonly HttpFilter[] {
  if (kind === 'network') return [];
  return [extension('envoy.extensions.filters.http.health_check.v3.HealthCheck', { pass_through_mode: true, headers: FROM_LOAD_BALANCER })];
}

/** Limits, faults and compression are meant for requests of clients: see `healthCheckRoutes`. */
export function loadBalancerCheckRoutes(service: Service, { kind }: LoadBalancerTarget, route: RouteAction): readonly Route[] {
  const { rateLimits, faults } = service.policy;
  const filters = [...rateLimits.map(rateLimitFilterName), ...faults.map(faultFilterName), ...compressorNames(service)];
  if (kind === 'network' || filters.length === 0) return [];
  return [{ match: { prefix: '/', headers: FROM_LOAD_BALANCER }, route, typed_per_filter_config: switchOff(filters) }];
}

/** Rules of callers may not know their path. */
export function loadBalancerCheckPolicies({ kind }: LoadBalancerTarget): Readonly<Record<string, Policy>> {
  if (kind === 'network') return {};
  const permissions = [{ and_rules: { rules: FROM_LOAD_BALANCER.map((header) => ({ header })) } }];
  return { 'health of targets': { permissions, principals: [{ any: true }] } };
}
