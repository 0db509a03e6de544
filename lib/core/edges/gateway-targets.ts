import { ELB } from '../limits/network';
import type { LimitUse } from '../limits/use';
import type { EdgeTopology } from '../model/topology';
import { maxTasks } from '../model/topology';

/** The Network Load Balancer of an edge is balanced across zones, so that each zone counts all of them. */
export function gatewayTargets({ path, gateway }: EdgeTopology): LimitUse {
  const used = maxTasks(gateway);
  return {
    limit: ELB.targets,
    used,
    path: `${path}.gateway`,
    subject: `the load balancer of the edge leads to up to ${used} tasks`,
    advice: 'use fewer, larger tasks',
  };
}
