import { CLOUD_MAP } from '../../limits/discovery';
import { SSM } from '../../limits/security';
import type { LimitUse } from '../../limits/use';
import { maxTasks } from '../../model/topology';
import type { MeshWorkloadPlan } from '../../plan/system-plan';
import type { AgentIntervals } from '../../plan/workload/agent';
import { listSecondsOf } from '../../plan/workload/agent';

/** How often the agents of all tasks ask AWS, with the largest numbers of tasks; accounts have limits on that. */
export function agentRequests(workloads: readonly MeshWorkloadPlan[], intervals: AgentIntervals): readonly LimitUse[] {
  const sum = (each: (workload: MeshWorkloadPlan) => number): number =>
    workloads.reduce((total, workload) => total + each(workload) * maxTasks(workload.sizing), 0);
  // A task asks for its own service once, when it starts.
  const targets = sum(({ discovers, name }) => discovers.filter((other) => other !== name).length);
  const reads = sum(({ weightedCallees = [] }) => Math.ceil(weightedCallees.length / SSM.namesOfRequest.value));
  const revisions = Math.ceil(targets / intervals.discoverySeconds);
  const lists = Math.ceil(targets / listSecondsOf(intervals));
  const parameters = Math.ceil(reads / intervals.weightsSeconds);
  const discovery = { path: 'mesh', advice: 'raise discoveryInterval of Mesh.envoy()' };
  return [
    {
      ...discovery,
      limit: CLOUD_MAP.revisions,
      used: revisions,
      subject: `agents look up to ${revisions} times a second whether the tasks of callees have changed`,
    },
    { ...discovery, limit: CLOUD_MAP.lists, used: lists, subject: `agents list the tasks of callees up to ${lists} times a second` },
    {
      limit: SSM.requests,
      used: parameters,
      path: 'mesh',
      subject: `agents read the weights of versions up to ${parameters} times a second`,
      advice: 'raise weightsInterval of Mesh.envoy()',
    },
  ];
}
