import { everyCaller } from '../model/callers';
import type { Topology } from '../model/topology';
import type { DeploymentOrderPlan } from './system-plan';

/**
 * Callers are deployed after those whom they call, and gateways after those to whom their routes lead. A task that starts before its
 * callees are there (a new service that is called in the same deployment, `versions` added to a service or taken away, all versions
 * replaced, a first deployment) would fail its calls until they are, and for as long as its resolver remembers that they were not.
 *
 * In a call cycle, direct or not, neither waits: each might need the other to start.
 */
export function deploymentOrder({ services }: Topology): readonly DeploymentOrderPlan[] {
  const calls = new Map(services.map((service) => [service.name, service.calls]));
  return services.flatMap((callee) => {
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
