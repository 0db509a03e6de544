import { defined } from '../../defined';
import { ECS } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import type { ArchitectureId, CapacityProvider, InstanceLaunchType, LaunchType, Sizing } from '../../model/topology';
import { launchTypeOf } from '../../model/topology';
import { Opaque } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';
import { parseArchitecture } from './parse-architecture';

/** An entry of `capacityProviders`. */
export interface InstanceCapacity {
  /** As strategies call it. */
  readonly name: string;
  /** As Amazon ECS calls it; possibly a token. */
  readonly providerName: string;
  readonly launchType: InstanceLaunchType;
  readonly spot: boolean;
  /** Absent: not known. */
  readonly architecture?: ArchitectureId;
}

const FARGATE_PROVIDERS = ['FARGATE', 'FARGATE_SPOT'] as const;
const FACTORIES = 'Capacity.ec2() or Capacity.managedInstances()';
const HOW_TO_NAME =
  'where tasks run must be known when the app is synthesized: write capacityProviders: { instances: Capacity.ec2(provider) } for the ' +
  "system, or another Capacity, and capacityProvider: 'instances' here";
const TITLES: Readonly<Record<LaunchType, string>> = {
  FARGATE: 'AWS Fargate',
  EC2: 'EC2 instances of your own',
  MANAGED_INSTANCES: 'Amazon ECS Managed Instances',
};
const MEMBERS: Readonly<Record<InstanceLaunchType, readonly [what: string, member: string]>> = {
  EC2: ['an ecs.AsgCapacityProvider', 'autoScalingGroup'],
  MANAGED_INSTANCES: ['an ecs.ManagedInstancesCapacityProvider', 'ec2InstanceProfile'],
};

/** @param cluster the cluster of the props, to which a provider that is known by its name alone belongs */
export function parseCapacities(at: Reader, cluster: Reader): readonly InstanceCapacity[] {
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const most = ECS.capacityProviders.value - FARGATE_PROVIDERS.length;
  if (entries.length > most)
    at.fail('OUT_OF_RANGE', `there are ${entries.length} capacity providers beside those of Fargate`, {
      got: null,
      allowed: `at most ${most}`,
    });
  return entries.flatMap(([name, item]) => parseCapacity(name, item, cluster) ?? []);
}

function parseCapacity(name: string, at: Reader, cluster: Reader): InstanceCapacity | undefined {
  if (FARGATE_PROVIDERS.some((provider) => provider === name))
    at.fail('RESERVED_NAME', `"${name}" is a capacity provider of Fargate, which needs no entry`, {
      got: null,
      fix: 'choose another name',
    });
  at.required('the capacity', `remove the entry, or use ${FACTORIES}`);
  if (!at.checkFactory('Capacity', FACTORIES)) return undefined;
  if (!at.checkFields(['spot', 'cpuArchitecture', 'provider', 'providerName', 'name'], 'launchType')) return undefined;
  const launchType = at.field('launchType').oneOf(['EC2', 'MANAGED_INSTANCES'], 'a Capacity');
  if (launchType === undefined) return undefined;
  const provider = at.field('provider');
  const [what, member] = MEMBERS[launchType];
  if (!provider.absent && !(provider.value instanceof Opaque && provider.value.has('capacityProviderName', member)))
    at.field('provider').fail('WRONG_TYPE', `must be ${what}`, { fix: `use ${FACTORIES}, each with a provider of the CDK, or a name` });
  const byName = at.field('providerName');
  if (provider.absent) {
    byName.required('the name of the capacity provider', `give it, or use ${FACTORIES}`).text();
    if (!byName.absent && cluster.absent)
      at.fail('CONFLICT', 'a capacity provider that is known by its name belongs to a cluster that exists', {
        got: null,
        fix: `set cluster, such as ecs.Cluster.fromClusterAttributes(), or use ${FACTORIES}`,
      });
  }
  return {
    name,
    providerName: at.field('name').text() ?? '',
    launchType,
    spot: at.field('spot').boolean() ?? false,
    ...defined({ architecture: parseArchitecture(at.field('cpuArchitecture')) }),
  };
}

export function parseCapacityProviders(at: Reader, capacities: readonly InstanceCapacity[]): readonly CapacityProvider[] | undefined {
  if (at.absent) return undefined;
  const providers: CapacityProvider[] = [];
  for (const item of at.items()) {
    item.required('a capacity provider', "remove the entry, or write { capacityProvider: 'FARGATE_SPOT', weight: 1 }");
    if (!item.checkFields(['capacityProvider', 'base', 'weight'])) continue;
    const found = parseProviderName(item.field('capacityProvider'), capacities);
    const base = item.field('base').number({ ...rangeOf(ECS.providerBase), unit: 'tasks' }) ?? 0;
    const weight = item.field('weight').number(rangeOf(ECS.providerWeight)) ?? 0;
    if (found === undefined) continue;
    const { name } = found;
    if (providers.some((other) => other.name === name)) item.fail('DUPLICATE', `${name} is listed twice`, { fix: 'merge the two entries' });
    if (base > 0 && providers.some((other) => other.base > 0))
      item.field('base').fail('CONFLICT', 'only one capacity provider may have a base', { fix: 'remove base here, or from the other' });
    checkAlike(item, found, providers);
    providers.push({ ...found, base, weight });
  }
  if (providers.length > 0 && providers.every((provider) => provider.weight === 0)) {
    at.fail('ZERO_WEIGHTS', 'at least one capacity provider needs a weight above 0', { fix: 'add weight: 1' });
  }
  return providers;
}

