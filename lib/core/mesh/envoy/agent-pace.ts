import { CLOUD_MAP } from '../../limits/discovery';
import { SSM } from '../../limits/security';
import { callPolicyOf } from '../../model/call-policy';
import { servicesBehind } from '../../model/callers';
import { DISCOVERY_TTL_SECONDS } from '../../model/constants';
import type { Service, Sizing } from '../../model/topology';
import { maxTasks, registrationsOf, serviceAs } from '../../model/topology';
import { tasksInDeployment } from '../../plan/fargate-vcpus';
import type { SizingPlan } from '../../plan/system-plan';
import type { AgentPace } from '../../plan/workload/agent';
import { tellsCaller } from '../../plan/workload/agent';
import { sizingOf } from '../../plan/workload/sizing';
import { weightedCallees } from '../../plan/workload/weights';
import type { EnvoyMeshSettings, EnvoyTopology } from './settings';

/** What the agents of some tasks ask AWS for, each of them in turn. */
export interface AgentQuestions {
  /** Services whose tasks they list: callees that say it when they leave, and their own for the zones of its tasks. */
  readonly lists: number;
  /** Callees that leave without a word. */
  readonly silentLists: number;
  /** Requests for weights. */
  readonly weights: number;
  readonly tasks: number;
}

/** Of all tasks, however many each workload has. */
export function agentQuestions(topology: EnvoyTopology, tasksOf: (sizing: SizingPlan) => number): AgentQuestions {
  const { services, edges } = topology;
  const askers = [
    ...services.flatMap((service) => {
      const callees = services.filter(({ name }) => service.calls.includes(name));
      return workloadsOf(service).map((sizing) => ({ sizing, caller: service, callees }));
    }),
    ...edges.map((edge) => ({ sizing: edge.gateway, caller: undefined, callees: servicesBehind(topology, edge) })),
  ];
  const all = askers.map(({ sizing, caller, callees }) => {
    const tasks = tasksOf(sizingOf(sizing));
    const discovered = callees.flatMap((callee) => {
      const count = registrationsOf(callee).filter(({ discovery }) => discovery === 'cloudMap').length;
      return [{ count, tells: tellsCaller(callPolicyOf(caller, callee)) }];
    });
    const count = (tells: boolean): number => discovered.filter((each) => each.tells === tells).reduce((sum, each) => sum + each.count, 0);
    const own = count(true) + count(false) > 0 ? 1 : 0;
    return {
      lists: tasks * (count(true) + own),
      silentLists: tasks * count(false),
      weights: tasks * Math.ceil(weightedCallees(callees).length / SSM.namesOfRequest.value),
      tasks,
    };
  });
  const sum = (each: (questions: AgentQuestions) => number): number => all.reduce((total, questions) => total + each(questions), 0);
  return {
    lists: sum(({ lists }) => lists),
    silentLists: sum(({ silentLists }) => silentLists),
    weights: sum(({ weights }) => weights),
    tasks: sum(({ tasks }) => tasks),
  };
}

function workloadsOf(service: Service): readonly Sizing[] {
  return service.versions?.map((version) => serviceAs(service, version)) ?? [service];
}

/** With as many tasks as there can be outside of a deployment. */
export function mostQuestions(topology: EnvoyTopology): AgentQuestions {
  return agentQuestions(topology, maxTasks);
}

/** While a deployment replaces all of them. */
export function questionsInDeployment(topology: EnvoyTopology): AgentQuestions {
  return agentQuestions(topology, (sizing) => tasksInDeployment(sizing, maxTasks(sizing)));
}

/** Of requests for lists, some are left for what cannot wait, and for tasks that start. */
const SILENT_SHARE = 0.5;

/**
 * How fast agents ask: as often as they are meant to, or as the system's rate lets all of them, when each task asks at once for all that
 * it ever asks. In steps, so that a new service hardly ever changes the pace of others, which stands in their task definitions.
 */
export function agentPace(topology: EnvoyTopology): AgentPace {
  return paceOf(mostQuestions(topology), topology.mesh);
}

/** @param questions of all tasks */
export function paceOf(
  { lists, silentLists, weights }: Omit<AgentQuestions, 'tasks'>,
  {
    discoveryIntervalSeconds,
    weightsIntervalSeconds,
    discoveryRateLimit,
    weightsRateLimit,
  }: Pick<EnvoyMeshSettings, 'discoveryIntervalSeconds' | 'weightsIntervalSeconds' | 'discoveryRateLimit' | 'weightsRateLimit'>,
): AgentPace {
  const listRate = (discoveryRateLimit * CLOUD_MAP.lists.value) / CLOUD_MAP.revisions.value;
  const pollSeconds = stepAbove(discoveryIntervalSeconds, (lists + silentLists) / discoveryRateLimit);
  // A list is as old as two turns and their jitter, or as a DNS answer.
  const fresh = Math.max(DISCOVERY_TTL_SECONDS, Math.ceil(pollSeconds * 2.5));
  const silentListSeconds = stepAbove(fresh, silentLists / (listRate * SILENT_SHARE));
  return {
    pollSeconds,
    silentListSeconds,
    listSeconds: stepAbove(discoveryIntervalSeconds, lists / (listRate - silentLists / silentListSeconds)),
    weightsSeconds: stepAbove(weightsIntervalSeconds, weights / weightsRateLimit),
  };
}

/** The least, or 1.5, 2, 3, 4, 6, 8 … times that. */
export function stepAbove(least: number, wanted: number): number {
  let step = least;
  while (step < wanted) {
    if (step * 1.5 >= wanted) return step * 1.5;
    step *= 2;
  }
  return step;
}
