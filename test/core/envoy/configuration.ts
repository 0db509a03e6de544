import type { Json, JsonObject } from '../../support/envoy-json';
import { clientGatewayBootstrap } from '../../../lib/core/envoy/client-gateway';
import { CLIENT_GATEWAY_NAME } from '../../../lib/core/model/clients';
import { gatewayBootstrap } from '../../../lib/core/envoy/gateway';
import { sidecarBootstrap } from '../../../lib/core/envoy/sidecar';
import { topologyOf } from '../../support/parsing';

/** The configuration of one service of a mesh, of its gateway, or of its client gateway. */
export function configurationOf(props: unknown, name: string): JsonObject {
  const topology = topologyOf(props);
  if (name === CLIENT_GATEWAY_NAME && topology.clientGateway !== undefined)
    return asJson(clientGatewayBootstrap(topology, topology.clientGateway));
  if (name === 'gateway') return asJson(gatewayBootstrap(topology, topology.edges[0]));
  return asJson(
    sidecarBootstrap(
      topology,
      topology.services.find((service) => service.name === name)!,
    ),
  );
}

/** A message as tests look into it, by names of fields that may not be there. */
export function asJson(message: object): JsonObject {
  return message as JsonObject;
}

/** A value in it, by a path such as `static_resources.listeners.0.name`. */
export function at(value: Json | object | undefined, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>((inside, key) => (typeof inside === 'object' ? (inside as JsonObject)[key] : undefined), value as Json);
}

/** A text in it; empty if there is none. */
export function textAt(value: Json | undefined, path: string): string {
  const text = at(value, path);
  return typeof text === 'string' ? text : '';
}

export function listener(configuration: JsonObject, name: string): JsonObject {
  return named(configuration, 'listeners', name);
}

export function cluster(configuration: JsonObject, name: string): JsonObject {
  return named(configuration, 'clusters', name);
}

function named(configuration: JsonObject, kind: string, name: string): JsonObject {
  const all = at(configuration, `static_resources.${kind}`) as readonly JsonObject[];
  return all.find((each) => each['name'] === name)!;
}
