import { named } from '../model/by-name';
import { leastTasks } from '../model/topology';
import type { GroupKind, Service, Topology } from '../model/topology';
import { cycleOf } from './cycles';
import type { DeploymentOrderPlan } from './system-plan';

type Placed = Pick<Topology, 'services' | 'edges' | 'groups'>;

/** Where each service, gateways included, stands: the name of its group, or undefined for the stack of the system. */
export function groupsOf({ services, edges }: Pick<Topology, 'services' | 'edges'>): ReadonlyMap<string, string | undefined> {
  return new Map([
    ...services.map(({ name, group }) => [name, group] as const),
    ...edges.map(({ gatewayName, group }) => [gatewayName, group] as const),
  ]);
}

/**
 * What of a deployment's order CloudFormation can keep. The stack of the system with its nested stacks is deployed first, then each
 * stack of the user's, in any order. A nested stack waits, and is waited for, as a whole: where that would make a cycle, none of those
 * in it waits for a stack. Between stacks, callers find out themselves whether their callees are there (`awaitedCallees`).
 */
export function orderAcrossStacks(order: readonly DeploymentOrderPlan[], topology: Placed): readonly DeploymentOrderPlan[] {
  if (topology.groups === undefined) return order;
  const groups = groupsOf(topology);
  const isSame = ({ caller, callee }: DeploymentOrderPlan): boolean => groups.get(caller) === groups.get(callee);
  const kinds = kindsOf(topology);
  const isOfUser = (name: string): boolean => kinds.get(groups.get(name) ?? '') === 'stack';
  const together = order.filter(({ caller, callee }) => !isOfUser(caller) && !isOfUser(callee));
  /** In the stack of the system each service is deployed for itself. */
  const unitOf = (name: string): string => {
    const group = groups.get(name);
    return group === undefined ? `service ${name}` : `group ${group}`;
  };
  const cycles = cycleOf(together.map(({ caller, callee }) => [unitOf(caller), unitOf(callee)]));
  const kept = new Set(together.filter(({ caller, callee }) => cycles.get(unitOf(caller)) !== cycles.get(unitOf(callee))));
  // What a gateway leads to may need the URL of its edge.
  const gateways = new Set(topology.edges.map(({ gatewayName }) => gatewayName));
  return order.filter((each) => isSame(each) || (kept.has(each) && !gateways.has(each.caller)));
}

/**
 * The callees that tasks of a service wait for when they start, for a while: those in other stacks, which may be deployed later. By
 * names, groups and calls of the two, and whether the callee always has tasks, so that nothing else in the system changes what stands in
 * the tasks.
 */
export function awaitedCallees<T extends Callee>(topology: Placed, caller: string, callees: readonly T[]): readonly T[] {
  if (topology.groups === undefined) return [];
  const kinds = kindsOf(topology);
  const own = groupOf(topology, caller);
  const isLast = kinds.get(own ?? '') === 'stack';
  return (
    callees
      .filter(({ group }) => group !== own)
      // What is deployed before the caller is there.
      .filter(({ group }) => !isLast || kinds.get(group ?? '') === 'stack')
      // Of two that call each other, each would wait for the other.
      .filter(({ calls }) => !calls.includes(caller))
      // Each start would take the whole time.
      .filter((callee) => (callee.versions ?? [callee]).some((tasks) => leastTasks(tasks) > 0))
  );
}

type Callee = Pick<Service, 'name' | 'group' | 'calls' | 'versions' | 'desiredCount' | 'scaling'>;

function groupOf({ services, edges }: Placed, name: string): string | undefined {
  return (named(services, name) ?? edges.find(({ gatewayName }) => gatewayName === name))?.group;
}

/** Names of groups that stand in stacks of the user's, each of which is deployed by itself. */
export function groupsOfUser({ groups = [] }: Pick<Topology, 'groups'>): ReadonlySet<string> {
  return new Set(groups.filter(({ kind }) => kind === 'stack').map(({ name }) => name));
}

function kindsOf({ groups = [] }: Placed): ReadonlyMap<string, GroupKind> {
  return new Map(groups.map(({ name, kind }) => [name, kind]));
}
