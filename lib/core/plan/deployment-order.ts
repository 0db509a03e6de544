import { everyCaller } from '../model/callers';
import type { Topology } from '../model/topology';
import type { DeploymentOrderPlan } from './system-plan';

/**
 * A task knows the versions of its callees by name. Were it there before them (`versions` given to a service that runs, all
 * versions replaced by others), its calls would find nobody. Nobody waits for a service without versions: its name stays.
 *
 * Where a callee calls its caller in turn, by way of others or not, neither waits: each might need the other to start.
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
