import type { SystemPlan } from '../plan/system-plan';
import type { IssueList } from '../reading/issues';
import type { Topology } from '../model/topology';
import type { Capabilities } from './features';

/** A way to carry the calls between services. Pure: what a provider plans, lib/cdk/compute renders. */
export interface MeshProvider {
  readonly id: Topology['mesh']['provider'];
  /** How users write it. */
  readonly factory: string;
  readonly capabilities: Capabilities;
  /** Turns the topology into what to create; adds an issue for what it cannot do and `capabilities` does not tell. */
  plan(topology: Topology, issues: IssueList): SystemPlan;
}
