import { defined } from '../../defined';
import { ALB } from '../../limits/network';
import type { Login } from '../../model/identity-headers';
import { sessionCookieOf } from '../../model/identity-headers';
import type { AcceptedTokens, AuthorizerPort, DomainPlan, EdgeTopology, IpAddressType } from '../../model/topology';
import type { FirewallPlan } from '../../model/edge-domain';
import { planDomain } from '../domain';
import { planFirewall } from '../firewall';
import type { LoadBalancerOptions } from './options';
import type { HostRules, RulePlan } from './rules';
import { fallbackOf, rulesOf } from './rules';

/** A load balancer with its listeners as plain data. */
export interface LoadBalancerPlan extends LoadBalancerOptions {
  readonly targets: readonly TargetsPlan[];
  readonly rules: readonly RulePlan[];
  /** Whose authorizer decides about what no rule takes. */
  readonly fallback: string;
  /** Absent: the certificate and the name are those of the options, and records are the user's. */
  readonly domain?: DomainPlan;
  /** Absent: IPv4 alone. */
  readonly ipAddressType?: IpAddressType;
  /** Absent: none. */
  readonly firewall?: FirewallPlan;
  /** How long requests that a task has may take when it leaves. */
  readonly deregistrationSeconds: number;
}

/** What decides about requests, and the port of the gateway that gets them then. */
export interface TargetsPlan extends AuthorizerPort {
  /** Verifies tokens. */
  readonly tokens?: AcceptedTokens & { readonly jwksUri: string };
  /** Has users log in. What is neither is a public route's. */
  readonly login?: Login & { readonly cookieName: string };
}

export function planLoadBalancer(edge: EdgeTopology<LoadBalancerOptions>): LoadBalancerPlan {
  const { options, api, routes, cors, ipAddressType, firewall } = edge;
  return {
    ...options,
    targets: (api.ports ?? []).map((port) => ({ ...port, ...deciding(edge, port) })),
    rules: rulesOf(routes, cors !== undefined, hostRulesOf(options)),
    fallback: fallbackOf(routes),
    // Requests wait for an answer for as long at most, unless they say something.
    deregistrationSeconds: Math.min(options.idleSeconds, ALB.deregistration.value),
    ...defined({ domain: planDomain(edge), ipAddressType, firewall: planFirewall(firewall) }),
  };
}

/** On a listener that the edge makes, its rules begin with 1. */
export function hostRulesOf({ hosts, firstPriority = 1 }: LoadBalancerOptions): HostRules | undefined {
  return hosts === undefined ? undefined : { hosts, firstPriority };
}

/** What has an authorizer must never be taken for public. */
function deciding(
  { authorizers }: EdgeTopology<LoadBalancerOptions>,
  { authorizer: id }: AuthorizerPort,
): Omit<TargetsPlan, keyof AuthorizerPort> {
  if (id === 'none') return {};
  const { tokens, login } = authorizers.find((authorizer) => authorizer.id === id) ?? {};
  const cookieName = sessionCookieOf({ id, ...defined({ login }) });
  if (login !== undefined && cookieName !== undefined) return { login: { ...login, cookieName } };
  const jwksUri = tokens?.jwksUri;
  if (tokens === undefined || jwksUri === undefined) throw new Error(`bug: nobody can verify the tokens of the authorizer "${id}"`);
  return { tokens: { ...tokens, jwksUri } };
}
