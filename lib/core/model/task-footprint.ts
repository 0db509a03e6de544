import { APPLICATION_CONTAINER, COLLECTOR_CONTAINER, COLLECTOR_MEMORY_MIB, LOG_ROUTER_CONTAINER, XRAY_PORT } from './constants';

/** What stands in every task beside the user's containers. */
export interface TaskFootprint {
  /** Ports on which something listens, and what. */
  readonly ports: ReadonlyMap<number, string>;
  /** Containers, and the memory that each reserves. */
  readonly containers: readonly { readonly name: string; readonly memoryMiB: number }[];
  /** Port on which HTTP and gRPC services are called, unless they set `virtualPort`. */
  readonly virtualPort: number;
}

/** The footprint of a mesh in tasks that are traced, or not. */
export function footprintOf(mesh: TaskFootprint, traced: boolean): TaskFootprint {
  return {
    ...mesh,
    // Whether a system is traced or not, its applications leave the collector's port alone: they may be traced tomorrow.
    ports: new Map([[XRAY_PORT, 'the tracing collector'], ...mesh.ports]),
    containers: [
      { name: APPLICATION_CONTAINER, memoryMiB: 0 },
      ...mesh.containers,
      ...(traced ? [{ name: COLLECTOR_CONTAINER, memoryMiB: COLLECTOR_MEMORY_MIB }] : []),
    ],
  };
}

/** Names that no container of the user's can have. */
export function reservedContainers({ containers }: TaskFootprint): readonly string[] {
  return [...new Set([...containers.map(({ name }) => name), COLLECTOR_CONTAINER, LOG_ROUTER_CONTAINER])];
}
