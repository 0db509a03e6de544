import { everyCaller } from '../model/callers';
import { ownerOf } from '../model/service-ports';
import type { Topology } from '../model/topology';
import { cycleOf } from './cycles';
import type { DeploymentOrderPlan } from './system-plan';

/**
 * Callers are deployed after those whom they call, and gateways after those to whom their routes lead. A task that starts before its
 * callees are there (a new service that is called in the same deployment, `versions` added to a service or taken away, all versions
 * replaced, a first deployment) would fail its calls until they are, and for as long as its resolver remembers that they were not.
 *
 * In a call cycle, direct or not, neither waits: each might need the other to start.
 */
export function deploymentOrder({ services }: Topology): readonly DeploymentOrderPlan[] {
  // Of a callee with several ports each pair once.
  const pairs = new Map(
    services.flatMap((callee) =>
      everyCaller(callee).map((caller) => [`${caller} ${ownerOf(callee)}`, { caller, callee: ownerOf(callee) }] as const),
    ),
  );
  const order = [...pairs.values()];
  const cycles = cycleOf(order.map(({ caller, callee }) => [caller, callee]));
  return order.filter(({ caller, callee }) => cycles.get(caller) !== cycles.get(callee));
}
