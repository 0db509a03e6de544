import type { DiscoveryModel, RegistryModel } from '../template/system';

export interface Instance {
  readonly id: string;
  readonly address: string;
  readonly port?: number;
  /** Its availability zone. */
  readonly zone?: string;
  readonly healthy: boolean;
}

interface Visible {
  readonly instances: readonly Instance[];
  readonly revision: number;
}

/** Cloud Map: which instances a service has, and which of them it shows. */
export class CloudMap {
  private readonly instances = new Map<string, Map<string, Instance>>();
  /** What callers see. Runs behind `instances` by the propagation delay. */
  private readonly visible = new Map<string, Visible>();
  private readonly pending = new Set<NodeJS.Timeout>();

  /**
   * @param propagationMs How long a change takes to show in DNS. In AWS that is seconds; by default a change
   *   shows at once, and a test of what happens meanwhile says how long.
   * @param healthDelayMs How long Cloud Map waits before it believes a health status: "AWS Cloud Map waits approximately 30
   *   seconds", says https://docs.aws.amazon.com/cloud-map/latest/api/API_HealthCheckCustomConfig.html
   */
  constructor(
    public services: readonly DiscoveryModel[],
    private readonly propagationMs = 0,
    private readonly healthDelayMs = 30_000,
  ) {}

  register(service: string, instance: Instance): void {
    this.change(service, (instances) => instances.set(instance.id, instance));
  }

  deregister(service: string, id: string): void {
    this.change(service, (instances) => instances.delete(id));
  }

  /** Health as a task, or ECS, reports it: much later than it says so. */
  reportHealth(service: string, id: string, healthy: boolean): void {
    const timer = setTimeout(() => {
      this.pending.delete(timer);
      // By now the service may be deleted.
      if (this.find(service) !== undefined) this.setHealth(service, id, healthy);
    }, this.healthDelayMs);
    this.pending.add(timer);
  }

  /** Health as Cloud Map has it in the end. Without a custom health check it has no place to write it to. */
  setHealth(service: string, id: string, healthy: boolean): void {
    this.change(service, (instances) => {
      const instance = instances.get(id);
      if (instance !== undefined) instances.set(id, { ...instance, healthy });
    });
  }

  /** All instances, healthy or not, as ListInstances tells. */
  registered(service: string): readonly Instance[] {
    return [...(this.instances.get(this.service(service).logicalId)?.values() ?? [])];
  }

  /** The instances that discovery shows at this moment. */
  discoverable(service: string): readonly Instance[] {
    const { customHealth } = this.service(service);
    return this.shown(service).filter((instance) => instance.healthy || !customHealth);
  }

  /** The same, and the unhealthy ones. */
  shown(service: string): readonly Instance[] {
    return this.visible.get(this.service(service).logicalId)?.instances ?? [];
  }

  /** Grows when an instance comes or goes; its health does not count. */
  revision(service: string): number {
    return this.visible.get(this.service(service).logicalId)?.revision ?? 0;
  }

  close(): void {
    for (const timer of this.pending) clearTimeout(timer);
    this.pending.clear();
  }

  /** Finds a service by logical ID or full name. */
  private service(name: string): DiscoveryModel {
    const found = this.find(name);
    if (found === undefined)
      throw new Error(`Cloud Map has no service "${name}"; it has ${this.services.map((service) => service.name).join(', ')}`);
    return found;
  }

  private find(name: string): DiscoveryModel | undefined {
    return this.services.find((service) => service.logicalId === name || service.name === name);
  }

  private change(name: string, edit: (instances: Map<string, Instance>) => void): void {
    const { logicalId } = this.service(name);
    const instances = this.instances.get(logicalId) ?? new Map<string, Instance>();
    this.instances.set(logicalId, instances);
    edit(instances);
    const snapshot = [...instances.values()];
    const show = (): void => {
      const before = this.visible.get(logicalId) ?? { instances: [], revision: 0 };
      const isSame = idsOf(before.instances) === idsOf(snapshot);
      this.visible.set(logicalId, { instances: snapshot, revision: before.revision + (isSame ? 0 : 1) });
    };
    if (this.propagationMs === 0) {
      show();
      return;
    }
    const timer = setTimeout(() => {
      this.pending.delete(timer);
      show();
    }, this.propagationMs);
    this.pending.add(timer);
  }
}

/** A task as ECS registers it. */
export function registerTask(cloudMap: CloudMap, registries: readonly RegistryModel[], task: Omit<Instance, 'port'>): void {
  for (const { discovery, port } of registries) cloudMap.register(discovery, { ...task, ...(port !== undefined && { port }) });
}

/** The tasks of a service that others find by its registries. */
export function healthyTasks(cloudMap: CloudMap, registries: readonly RegistryModel[]): readonly Instance[] {
  return registries.flatMap(({ discovery }) => cloudMap.discoverable(discovery));
}

function idsOf(instances: readonly Instance[]): string {
  return instances
    .map(({ id }) => id)
    .sort()
    .join();
}
