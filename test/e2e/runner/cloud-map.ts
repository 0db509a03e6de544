import type { DiscoveryModel } from './system';

export interface Instance {
  readonly id: string;
  readonly address: string;
  readonly port?: number;
  readonly healthy: boolean;
}

/** Cloud Map: which instances a service has, and which of them it shows. */
export class CloudMap {
  private readonly instances = new Map<string, Map<string, Instance>>();
  /** What callers see. Runs behind `instances` by the propagation delay. */
  private readonly visible = new Map<string, readonly Instance[]>();
  private readonly pending = new Set<NodeJS.Timeout>();

  /**
   * @param propagationMs How long a change takes to show in DNS. In AWS that is seconds; by default a change
   *   shows at once, and a test of what happens meanwhile says how long.
   */
  constructor(readonly services: readonly DiscoveryModel[], private readonly propagationMs = 0) {}

  register(service: string, instance: Instance): void {
    this.change(service, (instances) => instances.set(instance.id, instance));
  }

  deregister(service: string, id: string): void {
    this.change(service, (instances) => instances.delete(id));
  }

  /** Health as ECS reports it. Without a custom health check Cloud Map has no place to write it to. */
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
    const { logicalId, customHealth } = this.service(service);
    return (this.visible.get(logicalId) ?? []).filter((instance) => instance.healthy || !customHealth);
  }

  close(): void {
    for (const timer of this.pending) clearTimeout(timer);
    this.pending.clear();
  }

  /** Finds a service by logical ID or full name. */
  private service(name: string): DiscoveryModel {
    const found = this.services.find((service) => service.logicalId === name || service.name === name);
    if (found === undefined) throw new Error(`Cloud Map has no service "${name}"; it has ${this.services.map((service) => service.name).join(', ')}`);
    return found;
  }

  private change(name: string, edit: (instances: Map<string, Instance>) => void): void {
    const { logicalId } = this.service(name);
    const instances = this.instances.get(logicalId) ?? new Map<string, Instance>();
    this.instances.set(logicalId, instances);
    edit(instances);
    const snapshot = [...instances.values()];
    if (this.propagationMs === 0) {
      this.visible.set(logicalId, snapshot);
      return;
    }
    const timer = setTimeout(() => {
      this.pending.delete(timer);
      this.visible.set(logicalId, snapshot);
    }, this.propagationMs);
    this.pending.add(timer);
  }
}
