import { defined } from '../defined';
import { VPC } from '../limits/network';
import type { Topology, Warning } from '../model/topology';
import { groupsOf, groupsOfUser } from './placement';
import type { CallersGroupPlan, IngressPlan, SharedIngressPlan } from './system-plan';

/** What is opened between tasks: by a rule for each caller, or by one for each group that callers share. */
export interface OpeningsPlan {
  readonly ingress: readonly IngressPlan[];
  /** Absent: no service has so many callers. */
  readonly callersGroups?: readonly CallersGroupPlan[];
}

/**
 * Rules that a callee has of its own callers. CloudFormation makes the rule of the shared group before it deletes the others, and the
 * other way round, so that one place stays free.
 */
const MOST_RULES = VPC.inboundRules.value - 1;

/**
 * Callers of services with more callers than a security group takes rules share one security group, one for all of these services, since
 * an interface takes few groups. It lets each of them reach all of these services, so authorization must decide who calls whom: without
 * certificates nobody would, and each caller keeps its rule.
 *
 * Those in each stack of the user's share a group that stands there: that of another stack could neither be taken away before the tasks
 * of this one have left it, nor be kept until then.
 */
export function openingsOf(topology: Topology, ingress: readonly IngressPlan[]): OpeningsPlan {
  const { certificates, services } = topology;
  if (certificates.kind === 'none') return { ingress };
  // The user's load balancers have a rule in the same group.
  const targets = new Set(services.flatMap(({ name, loadBalancerTarget }) => (loadBalancerTarget === undefined ? [] : [name])));
  const shared = [...byCallee(ingress)].filter(([to, rules]) => rules.length + (targets.has(to) ? 1 : 0) > MOST_RULES);
  if (shared.length === 0) return { ingress };
  const callees = new Set(shared.map(([to]) => to));
  return {
    ingress: ingress.filter(({ to }) => !callees.has(to)),
    callersGroups: sharedBy(
      topology,
      shared.flatMap(([, rules]) => rules),
    ),
  };
}

/** By the stacks of the callers; first that of the system with those nested in it. */
function sharedBy(topology: Topology, rules: readonly IngressPlan[]): readonly CallersGroupPlan[] {
  const groups = groupsOf(topology);
  const ofUser = groupsOfUser(topology);
  const stackOf = ({ from }: IngressPlan): string | undefined => {
    const group = groups.get(from);
    return group !== undefined && ofUser.has(group) ? group : undefined;
  };
  return [undefined, ...ofUser].flatMap((group) => {
    const own = rules.filter((rule) => stackOf(rule) === group);
    const openings = [...byCallee(own)].flatMap(([to, each]) => sharedIngress(to, each));
    const callers = [...new Set(own.map(({ from }) => from))].sort();
    return callers.length === 0 ? [] : [{ ...defined({ group }), callers, openings }];
  });
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

export function callersGroupWarnings(groups: readonly CallersGroupPlan[] | undefined): readonly Warning[] {
  if (groups === undefined) return [];
  const callersOf = new Map<string, Set<string>>();
  for (const { to, callers } of groups.flatMap(({ openings }) => openings))
    callersOf.set(to, new Set([...(callersOf.get(to) ?? []), ...callers]));
  const counts = [...callersOf].sort().map(([to, { size }]) => `"${to}" (${size})`);
  const { size: sharing } = new Set(groups.flatMap(({ callers }) => callers));
  const reach =
    counts.length === 1
      ? 'Mutual TLS decides who may call it, as for every service'
      : 'So the tasks of each of these callers can open connections to all of these services, and mutual TLS alone, by which a service ' +
        'accepts its declared callers, decides who may call which';
  const ofUser = groups.some(({ group }) => group !== undefined) ? '; those in a stack of your own share one there' : '';
  return [
    {
      id: 'shared-callers-group',
      path: 'services',
      message:
        `these services have about as many callers as a security group takes rules (${VPC.inboundRules.value} by default), or more: ` +
        `${counts.join(', ')}. The tasks of their callers, ${sharing} services, share one more security group, for which there is one ` +
        `rule${ofUser}. ${reach}. Acknowledge this warning, or put services between them and some of their callers`,
    },
  ];
}
