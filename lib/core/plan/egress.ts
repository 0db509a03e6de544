import type { Topology } from '../model/topology';
import type { SystemPlan } from './system-plan';

/** AWS itself: images, secrets, certificates, logs, Cloud Map, traces; through NAT or VPC endpoints. */
const AWS_PORT = 443;

/**
 * TCP ports to which the tasks of a service may connect, sorted; undefined: to everything. By port alone, to whatever address:
 * of names a security group knows nothing, and groups that name each other would make a dependency cycle where calls go
 * in a circle. Who gets into a task of the mesh is up to the group of that task.
 */
export function egressPorts(plan: SystemPlan, topology: Topology, task: string): readonly number[] | undefined {
  if (topology.egress === 'open') return undefined;
  const callees = plan.ingress.filter(({ from }) => from === task).map(({ port }) => port);
  const outside = topology.external.filter(({ callers }) => callers.includes(task)).map(({ port }) => port);
  return [...new Set([AWS_PORT, ...callees, ...outside])].sort((a, b) => a - b);
}
