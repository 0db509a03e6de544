import type { MeshSettings, Topology } from '../../model/topology';

export interface EnvoyMeshSettings extends MeshSettings {
  readonly provider: 'envoy';
  /** How often agents look in Cloud Map for the tasks of callees that DNS cannot name all. */
  readonly discoveryIntervalSeconds: number;
  /** How many requests a second agents may make for that, with all tasks that there can be outside of a deployment. */
  readonly discoveryRateLimit: number;
  /** How often agents ask for the weights of versions. */
  readonly weightsIntervalSeconds: number;
  /** How many requests a second they may make for that. */
  readonly weightsRateLimit: number;
  /** After which a connection between tasks ends, so that both sides prove their identity anew. */
  readonly maxConnectionSeconds: number;
}

export type EnvoyTopology = Topology<EnvoyMeshSettings>;
