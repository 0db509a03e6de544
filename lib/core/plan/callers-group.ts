import { VPC } from '../limits/network';
import type { Topology, Warning } from '../model/topology';
import type { CallersGroupPlan, IngressPlan, SharedIngressPlan } from './system-plan';

/** What is opened between tasks: by a rule for each caller, or by one for the group that callers share. */
export interface OpeningsPlan {
  readonly ingress: readonly IngressPlan[];
  /** Absent: no service has so many callers. */
  readonly callersGroup?: CallersGroupPlan;
}

/**
 * Rules that a callee has of its own callers. CloudFormation makes the rule of the shared group before it deletes the others, and the
 * other way round, so that one place stays free.
 */
const MOST_RULES = VPC.inboundRules.value - 1;

/**
 * Callers of services with more callers than a security group takes rules share one security group, one for the whole mesh, since an
 * interface takes few groups. It lets each of them reach all of these services, so authorization must decide who calls whom: without
 * certificates nobody would, and each caller keeps its rule.
 */
export function openingsOf({ certificates, services }: Topology, ingress: readonly IngressPlan[]): OpeningsPlan {
  if (certificates.kind === 'none') return { ingress };
  // The user's load balancers have a rule in the same group.
  const targets = new Set(services.flatMap(({ name, loadBalancerTarget }) => (loadBalancerTarget === undefined ? [] : [name])));
  const shared = [...byCallee(ingress)].filter(([to, rules]) => rules.length + (targets.has(to) ? 1 : 0) > MOST_RULES);
  if (shared.length === 0) return { ingress };
  const callees = new Set(shared.map(([to]) => to));
  const openings = shared.flatMap(([to, rules]) => sharedIngress(to, rules));
  return {
    ingress: ingress.filter(({ to }) => !callees.has(to)),
    callersGroup: { callers: [...new Set(openings.flatMap(({ callers }) => callers))].sort(), openings },
  };
}

function byCallee(ingress: readonly IngressPlan[]): ReadonlyMap<string, readonly IngressPlan[]> {
  const found = new Map<string, IngressPlan[]>();
  for (const rule of ingress) {
    const rules = found.get(rule.to);
    if (rules === undefined) found.set(rule.to, [rule]);
    else rules.push(rule);
  }
  return found;
}

function sharedIngress(to: string, rules: readonly IngressPlan[]): readonly SharedIngressPlan[] {
  const ports = [...new Set(rules.map(({ port }) => port))];
  return ports.map((port) => ({ to, port, callers: rules.filter((rule) => rule.port === port).map(({ from }) => from) }));
}

export function callersGroupWarnings(group: CallersGroupPlan | undefined): readonly Warning[] {
  if (group === undefined) return [];
  const { openings, callers } = group;
  const counts = openings.map(({ to, callers: { length } }) => `"${to}" (${length})`).join(', ');
  const reach =
    openings.length === 1
      ? 'Mutual TLS decides who may call it, as for every service'
      : 'So the tasks of each of these callers can open connections to all of these services, and mutual TLS alone, by which a service ' +
        'accepts its declared callers, decides who may call which';
  return [
    {
      id: 'shared-callers-group',
      path: 'services',
      message:
        `these services have about as many callers as a security group takes rules (${VPC.inboundRules.value} by default), or more: ` +
        `${counts}. The tasks of their callers, ${callers.length} services, share one more security group, for which there is one rule. ` +
        `${reach}. Acknowledge this warning, or put services between them and some of their callers`,
    },
  ];
}