type Found = Pick<CapacityProvider, 'name' | 'launchType'>;

function parseProviderName(at: Reader, capacities: readonly InstanceCapacity[]): Found | undefined {
  const name = at
    .required('the name of the capacity provider', "write capacityProvider: 'FARGATE' or 'FARGATE_SPOT', or a name of capacityProviders")
    .text();
  if (name === undefined) return undefined;
  const fargate = FARGATE_PROVIDERS.find((provider) => provider === name);
  if (fargate !== undefined) return { name: fargate };
  const capacity = capacities.find((each) => each.name === name) ?? capacities.find((each) => each.providerName === name);
  if (capacity !== undefined) return { name: capacity.name, launchType: capacity.launchType };
  const allowed = [...FARGATE_PROVIDERS, ...capacities.map((each) => each.name)];
  const near = suggest(name, allowed);
  return at.fail('INVALID_VALUE', 'is neither a capacity provider of Fargate nor one of capacityProviders', {
    allowed: allowed.join(', '),
    fix: near.fix ?? HOW_TO_NAME,
  });
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-capacity-providers.html */
function checkAlike(at: Reader, { name, launchType }: Found, [first]: readonly CapacityProvider[]): void {
  if (first === undefined || first.launchType === launchType) return;
  at.fail('CONFLICT', `"${name}" is ${titleOf(launchType)}, and "${first.name}" is ${titleOf(first.launchType)}`, {
    got: null,
    allowed: 'capacity providers of one kind in a strategy',
    fix: 'remove one of the two, or let versions of the service run on one each',
  });
}

function titleOf(launchType: LaunchType = 'FARGATE'): string {
  return TITLES[launchType];
}

/**
 * What a gateway service inherits: a task that is taken back takes requests with it that clients cannot send again, so on Spot it runs
 * only if its own props say so.
 */
export function withoutSpot(providers: readonly CapacityProvider[], capacities: readonly InstanceCapacity[]): readonly CapacityProvider[] {
  const isSpot = ({ name }: CapacityProvider): boolean =>
    name === 'FARGATE_SPOT' || capacities.some((capacity) => capacity.name === name && capacity.spot);
  const kept = providers.filter((provider) => !isSpot(provider));
  const [first] = kept;
  if (kept.length === providers.length || kept.some(({ weight }) => weight > 0)) return kept;
  if (first !== undefined) return [{ ...first, weight: 1 }];
  // In place of Fargate's Spot by a strategy, as before; a cluster of the user's own that has instances need not have Fargate's providers.
  return launchTypeOf({ capacityProviders: providers }) === 'FARGATE' ? [{ name: 'FARGATE', base: 0, weight: 1 }] : [];
}

/** Of a task whose instances are of another kind, the image would not start. */
export function checkArchitecture(
  at: Reader,
  { architecture, capacityProviders }: Pick<Sizing, 'architecture' | 'capacityProviders'>,
  capacities: readonly InstanceCapacity[],
): void {
  for (const { name } of capacityProviders) {
    const instances = capacities.find((capacity) => capacity.name === name)?.architecture;
    if (instances === undefined || instances === architecture) continue;
    at.field('cpuArchitecture').fail(
      'CONFLICT',
      `the tasks are built for ${architecture}, but the instances of "${name}" are ${instances}`,
      {
        got: null,
        fix: `set cpuArchitecture: CpuArchitecture.${instances}, or use instances of ${architecture}`,
      },
    );
  }
}

/** On instances, any number within the range; Fargate has sizes (fargate-sizes.ts). */
export function parseInstanceTaskSize(
  at: Reader,
  defaults: { readonly cpu: number; readonly memoryMiB: number },
): { readonly cpu: number; readonly memoryMiB: number } {
  const cpu = at.field('cpu').number({ ...rangeOf(ECS.instanceTaskCpu), unit: 'CPU units' }) ?? defaults.cpu;
  const memoryMiB = at.field('memoryLimitMiB').number({ ...rangeOf(ECS.instanceTaskMemory), unit: 'MiB' }) ?? defaults.memoryMiB;
  return { cpu, memoryMiB };
}

/** Of a container in such a task: tasks on instances may have more than those of Fargate. */
export function containerMemory({ memoryMiB }: Pick<Sizing, 'memoryMiB'>): Parameters<Reader['number']>[0] {
  const { min, max } = rangeOf(ECS.containerMemory);
  return { min, max: Math.max(max, memoryMiB), unit: 'MiB' };
}

const HOW_TO_GET_GPUS =
  'run the service on instances with GPUs: capacityProviders: { gpu: Capacity.managedInstances(provider) } for the system, and ' +
  "capacityProviderStrategies: [{ capacityProvider: 'gpu', weight: 1 }] for the service";

export function parseGpuCount(at: Reader, task: Pick<Sizing, 'capacityProviders'>): number | undefined {
  const count = at.number({ ...rangeOf(ECS.gpus), unit: 'GPUs' });
  if (count === undefined || launchTypeOf(task) !== 'FARGATE') return count;
  return at.fail('CONFLICT', 'AWS Fargate has no GPUs', { fix: HOW_TO_GET_GPUS });
}
