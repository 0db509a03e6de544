import { INBOUND_PORT } from './constants';
import type { Service, Topology } from './topology';

/**
 * A service may have several ports. Each of them but the first is a virtual service of its own: with its name, protocol, policies and
 * callers, and without tasks. Its tasks are those of the service, whose Envoy listens for it on a port of its own.
 */
export interface AdditionalPort {
  /** The service whose tasks listen. */
  readonly service: string;
  /** Its name among the ports of the service. */
  readonly name: string;
  /** Where the Envoys of the tasks take its calls. */
  readonly inboundPort: number;
}

const FIRST = 15_200;
const COUNT = 800;

/** From the name alone, so that a port that is added moves no other one, and callers open one port for all that have a name. */
export function inboundPortOfName(name: string): number {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % COUNT;
  return FIRST + hash;
}

/** Whether some name has it. */
export function isInboundPortOfName(port: number): boolean {
  return port >= FIRST && port < FIRST + COUNT;
}

/** Where the Envoys of its tasks take its calls. */
export function inboundPortOf({ additionalPort }: Pick<Service, 'additionalPort'>): number {
  return additionalPort?.inboundPort ?? INBOUND_PORT;
}

/** The service whose tasks answer, and whose identity they prove. */
export function ownerOf({ name, additionalPort }: Pick<Service, 'name' | 'additionalPort'>): string {
  return additionalPort?.service ?? name;
}

/** What has tasks. */
export function withTasks(services: readonly Service[]): readonly Service[] {
  return services.filter(({ additionalPort }) => additionalPort === undefined);
}

/** The virtual services of a service's ports but the first, by their names. */
export function additionalPortsOf({ services }: Pick<Topology, 'services'>, { name }: Pick<Service, 'name'>): readonly Service[] {
  let byOwner = BY_OWNER.get(services);
  if (byOwner === undefined) {
    byOwner = groupedByOwner(services);
    BY_OWNER.set(services, byOwner);
  }
  return byOwner.get(name) ?? NONE;
}

/** Of the services of a topology, which do not change: each service asks, and would go through all of them. */
const BY_OWNER = new WeakMap<readonly Service[], ReadonlyMap<string, readonly Service[]>>();
const NONE: readonly Service[] = [];

function groupedByOwner(services: readonly Service[]): ReadonlyMap<string, readonly Service[]> {
  const byOwner = new Map<string, Service[]>();
  for (const service of services) {
    if (service.additionalPort === undefined) continue;
    const owner = service.additionalPort.service;
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), service]);
  }
  return byOwner;
}
