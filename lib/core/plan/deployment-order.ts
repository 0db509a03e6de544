import { everyCaller } from '../model/callers';
import type { Topology } from '../model/topology';
import type { DeploymentOrderPlan } from './system-plan';

/**
 * Callers of a service with versions are deployed after it. A task has the names of its callees' versions: if it started before
 * they exist (`versions` added to a running service, or all versions replaced), its calls would fail. A service without versions
 * keeps its name, so its callers do not wait.
 *
 * In a call cycle, direct or not, neither waits: each might need the other to start.
 */
export function deploymentOrder({ services }: Topology): readonly DeploymentOrderPlan[] {
  const calls = new Map(services.map((service) => [service.name, service.calls]));
  return services
    .filter(({ versions }) => versions !== undefined)
    .flatMap((callee) => {
      const reached = reachedFrom(callee.name, calls);
      return everyCaller(callee)
        .filter((caller) => !reached.has(caller))
        .map((caller) => ({ caller, callee: callee.name }));
    });
}

function reachedFrom(start: string, calls: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set([start]);
  // A set goes on to what is added to it meanwhile.
  for (const name of reached) for (const callee of calls.get(name) ?? []) reached.add(callee);
  return reached;
}
