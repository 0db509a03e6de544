import type { IncomingMessage, ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { registerTask } from '../../emulator/aws/cloud-map';
import { addressOf } from '../../emulator/aws/endpoint';
import type { RegistryModel } from '../../emulator/template/system';
import type { DeployedSystem, KnownTask } from './deployed-system';
import type { Log } from '../log';

/** A task that is there. */
export interface Lease {
  readonly id: string;
  readonly workload: string;
  readonly healthy: boolean;
  readonly address: string;
}

interface HeldLease extends Lease {
  healthy: boolean;
  /** Where it is registered. */
  registries: readonly RegistryModel[];
  readonly end: () => void;
}

/** How long nothing may be heard from the machine of a task before it is asked whether it is still there. */
const KEEP_ALIVE_MS = 5000;

/** The tasks that are there, each for as long as its holder keeps a request open, and their instances in Cloud Map. */
export class Leases {
  private readonly held = new Map<string, HeldLease>();

  constructor(
    private readonly system: DeployedSystem,
    private readonly log: Log,
  ) {}

  get all(): readonly Lease[] {
    return [...this.held.values()].map(({ id, workload, healthy, address }) => ({ id, workload, healthy, address }));
  }

  get(id: string): Lease | undefined {
    return this.held.get(id);
  }

  /** A request whose lines say how the task is, until it ends. */
  take(id: string, request: IncomingMessage, response: ServerResponse): void {
    if (this.system.status.deployed === null) {
      response.writeHead(503).end(`The system is not deployed yet: ${this.system.status.error ?? 'wait a little'}.\n`);
      return;
    }
    if (this.system.task(id) === undefined) {
      response.writeHead(404).end(`The system that is deployed has no task ${id}.\n`);
      return;
    }
    const address = addressOf(request);
    request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    const end = (): void => {
      response.end();
      request.socket.destroySoon();
    };
    let lease: HeldLease | undefined;
    const lines = createInterface({ input: request });
    lines.on('line', (line) => {
      if (line !== 'healthy' && line !== 'unhealthy') {
        if (line !== '') this.log(`task ${id}: "${line.slice(0, 80)}" is neither "healthy" nor "unhealthy"`);
        return;
      }
      const task = this.system.task(id);
      // A system without the task was deployed meanwhile.
      if (task === undefined) return;
      const healthy = line === 'healthy';
      if (lease === undefined) {
        lease = { id, workload: task.workload, healthy, address, registries: [], end };
        this.begin(lease, task);
      } else if (this.held.get(id) === lease) this.turn(lease, healthy);
    });
    // Its request is cut off: what it was is known.
    lines.on('error', () => undefined);
    request.on('error', () => undefined);
    const over = (): void => {
      lines.close();
      if (lease !== undefined && this.held.get(id) === lease) this.drop(lease, 'is gone');
      end();
    };
    request.on('close', over);
    response.on('close', over);
  }

  /** What is deployed has changed: tasks that it does not have end, and others are where it registers them. */
  adopt(): void {
    for (const lease of this.held.values()) {
      const task = this.system.task(lease.id);
      if (task === undefined) {
        this.drop(lease, 'is no task of the system any more');
        lease.end();
      } else this.register(lease, task);
    }
  }

  close(): void {
    for (const { end } of this.held.values()) end();
    this.held.clear();
  }

  private begin(lease: HeldLease, task: KnownTask): void {
    const before = this.held.get(lease.id);
    if (before !== undefined) {
      this.drop(before, 'has begun anew');
      before.end();
    }
    this.held.set(lease.id, lease);
    this.register(lease, task);
    this.log(`task ${lease.id} at ${lease.address} is ${lease.healthy ? 'healthy' : 'unhealthy'}`);
  }

  private turn(lease: HeldLease, healthy: boolean): void {
    if (lease.healthy === healthy) return;
    lease.healthy = healthy;
    for (const { discovery } of lease.registries) this.system.cloudMap?.setHealth(discovery, lease.id, healthy);
    this.log(`task ${lease.id} is ${healthy ? 'healthy' : 'unhealthy'}`);
  }

  private register(lease: HeldLease, { model: { registries }, zone }: KnownTask): void {
    const { cloudMap } = this.system;
    if (cloudMap === undefined) return;
    const { id, address, healthy } = lease;
    for (const { discovery } of lease.registries)
      if (!registries.some((each) => each.discovery === discovery)) this.deregister(discovery, id);
    registerTask(cloudMap, registries, { id, address, zone, healthy });
    lease.registries = registries;
  }

  private drop(lease: HeldLease, why: string): void {
    this.held.delete(lease.id);
    for (const { discovery } of lease.registries) this.deregister(discovery, lease.id);
    this.log(`task ${lease.id} ${why}`);
  }

  /** The service may be deleted by now, and its instances with it. */
  private deregister(discovery: string, id: string): void {
    const { cloudMap } = this.system;
    if (cloudMap?.services.some(({ logicalId }) => logicalId === discovery) === true) cloudMap.deregister(discovery, id);
  }
}
