import { defined } from '../../defined';
import { ALB } from '../../limits/network';
import type { AcceptedTokens, AuthorizerPort, EdgeTopology } from '../../model/topology';
import type { LoadBalancerOptions } from './options';
import type { RulePlan } from './rules';
import { fallbackOf, rulesOf } from './rules';

/** A load balancer with its listeners as plain data. */
export interface LoadBalancerPlan extends LoadBalancerOptions {
  readonly targets: readonly TargetsPlan[];
  readonly rules: readonly RulePlan[];
  /** Whose authorizer decides about what no rule takes. */
  readonly fallback: string;
  /** How long requests that a task has may take when it leaves. */
  readonly deregistrationSeconds: number;
}

/** What decides about requests, and the port of the gateway that gets them then. */
export interface TargetsPlan extends AuthorizerPort {
  /** Absent: a public route's. */
  readonly tokens?: AcceptedTokens & { readonly jwksUri: string };
}

export function planLoadBalancer(edge: EdgeTopology<LoadBalancerOptions>): LoadBalancerPlan {
  const { options, api, routes, cors } = edge;
  return {
    ...options,
    targets: (api.ports ?? []).map((port) => ({ ...port, ...defined({ tokens: tokensOf(edge, port) }) })),
    rules: rulesOf(routes, cors !== undefined),
    fallback: fallbackOf(routes),
    // Requests wait for an answer for as long at most, unless they say something.
    deregistrationSeconds: Math.min(options.idleSeconds, ALB.deregistration.value),
  };
}

/** What has an authorizer must never be taken for public. */
function tokensOf({ authorizers }: EdgeTopology<LoadBalancerOptions>, { authorizer: id }: AuthorizerPort): TargetsPlan['tokens'] {
  if (id === 'none') return undefined;
  const tokens = authorizers.find((authorizer) => authorizer.id === id)?.tokens;
  const jwksUri = tokens?.jwksUri;
  if (tokens === undefined || jwksUri === undefined) throw new Error(`bug: nobody can verify the tokens of the authorizer "${id}"`);
  return { ...tokens, jwksUri };
}
