import { meanSilentListSeconds } from '../../contract/agent';
import { CLOUD_MAP } from '../../limits/discovery';
import { SSM } from '../../limits/security';
import { allNamed } from '../../model/by-name';
import { callPolicyOf } from '../../model/call-policy';
import { withTasks } from '../../model/service-ports';
import { servicesBehind } from '../../model/callers';
import { DISCOVERY_TTL_SECONDS } from '../../model/constants';
import type { Service } from '../../model/topology';
import { maxTasks, registrationsOf, serviceAs } from '../../model/topology';
import { tasksInDeployment } from '../../plan/fargate-vcpus';
import type { SizingPlan } from '../../plan/system-plan';
import type { AgentPace } from '../../plan/workload/agent';
import { noticesStop } from '../../plan/workload/agent';
import { sizingOf } from '../../plan/workload/sizing';
import { weightedCallees } from '../../plan/workload/weights';
import type { EnvoyMeshSettings, EnvoyTopology } from './settings';

/** What the agents of some tasks request from AWS in one turn of each. */
export interface RequestCounts {
  /** Services whose tasks they list: callees whose stop they notice, and their own for the zones of its tasks. */
  readonly lists: number;
  /** Callees whose stop they do not notice. */
  readonly silentLists: number;
  /** Requests for weights. */
  readonly weights: number;
  readonly tasks: number;
}

/** Of all tasks, however many each workload has. */
export function requestCounts(topology: EnvoyTopology, tasksOf: (sizing: SizingPlan) => number): RequestCounts {
  const { services, edges, clientGateway } = topology;
  const gateways = [
    ...edges.map(({ gatewayName, gateway }) => ({ gatewayName, sizing: gateway })),
    ...(clientGateway === undefined ? [] : [{ gatewayName: clientGateway.name, sizing: clientGateway.sizing }]),
  ];
  const callers = [
    ...withTasks(services).flatMap((service) => {
      const callees = allNamed(services, service.calls);
      return workloadsOf(service).map((sizing) => ({ sizing, caller: service, callees }));
    }),
    ...gateways.map((gateway) => ({ sizing: gateway.sizing, caller: undefined, callees: servicesBehind(topology, gateway) })),
  ];
  const all = callers.map(({ sizing, caller, callees }) => {
    const tasks = tasksOf(sizingOf(sizing));
    const discovered = callees.flatMap((callee) => {
      const count = registrationsOf(callee).filter(({ discovery }) => discovery === 'cloudMap').length;
      return [{ count, noticed: noticesStop(callPolicyOf(caller, callee)) }];
    });
    const count = (noticed: boolean): number =>
      discovered.filter((each) => each.noticed === noticed).reduce((sum, each) => sum + each.count, 0);
    const own = count(true) + count(false) > 0 ? 1 : 0;
    return {
      lists: tasks * (count(true) + own),
      silentLists: tasks * count(false),
      weights: tasks * Math.ceil(weightedCallees(callees).length / SSM.namesOfRequest.value),
      tasks,
    };
  });
  const sum = (each: (counts: RequestCounts) => number): number => all.reduce((total, counts) => total + each(counts), 0);
  return {
    lists: sum(({ lists }) => lists),
    silentLists: sum(({ silentLists }) => silentLists),
    weights: sum(({ weights }) => weights),
    tasks: sum(({ tasks }) => tasks),
  };
}

/** The service, or each of its versions. */
export function workloadsOf(service: Service): readonly Service[] {
  return service.versions?.map((version) => serviceAs(service, version)) ?? [service];
}

/** With as many tasks as there can be outside of a deployment. */
export function largestRequestCounts(topology: EnvoyTopology): RequestCounts {
  return requestCounts(topology, maxTasks);
}

/** While a deployment replaces all of them. */
export function requestCountsInDeployment(topology: EnvoyTopology): RequestCounts {
  return requestCounts(topology, (sizing) => tasksInDeployment(sizing, maxTasks(sizing)));
}

/** Which share of the rate of lists goes to silent callees at most; the rest is left for the others, and for tasks that start. */
const SILENT_SHARE = 0.5;

/**
 * How often agents send requests: as often as they are meant to, or as the rate lets all of them, when each task requests at once all that
 * it ever does. In steps, so that a new service hardly ever changes the pace of others, which stands in their task definitions.
 */
export function agentPace(topology: EnvoyTopology): AgentPace {
  return paceOf(largestRequestCounts(topology), topology.mesh);
}

/** The least discoveryRateLimit with which agents are fast enough, of those that are larger than the present one. */
export function leastRate(topology: EnvoyTopology, isEnough: (pace: AgentPace) => boolean): number {
  const counts = largestRequestCounts(topology);
  const suffices = (rate: number): boolean => isEnough(paceOf(counts, { ...topology.mesh, discoveryRateLimit: rate }));
  let [below, enough] = [topology.mesh.discoveryRateLimit, topology.mesh.discoveryRateLimit];
  while (!suffices(enough)) [below, enough] = [enough, 2 * enough];
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (suffices(middle)) enough = middle;
    else below = middle;
  }
  return Math.ceil(enough);
}

/** @param counts of all tasks */
export function paceOf(
  { lists, silentLists, weights }: Omit<RequestCounts, 'tasks'>,
  {
    discoveryIntervalSeconds,
    weightsIntervalSeconds,
    discoveryRateLimit,
    weightsRateLimit,
  }: Pick<EnvoyMeshSettings, 'discoveryIntervalSeconds' | 'weightsIntervalSeconds' | 'discoveryRateLimit' | 'weightsRateLimit'>,
): AgentPace {
  const listRate = (discoveryRateLimit * CLOUD_MAP.lists.value) / CLOUD_MAP.revisions.value;
  const pollSeconds = stepAbove(discoveryIntervalSeconds, (lists + silentLists) / discoveryRateLimit);
  const silentListSeconds = stepAbove(
    leastSilentListSeconds(discoveryIntervalSeconds),
    Math.max(pollSeconds * LOOKS_OF_LIST, silentLists / (listRate * SILENT_SHARE) / meanSilentListSeconds(1)),
  );
  return {
    pollSeconds,
    silentListSeconds,
    listSeconds: stepAbove(discoveryIntervalSeconds, lists / (listRate - silentLists / meanSilentListSeconds(silentListSeconds))),
    weightsSeconds: stepAbove(weightsIntervalSeconds, weights / weightsRateLimit),
  };
}

/** Of a silent callee, a list is requested again after about so many requests for its revision. */
const LOOKS_OF_LIST = 2.5;

/** How old a list of a silent callee may be where no rate limits it: as old as a DNS answer, or more with a longer interval. */
export function leastSilentListSeconds(discoveryIntervalSeconds: number): number {
  return Math.max(DISCOVERY_TTL_SECONDS, Math.ceil(discoveryIntervalSeconds * LOOKS_OF_LIST));
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
