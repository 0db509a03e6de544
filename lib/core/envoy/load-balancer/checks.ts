import type { LoadBalancerTarget, Service } from '../../model/topology';
import type { HeaderMutation } from '../api/header-mutation';
import type { HttpFilter } from '../api/http-filters';
import type { Permission, Policy } from '../api/rbac';
import type { HeaderChanges, Route, RouteAction } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import { setHeader } from '../security/early-header-mutation';
import { extension } from '../syntax/messages';
import { compressorNames } from '../traffic/compression';
import { faultFilterName } from '../traffic/faults';
import { switchOff } from '../traffic/health-check-routes';
import { rateLimitFilterName } from '../traffic/rate-limits';

/**
 * On every request of a client behind an Application Load Balancer, which writes `X-Forwarded-Proto` into each. Envoy writes it, too,
 * where it is missing, so what came has to be remembered before.
 */
const OF_CLIENT = 'x-mesh-client';

/** Behind the removal of everything that begins with `x-mesh-`. An empty value sets nothing. */
export function markClients({ kind }: LoadBalancerTarget): readonly HeaderMutation[] {
  return kind === 'network' ? [] : [setHeader(OF_CLIENT, '%REQ(x-forwarded-proto)%')];
}

/** The application sees no mark. */
export function hideClientMarks({ kind }: LoadBalancerTarget): Pick<HeaderChanges, 'request_headers_to_remove'> {
  return kind === 'network' ? {} : { request_headers_to_remove: [OF_CLIENT] };
}

/**
 * Health checks of an Application Load Balancer: no client can send what looks like one. (Nor can it have the header taken off by naming
 * it in `Connection`: Envoy refuses that with 400.) A Network Load Balancer adds nothing, so what it asks by HTTP cannot be told from
 * what clients send.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
const FROM_LOAD_BALANCER: readonly HeaderMatcher[] = [
  { name: 'user-agent', string_match: { prefix: 'ELB-HealthChecker/' } },
  { name: OF_CLIENT, present_match: true, invert_match: true },
];

/** They reach the application, but neither the access log nor traces. */
export function passLoadBalancerChecks({ kind }: LoadBalancerTarget): readonly HttpFilter[] {
  if (kind === 'network') return [];
  return [extension('envoy.extensions.filters.http.health_check.v3.HealthCheck', { pass_through_mode: true, headers: FROM_LOAD_BALANCER })];
}

/** A gateway says itself that it is there: it has no application. Any path may be a route of the user's. */
export function answerLoadBalancerChecks(): readonly HttpFilter[] {
  return [
    extension('envoy.extensions.filters.http.health_check.v3.HealthCheck', { pass_through_mode: false, headers: FROM_LOAD_BALANCER }),
  ];
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
  const rules = FROM_LOAD_BALANCER.map((header): Permission => ({ header }));
  const policy: Policy = { permissions: [{ and_rules: { rules } }], principals: [{ any: true }] };
  return { 'health of targets': policy };
}
