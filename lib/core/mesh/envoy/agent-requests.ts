import { meanSilentListSeconds } from '../../contract/agent';
import { CHECK_SECONDS } from '../../contract/issuing';
import { CLOUD_MAP } from '../../limits/discovery';
import { FARGATE } from '../../limits/ecs';
import { KMS, LAMBDA, PRIVATE_CA, SSM } from '../../limits/security';
import type { LimitUse } from '../../limits/use';
import type { Warning } from '../../model/topology';
import type { AgentPace } from '../../plan/workload/agent';
import type { RequestCounts } from './agent-pace';
import { requestCountsInDeployment } from './agent-pace';
import type { EnvoyTopology } from './settings';
import { slowDiscovery, slowWeights } from './slow-agents';
import { unnoticedStops } from './unnoticed-stops';

export interface AgentRequests {
  readonly uses: readonly LimitUse[];
  readonly warnings: readonly Warning[];
}

/** How many requests the agents of all tasks send to AWS, with the largest numbers of tasks; accounts have quotas on that. */
export function agentRequests(topology: EnvoyTopology, pace: AgentPace): AgentRequests {
  const most = requestCountsInDeployment(topology);
  return {
    uses: [...discoveryUses(most, pace), ...weightsUses(most, pace), ...certificateUses(most, topology)],
    warnings: [...slowDiscovery(topology, pace), ...unnoticedStops(topology, pace), ...slowWeights(topology, pace)],
  };
}

function discoveryUses({ lists, silentLists }: RequestCounts, pace: AgentPace): readonly LimitUse[] {
  const revisions = Math.ceil((lists + silentLists) / pace.pollSeconds);
  const listed = Math.ceil(lists / pace.listSeconds + silentLists / meanSilentListSeconds(pace.silentListSeconds));
  const common = { path: 'mesh', advice: 'lower discoveryRateLimit of Mesh.envoy(), so that agents send fewer requests' };
  return [
    {
      ...common,
      limit: CLOUD_MAP.revisions,
      used: revisions,
      subject: `while a deployment replaces tasks, agents look up to ${revisions} times a second whether tasks of callees came or went`,
    },
    {
      ...common,
      limit: CLOUD_MAP.lists,
      used: listed,
      subject: `while a deployment replaces tasks, agents list the tasks of callees up to ${listed} times a second`,
    },
  ];
}

function weightsUses({ weights }: RequestCounts, { weightsSeconds }: AgentPace): readonly LimitUse[] {
  const used = Math.ceil(weights / weightsSeconds);
  return [
    {
      limit: SSM.requests,
      used,
      path: 'mesh',
      subject: `while a deployment replaces tasks, agents read the weights of versions up to ${used} times a second`,
      advice: 'lower weightsRateLimit of Mesh.envoy(), so that agents send fewer requests',
    },
  ];
}

/** The least time in which a deployment starts all tasks: those that start together have their certificates within it. */
const START_SECONDS = 60;

/**
 * When authorities change, each task finds out within one check, and requests a certificate; tasks that start do so, too. Renewals are
 * spread over days.
 */
function certificateUses({ tasks }: RequestCounts, { certificates }: EnvoyTopology): readonly LimitUse[] {
  if (certificates.kind === 'none') return [];
  const checks = tasks / CHECK_SECONDS;
  const issued = Math.ceil(checks + Math.min(tasks / START_SECONDS, FARGATE.launches.value));
  const invoked = Math.ceil(checks) + issued;
  const common = {
    path: 'certificates',
    advice: 'change authorities when few tasks run: an agent that is refused tries again, and keeps its certificate meanwhile',
  };
  const requested = `after a change of authorities, while a deployment starts tasks, agents request up to ${issued} certificates a second`;
  return [
    certificates.kind === 'privateCa'
      ? { ...common, limit: PRIVATE_CA.requests, used: issued, subject: requested }
      : { ...common, limit: KMS.signatures, used: issued, subject: `${requested}, each with a signature of KMS` },
    { ...common, limit: KMS.encryptions, used: 2 * issued, subject: `${requested}, which takes ${2 * issued} symmetric operations of KMS` },
    {
      ...common,
      limit: LAMBDA.invocations,
      used: invoked,
      subject: `${requested}, and with the checks of authorities the function is invoked up to ${invoked} times a second`,
    },
  ];
}
