import type { Bootstrap, RuntimeLayer } from './api/bootstrap';

/**
 * What Envoy reads at run time, or finds beside its configuration. A later layer overrides an earlier one.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/operations/runtime
 */
export function layeredRuntime(layers: readonly RuntimeLayer[]): Pick<Bootstrap, 'layered_runtime'> {
  return layers.length === 0 ? {} : { layered_runtime: { layers } };
}
