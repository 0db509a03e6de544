import type { EdgeTopology, Service, Topology } from './topology';

/** All that may call a service: those that list it, and the gateways whose edges have a route to it. */
export function everyCaller({
  callers,
  gateways,
}: {
  readonly callers: readonly string[];
  readonly gateways: readonly string[];
}): readonly string[] {
  return [...callers, ...gateways];
}

/** The services to which the gateway of an edge sends requests. */
export function servicesBehind(
  { services }: Pick<Topology, 'services'>,
  { gatewayName }: Pick<EdgeTopology, 'gatewayName'>,
): readonly Service[] {
  return services.filter(({ gateways }) => gateways.includes(gatewayName));
}
