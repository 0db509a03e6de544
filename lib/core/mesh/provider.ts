import type { MeshSettings, Topology } from '../model/topology';
import type { TaskFootprint } from '../model/task-footprint';
import type { MeshPlan } from '../plan/system-plan';
import type { IssueList } from '../reading/issues';
import type { Reader } from '../reading/reader';
import type { Capabilities } from './features';

/**
 * A way to carry the calls between services: a column of its own, which nothing but the registry (providers.ts) knows.
 * Pure; resources of a control plane are rendered in a folder of the same name in lib/cdk/mesh.
 */
export interface MeshProvider<Settings extends MeshSettings = MeshSettings> {
  /** How the props and the plan name it, such as `envoy`. */
  readonly id: string;
  /** How users write it, such as `Mesh.envoy()`. */
  readonly factory: string;
  /** What it can do, and why not what it cannot: errors, tests and the table in docs/app-mesh.md come from here. */
  readonly capabilities: Capabilities;
  /** The names of its options, beside those that all have (shared-options.ts). */
  readonly options: readonly string[];
  /** What it adds to every task, and where services are called. */
  readonly footprint: TaskFootprint;
  /**
   * Reads its options, and adds an issue for what is wrong with them.
   *
   * @param services all of them, since options may name some
   */
  parse(at: Reader, services: Reader): Settings;
  /** The address to which the virtual name of each service resolves inside of tasks: of its own name alone (law 5). */
  virtualAddresses(names: readonly string[]): ReadonlyMap<string, string>;
  /** Turns the topology into what to create; adds an issue for what it cannot do and `capabilities` does not express. */
  plan(topology: Topology<Settings>, issues: IssueList): MeshPlan;
}
