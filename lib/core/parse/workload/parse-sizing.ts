import { CLOUD_MAP } from '../../limits/discovery';
import { FARGATE } from '../../limits/ecs';
import { FARGATE_CPUS, fargateMemory, nearestFargateSize } from './fargate-sizes';
import type { ArchitectureId, CapacityProvider, Sizing } from '../../model/topology';
import { launchTypeOf } from '../../model/topology';
import { parseArchitecture } from './parse-architecture';
import type { InstanceCapacity } from './parse-capacity';
import { checkArchitecture, parseCapacityProviders, parseInstanceTaskSize } from './parse-capacity';
import { parseDeployment } from './parse-deployment';
import type { CalledBy } from './parse-scaling';
import { parseScaling } from './parse-scaling';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';

export interface SizingDefaults {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly desiredCount: number;
}

/** What the mesh sets for all services, and a service may set for itself. */
export interface MeshDefaults {
  readonly architecture: ArchitectureId;
  readonly capacityProviders: readonly CapacityProvider[];
  /** What strategies may name beside Fargate's. */
  readonly capacities: readonly InstanceCapacity[];
  readonly enableExecuteCommand: boolean;
}

export const SIZING_FIELDS = [
  'cpu',
  'memoryLimitMiB',
  'cpuArchitecture',
  'desiredCount',
  'scaling',
  'capacityProviderStrategies',
  'enableExecuteCommand',
  'deployment',
] as const;

/** Number and scaling go together: a number with somebody else's scaling would come back with every deployment. */
export const HOW_MANY = ['desiredCount', 'scaling'] as const;

/** @param called absent: as a gateway is, by requests */
export function parseSizing(at: Reader, defaults: SizingDefaults, mesh: MeshDefaults, called?: CalledBy): Sizing {
  const capacityProviders = parseCapacityProviders(at.field('capacityProviderStrategies'), mesh.capacities) ?? mesh.capacityProviders;
  const size = launchTypeOf({ capacityProviders }) === 'FARGATE' ? parseTaskSize(at, defaults) : parseInstanceTaskSize(at, defaults);
  const scaling = parseScaling(at.field('scaling'), called);
  const desired = at.field('desiredCount').number({ min: 0, max: CLOUD_MAP.instancesOfService.value, unit: 'tasks' });
  if (desired !== undefined && scaling !== undefined)
    at.field('desiredCount').fail('CONFLICT', 'each deployment would set the number of tasks that scaling has chosen back to it', {
      fix: 'leave desiredCount out, and set minCapacity of scaling',
    });
  const desiredCount = desired ?? (scaling === undefined ? defaults.desiredCount : undefined);
  const replacement = parseDeployment(at.field('deployment'), { desiredCount, scaling });
  const architecture = parseArchitecture(at.field('cpuArchitecture')) ?? mesh.architecture;
  checkArchitecture(at, { architecture, capacityProviders }, mesh.capacities);
  return {
    ...size,
    architecture,
    ...defined({ desiredCount, scaling }),
    enableExecuteCommand: at.field('enableExecuteCommand').boolean() ?? mesh.enableExecuteCommand,
    capacityProviders,
    ...defined({ replacement }),
  };
}

/** Of one vCPU. */
const CPU_UNITS = 1024;

/** Below the smallest number of CPU units, so that a number of vCPUs can be told from one of CPU units. */
const MAX_VCPUS = FARGATE.taskCpu.value / CPU_UNITS;

function parseTaskSize(at: Reader, defaults: SizingDefaults): { cpu: number; memoryMiB: number } {
  const cpus = `${FARGATE_CPUS.join(', ')} CPU units`;
  // Fractions are let through here, to be told below that 0.5 is what Fargate calls 512.
  const cpu = at.field('cpu').number({ min: 0, max: 1_000_000, integer: false, allowed: cpus }) ?? defaults.cpu;
  const memoryField = at.field('memoryLimitMiB');
  const given = memoryField.number({ min: 1, max: FARGATE.taskMemory.value, unit: 'MiB' });
  const offered = fargateMemory(cpu);
  if (offered === undefined) {
    const better = cpu <= MAX_VCPUS ? nearestFargateSize(cpu * CPU_UNITS, given ?? 0) : nearestFargateSize(cpu, given ?? 0);
    at.field('cpu').fail('TASK_SIZE', `Fargate has no task of ${cpu} CPU units`, {
      allowed: cpus,
      ...defined({
        fix:
          better === undefined
            ? undefined
            : `${cpu <= MAX_VCPUS ? '1024 CPU units are one vCPU: ' : ''}use cpu: ${better.cpu}, memoryLimitMiB: ${better.memoryMiB}`,
      }),
    });
    return { cpu, memoryMiB: given ?? defaults.memoryMiB };
  }
  // The default memory grows with the cpu that was asked for: the least that Fargate has, but never less than the default.
  const memoryMiB = given ?? offered.find((size) => size >= defaults.memoryMiB) ?? defaults.memoryMiB;
  if (!offered.includes(memoryMiB)) {
    const better = nearestFargateSize(cpu, memoryMiB);
    memoryField.fail('TASK_SIZE', `Fargate has no task of ${cpu} CPU units with ${memoryMiB} MiB`, {
      allowed:
        offered.length > 6
          ? `${offered[0]} to ${offered[offered.length - 1]} MiB in steps of ${(offered[1] ?? 0) - (offered[0] ?? 0)}`
          : `${offered.join(', ')} MiB`,
      ...defined({
        fix:
          better === undefined
            ? undefined
            : better.cpu === cpu
              ? `use memoryLimitMiB: ${better.memoryMiB}`
              : `use cpu: ${better.cpu}, memoryLimitMiB: ${better.memoryMiB}`,
      }),
    });
  }
  return { cpu, memoryMiB };
}
