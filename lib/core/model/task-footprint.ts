import { APPLICATION_CONTAINER, COLLECTOR_CONTAINER, COLLECTOR_MEMORY_MIB, LOG_ROUTER_CONTAINER, XRAY_PORT } from './constants';
import type { PrometheusSettings } from './observability/settings';
import type { TracingSettings } from './observability/tracing';
import { hasCollector, OTLP_PORTS } from './observability/tracing';

/** What stands in every task beside the user's containers. */
export interface TaskFootprint {
  /** Ports on which something listens, and what. */
  readonly ports: ReadonlyMap<number, string>;
  /** Containers, and the memory that each reserves. */
  readonly containers: readonly { readonly name: string; readonly memoryMiB: number }[];
  /** Port on which HTTP and gRPC services are called, unless they set `virtualPort`. */
  readonly virtualPort: number;
}

const COLLECTOR = 'the tracing collector';

/** What the collector of a task reserves. */
export function collectorMemoryOf(tracing: TracingSettings | undefined): number {
  const own = tracing?.kind === 'openTelemetry' && tracing.collector.kind === 'sidecar' ? tracing.collector : undefined;
  return own?.memoryReservationMiB ?? COLLECTOR_MEMORY_MIB;
}

/** The footprint of a mesh in tasks that are traced, or not. */
export function footprintOf(mesh: TaskFootprint, tracing: TracingSettings | undefined): TaskFootprint {
  const openTelemetry = tracing?.kind === 'openTelemetry' && hasCollector(tracing);
  return {
    ...mesh,
    ports: new Map([
      // Whether a system is traced or not, its applications leave this port alone: they may be traced tomorrow.
      [XRAY_PORT, COLLECTOR],
      ...(openTelemetry ? Object.values(OTLP_PORTS).map((port): [number, string] => [port, COLLECTOR]) : []),
      ...mesh.ports,
    ]),
    containers: [
      { name: APPLICATION_CONTAINER, memoryMiB: 0 },
      ...mesh.containers,
      ...(hasCollector(tracing) ? [{ name: COLLECTOR_CONTAINER, memoryMiB: collectorMemoryOf(tracing) }] : []),
    ],
  };
}

/** What stands in tasks with an endpoint for Prometheus. */
export function footprintWithPrometheus(settings: PrometheusSettings | undefined, footprint: TaskFootprint): TaskFootprint {
  if (settings === undefined) return footprint;
  return { ...footprint, ports: new Map([...footprint.ports, [settings.port, "Envoy's endpoint for Prometheus"]]) };
}

/** Names that no container of the user's can have. */
export function reservedContainers({ containers }: TaskFootprint): readonly string[] {
  return [...new Set([...containers.map(({ name }) => name), COLLECTOR_CONTAINER, LOG_ROUTER_CONTAINER])];
}
