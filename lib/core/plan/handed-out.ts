import { CLOUDFORMATION } from '../limits/cloudformation';
import type { LimitUse } from '../limits/use';
import { counted } from '../reading/input';
import type { SystemPlan, WeightsPlan } from './system-plan';
import { weightsParameterBytes } from './deployed-bytes';
import { serviceOf } from './system-plan';

type Placed = Pick<SystemPlan, 'workloads' | 'ingress' | 'callersGroups' | 'weights' | 'groups'>;

/** Services whose security groups rules in other stacks name. */
export function calledFromAfar({ ingress, callersGroups = [] }: Pick<Placed, 'ingress' | 'callersGroups'>): ReadonlySet<string> {
  const shared = callersGroups.filter(({ group }) => group !== undefined).flatMap(({ openings }) => openings);
  return new Set([...ingress.filter(({ across }) => across === true), ...shared].map(({ to }) => to));
}

/**
 * The weights that the stack of the system, or the foundations of a group, hand to the tasks of other stacks: nobody else needs the names
 * of their parameters. Foundations are in another stack than the tasks of their group.
 */
export function handedOutWeights(
  { weights = [], workloads }: Pick<Placed, 'weights' | 'workloads'>,
  group?: string,
): readonly WeightsPlan[] {
  const owners = new Map(workloads.map((workload) => [serviceOf(workload), workload.group]));
  const readers = workloads.filter((reader) => group !== undefined || reader.group !== undefined);
  const read = new Set(readers.flatMap(({ weightedCallees = [] }) => weightedCallees));
  // What moves weights stands beside the tasks, too.
  const isTold = ({ service, shift }: WeightsPlan): boolean => read.has(service) || (group !== undefined && shift !== undefined);
  return weights.filter((each) => owners.get(each.service) === group && isTold(each));
}

/** Of the ID of a security group. */
const SECURITY_GROUP_BYTES = 20;

/** What each stack hands to the others in texts such as `|orders=sg-0123456789abcdef0|…|`. */
export function handedOutUses(plan: Placed): readonly LimitUse[] {
  const { groups, workloads } = plan;
  if (groups === undefined) return [];
  const owners = new Map(workloads.map((workload) => [serviceOf(workload), workload.group]));
  const called = calledFromAfar(plan);
  return [undefined, ...groups.map(({ name }) => name)].flatMap((group) => {
    const services = [...owners.keys()].filter((name) => owners.get(name) === group && (group !== undefined || called.has(name)));
    const weighted = handedOutWeights(plan, group).map(({ service }) => service);
    const where = group === undefined ? 'in no group' : `in the group "${group}"`;
    const advice = `put some of them into ${group === undefined ? 'groups' : 'another group'}`;
    const use = (names: readonly string[], bytesOf: (name: string) => number, what: string): readonly LimitUse[] => {
      const used = names.reduce((sum, name) => sum + name.length + 2 + bytesOf(name), 1);
      const path = group === undefined ? 'services' : `groups.${group}`;
      const subject = `other stacks need ${what} of the ${counted(names.length, 'service')} ${where}, which take`;
      return names.length === 0 ? [] : [{ limit: CLOUDFORMATION.parameterValue, used, path, subject: `${subject} ${used} bytes`, advice }];
    };
    return [
      ...use(services, () => SECURITY_GROUP_BYTES, 'the security groups'),
      ...use(weighted, weightsParameterBytes, 'the parameters with the weights of the versions'),
    ];
  });
}
