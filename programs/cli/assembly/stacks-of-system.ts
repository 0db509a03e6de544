import type { SystemDescription } from '../../../lib/core/description/system-description';
import { readStacks, workloadsIn, type StackContent } from './read-assembly';
import type { Workload } from './workload';

/** The stacks in which a system stands: that of its construct first, then those of groups, which have tasks with its identities. */
export function stacksOf(system: SystemDescription, directory: string): readonly StackContent[] {
  const all = readStacks(directory);
  const own = all.find(({ stack }) => system.path.startsWith(`${stack.path}/`));
  if (own === undefined) return [];
  const hasStacks = system.stacks.some(({ kind }) => kind === 'stack');
  const others = hasStacks ? all.filter((each) => each !== own && each.directory === own.directory) : [];
  return [own, ...others.filter((each) => workloadsIn(each).some((workload) => isOf(system, workload)))];
}

/** The workloads of a system in its stacks; of several of one name, those below the path of its construct come first. */
export function workloadsOf(system: SystemDescription, directory: string): readonly Workload[] {
  const own = stacksOf(system, directory)
    .flatMap(workloadsIn)
    .filter((workload) => isOf(system, workload));
  const isBelow = ({ path }: Workload): boolean => path?.startsWith(`${system.path}/`) === true;
  return [...own.filter(isBelow), ...own.filter((workload) => !isBelow(workload))];
}

function isOf({ workloads }: SystemDescription, { service, config }: Workload): boolean {
  const identity = config.variables['MESH_IDENTITY'];
  return workloads.some((workload) => (identity === undefined ? workload.service === service : workload.identity === identity));
}
