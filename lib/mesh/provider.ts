import type { SystemPlan } from '../plan/model';
import type { IssueList } from '../topology/issues';
import type { Topology } from '../topology/model';

/**
 * A way to carry the calls between services. Pure: what a provider plans, lib/compute renders. (A provider with
 * resources of its own, such as App Mesh, will add a render step here.)
 */
export interface MeshProvider {
  readonly id: Topology['mesh']['provider'];
  /** Turns the topology into what to create; adds an issue for what it cannot do. */
  plan(topology: Topology, issues: IssueList): SystemPlan;
}
