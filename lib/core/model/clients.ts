import { CLIENT_GATEWAY_NAME } from '../contract/client';
import type { Service, Sizing, Topology } from './topology';

export { CLIENT_GATEWAY_NAME };

/** Where the client gateway takes requests. */
export const CLIENT_GATEWAY_PORT = 15008;

/** Callers outside of the mesh, and the service through which they call. */
export interface ClientGateway {
  readonly name: typeof CLIENT_GATEWAY_NAME;
  /** Sorted by name. */
  readonly clients: readonly Client[];
  /** Below which clients find services: `clients.<domain>`. */
  readonly domain: string;
  readonly sizing: Sizing;
}

/** A caller outside of the mesh, whose role proves its identity. */
export interface Client {
  readonly name: string;
  /** Where it stands in the props, such as `clients.report`. */
  readonly path: string;
  /** Names of the services that it calls, sorted. */
  readonly calls: readonly string[];
}

/** The clients that call a service. */
export function clientsOf({ clientGateway }: Pick<Topology, 'clientGateway'>, { name }: Pick<Service, 'name'>): readonly string[] {
  return (clientGateway?.clients ?? []).filter(({ calls }) => calls.includes(name)).map((client) => client.name);
}

/** The host by which clients call a service. */
export function clientHost({ domain }: Pick<ClientGateway, 'domain'>, service: string): string {
  return `${service}.${domain}`;
}

/** With the port and without it, since clients differ. */
export function clientAuthorities(gateway: Pick<ClientGateway, 'domain'>, { name }: Pick<Service, 'name'>): readonly string[] {
  const host = clientHost(gateway, name);
  return [host, `${host}:${CLIENT_GATEWAY_PORT}`];
}
