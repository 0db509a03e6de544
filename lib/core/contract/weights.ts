/** By the name of a version. */
export type Weights = Readonly<Record<string, number>>;

/** What the parameter of a service with versions holds, as JSON. People may write it by hand. */
export interface WeightsDocument {
  readonly weights: Weights;
  /** Routes that have weights of their own in place of the service's, by name. */
  readonly routes?: Readonly<Record<string, Weights>>;
}

/**
 * Envoy's runtime keys of a service's weights, or of those of one of its routes, begin with this.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-weightedcluster
 */
export function weightsPrefix(service: string, route?: string): string {
  return `weights.${service}${route === undefined ? '' : `.routes.${route}`}`;
}

/** The key of one version's weight. Of weighted clusters Envoy itself joins the two in this way. */
export function weightKey(prefix: string, cluster: string): string {
  return `${prefix}.${cluster}`;
}
