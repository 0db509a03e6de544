import { leastTasks, maxTasks } from '../model/topology';
import type { SizingPlan, WorkloadPlan } from './system-plan';

/** vCPUs of Fargate, by the quota that they count for. */
export interface VcpuSums {
  readonly onDemand: VcpuSum;
  readonly spot: VcpuSum;
}

export interface VcpuSum {
  /** With the desired numbers of tasks; where auto scaling owns them, with the smallest. */
  readonly desired: number;
  /** While a deployment replaces the tasks of all services at the desired numbers. */
  readonly deployment: number;
  /** With the largest numbers of tasks to which auto scaling may go. */
  readonly maximum: number;
  /** While a deployment replaces the tasks of all services at the largest numbers. */
  readonly maximumDeployment: number;
}

/** CPU units of one vCPU. */
const CPU_UNITS = 1024;

/** Of all tasks of a system, gateways included; those of agents and Envoys are parts of their tasks. */
export function fargateVcpus(workloads: readonly Pick<WorkloadPlan, 'sizing'>[]): VcpuSums {
  return { onDemand: sumOf(workloads, onDemandTasks), spot: sumOf(workloads, spotTasks) };
}

type Share = (sizing: SizingPlan, tasks: number) => number;

function sumOf(workloads: readonly Pick<WorkloadPlan, 'sizing'>[], share: Share): VcpuSum {
  const sum = (tasks: (sizing: SizingPlan) => number): number =>
    workloads.reduce((total, { sizing }) => total + (share(sizing, tasks(sizing)) * sizing.cpu) / CPU_UNITS, 0);
  return {
    desired: sum(leastTasks),
    deployment: sum((sizing) => tasksInDeployment(sizing, leastTasks(sizing))),
    maximum: sum(maxTasks),
    maximumDeployment: sum((sizing) => tasksInDeployment(sizing, maxTasks(sizing))),
  };
}

/**
 * ECS rounds the upper limit down.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export function tasksInDeployment({ replacement }: SizingPlan, tasks: number): number {
  return Math.max(tasks, Math.floor((tasks * replacement.maxHealthyPercent) / 100));
}

function onDemandTasks(sizing: SizingPlan, tasks: number): number {
  return sizing.capacityProviders.length === 0 ? tasks : ofProvider('FARGATE', sizing, tasks);
}

function spotTasks(sizing: SizingPlan, tasks: number): number {
  return ofProvider('FARGATE_SPOT', sizing, tasks);
}

/**
 * The base first, then by weight; rounded up, since the page does not say who gets the task that is left over.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
function ofProvider(name: string, { capacityProviders }: SizingPlan, tasks: number): number {
  const own = capacityProviders.find((provider) => provider.name === name);
  if (own === undefined) return 0;
  const base = capacityProviders.reduce((sum, provider) => sum + provider.base, 0);
  const weights = capacityProviders.reduce((sum, { weight }) => sum + weight, 0);
  return Math.min(own.base, tasks) + Math.ceil((Math.max(0, tasks - base) * own.weight) / weights);
}
