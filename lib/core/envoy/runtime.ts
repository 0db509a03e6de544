import type { Json, JsonObject } from './syntax/json';

/**
 * What Envoy reads at run time, or is told beside its configuration. A later layer overrides an earlier one.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/runtime
 */
export function layeredRuntime(layers: readonly Json[]): JsonObject {
  return layers.length === 0 ? {} : { layered_runtime: { layers } };
}
