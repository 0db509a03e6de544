import type { MeshSettings, Topology } from '../../model/topology';

export interface EnvoyMeshSettings extends MeshSettings {
  readonly provider: 'envoy';
  /** How often agents ask Cloud Map for the tasks of callees that DNS cannot name all. */
  readonly discoveryIntervalSeconds: number;
  /** How often agents ask for the weights of versions. */
  readonly weightsIntervalSeconds: number;
  /** After which a connection between tasks ends, so that both sides prove their identity anew. */
  readonly maxConnectionSeconds: number;
}

export type EnvoyTopology = Topology<EnvoyMeshSettings>;
