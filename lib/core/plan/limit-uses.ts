import { CLOUD_MAP } from '../limits/discovery';
import { FARGATE } from '../limits/ecs';
import type { Limit } from '../limits/limit';
import { VPC } from '../limits/network';
import { LAMBDA, SSM } from '../limits/security';
import type { LimitUse } from '../limits/use';
import type { EdgeTopology } from '../model/topology';
import { maxTasks } from '../model/topology';
import type { VcpuSum } from './fargate-vcpus';
import { fargateVcpus, tasksInDeployment } from './fargate-vcpus';
import { handedOutUses } from './handed-out';
import type { CertificatePlan, SystemPlan, WeightsPlan, WorkloadPlan } from './system-plan';
import { pathOfWorkload, serviceOf } from './system-plan';
import { counted } from '../reading/input';

type Counted = Pick<SystemPlan, 'workloads' | 'ingress' | 'callersGroups' | 'weights' | 'certificates' | 'groups'>;

/** How much of the limits of AWS a plan takes. What an API takes its kind of edge knows, and what agents ask for their mesh. */
export function limitUses(plan: Counted, edges: readonly Pick<EdgeTopology, 'gatewayName' | 'path'>[]): readonly LimitUse[] {
  const { workloads, weights = [], certificates } = plan;
  const gateways = new Map(edges.map(({ gatewayName, path }) => [gatewayName, `${path}.gateway`]));
  const pathOf = (workload: WorkloadPlan): string => gateways.get(workload.name) ?? pathOfWorkload(workload);
  const { onDemand, spot } = fargateVcpus(workloads);
  return [
    vcpus(FARGATE.onDemand, 'on demand', onDemand),
    vcpus(FARGATE.spot, 'as Spot tasks', spot),
    ...workloads.filter(registers).map((workload) => instancesOfService(workload, pathOf(workload))),
    ...tasksOfSystem(workloads),
    ...inboundRules(plan),
    ...workloads.map((workload) => outboundRules(workload, pathOf(workload))),
    ...weights.map(weightsBytes),
    ...concurrency(certificates),
    ...handedOutUses(plan),
  ];
}

function vcpus(limit: Limit, how: string, { desired, deployment, maximum, maximumDeployment }: VcpuSum): LimitUse {
  const most =
    maximumDeployment === deployment
      ? ''
      : `; with the largest numbers of tasks they take ${maximum}, and ${maximumDeployment} in a deployment`;
  return {
    limit,
    used: maximumDeployment,
    path: 'services',
    subject: `the tasks take ${desired} vCPUs ${how}, and up to ${deployment} while a deployment replaces all of them${most}`,
    advice: 'make tasks smaller or fewer, or lower maxHealthyPercent of their deployments',
  };
}

/** More of them than ECS is asked for there are for a while only. */
function instancesOfService(workload: WorkloadPlan, path: string): LimitUse {
  const used = tasksInDeployment(workload.sizing, maxTasks(workload.sizing));
  return {
    limit: CLOUD_MAP.instancesOfService,
    used,
    path,
    subject: `"${workload.name}" has up to ${used} tasks while a deployment replaces them`,
    advice: 'lower maxHealthyPercent of its deployment: tasks that cannot register wait until others have left',
    passing: true,
  };
}

function registers({ registration }: WorkloadPlan): boolean {
  return registration !== undefined;
}

function tasksOfSystem(workloads: readonly WorkloadPlan[]): readonly LimitUse[] {
  const tasksOf = (some: readonly WorkloadPlan[]): number =>
    some.reduce((sum, { sizing }) => sum + tasksInDeployment(sizing, maxTasks(sizing)), 0);
  const used = tasksOf(workloads);
  const advice = 'lower the numbers of tasks, or maxHealthyPercent of their deployments';
  const subject = `there are up to ${used} tasks while a deployment replaces them`;
  return [
    { limit: CLOUD_MAP.instancesOfNamespace, used: tasksOf(workloads.filter(registers)), path: 'services', subject, advice },
    { limit: VPC.interfaces, used, path: 'services', subject: `${subject}, each with a network interface`, advice },
  ];
}

function inboundRules({ ingress, callersGroups = [] }: Pick<Counted, 'ingress' | 'callersGroups'>): readonly LimitUse[] {
  const openings = callersGroups.flatMap((group) => group.openings);
  const shared = new Set(openings.map(({ to }) => to));
  const counts = new Map<string, number>();
  for (const { to } of [...ingress, ...openings]) counts.set(to, (counts.get(to) ?? 0) + 1);
  return [...counts].map(([to, used]) => {
    const [each, otherwise] = shared.has(to)
      ? ['stack of your own in which it has callers', 'place groups in fewer stacks of your own']
      : ['of its callers', 'leave out Certificates.none(), without which callers share a rule'];
    return {
      limit: VPC.inboundRules,
      used,
      path: `services.${to}`,
      subject: `the security group of "${to}" has ${used} inbound rules, one for each ${each}`,
      advice: `${otherwise}, or put a service between it and some of its callers`,
    };
  });
}

/** A version has the security group of its service. */
function outboundRules(workload: WorkloadPlan, path: string): LimitUse {
  const used = workload.egressPorts?.length ?? 0;
  return {
    limit: VPC.outboundRules,
    used,
    path,
    subject: `the security group of "${serviceOf(workload)}" has ${used} outbound rules, one for each port that it calls`,
    advice: 'use egress: Egress.open(), which takes one',
  };
}

/** Of a shift that is on its way, with its ID and a hash. */
const OF_A_SHIFT = 150;

function weightsBytes({ service, text, shift }: WeightsPlan): LimitUse {
  const bytes = Buffer.byteLength(text);
  // Where it began, where it goes, and where it is.
  const used = shift === undefined ? bytes : 3 * bytes + OF_A_SHIFT;
  return {
    limit: SSM.parameter,
    used,
    path: `services.${service}.versions`,
    subject: `the weights of the versions, and of routes with weights of their own, take ${used} bytes`,
    advice: 'use fewer versions, or fewer routes with weights of their own',
  };
}

function concurrency(certificates: CertificatePlan | undefined): readonly LimitUse[] {
  const used = certificates?.settings.reservedConcurrentExecutions;
  if (used === undefined) return [];
  return [
    {
      limit: LAMBDA.reservedConcurrency,
      used,
      path: 'certificates.reservedConcurrentExecutions',
      subject: `the function that issues certificates reserves ${counted(used, 'execution')}`,
      advice: 'leave reservedConcurrentExecutions out',
    },
  ];
}
