import type { MeshVariables } from './agent';
import type { Aggregations } from './aggregation';

/**
 * What a task is configured with. It travels compressed in `MESH_CONFIG` of the container `mesh-init`, which writes it to the volume that
 * Envoy, the agent and the aggregator read.
 */
export interface TaskConfig {
  /** Envoy's configuration; absent where a control plane has it. In all of it, `{ "$value": 0 }` stands for the text in `MESH_VALUE_0`. */
  readonly envoy?: unknown;
  /** What the aggregator answers; absent: the task has none. */
  readonly aggregations?: Aggregations;
  /** The agent's settings, but for those that only a deployment knows. */
  readonly variables: MeshVariables;
}

/** The one key of an object that stands for a text which only a deployment knows. No message of Envoy's has a field of that name. */
export const VALUE_KEY = '$value';

/** The environment variable with that text. */
export function valueVariable(index: number): string {
  return `MESH_VALUE_${index}`;
}
