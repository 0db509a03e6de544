import { ECS } from '../../limits/ecs';
import type { MeshWorkloadPlan } from '../../plan/system-plan';
import { pathOfWorkload } from '../../plan/system-plan';
import type { IssueList } from '../../reading/issues';

/** Tasks reach file systems past Envoy, by one more port that it leaves alone. */
export function checkFileSystems(workloads: readonly MeshWorkloadPlan[], issues: IssueList): void {
  for (const workload of workloads) {
    const { length: count } = workload.interception?.ignoredPorts ?? [];
    if (count <= ECS.proxyIgnoredPorts.value) continue;
    issues.add({
      code: 'CONFLICT',
      path: `${pathOfWorkload(workload)}.volumes`,
      message: `a file system takes one more port that Envoy leaves alone, which makes ${count}`,
      allowed: `at most ${ECS.proxyIgnoredPorts.value} with those of ignoredEgressPorts`,
      fix: 'remove a port from ignoredEgressPorts of the mesh',
    });
  }
}
