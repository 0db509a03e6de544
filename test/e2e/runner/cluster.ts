import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programRoots } from '../programs';
import { findTools } from '../tools';
import { HttpClient } from './client';
import { CloudMap } from './cloud-map';
import type { Pace } from './container';
import { PrivateDns } from './dns';
import type { ImageRule } from './images';
import { Images } from './images';
import type { KnownValues, Template } from './intrinsics';
import { Vpc } from './network';
import type { ServiceModel, System } from './system';
import { Task } from './task';
import { readTemplate } from './template';
import { DEADLINE_MS } from './wait';
import { Workspace } from './workspace';
import type { Segment } from './xray';
import { segmentsIn, traceUntil } from './xray';

export interface ClusterOptions {
  /** Which program stands in for which image. */
  readonly images: readonly ImageRule[];
  /** Values for what only AWS knows: see `KnownValues`. */
  readonly values?: KnownValues;
  /** The value of a secret, by what the task definition says it comes from. */
  readonly secret?: (valueFrom: string) => string;
  /** How long a change in Cloud Map takes to show in DNS. */
  readonly propagationMs?: number;
  readonly pace?: Partial<Pace>;
  /** Names to start; all services by default. */
  readonly services?: readonly string[];
  /** How many tasks of each service to start, where it is not the template's desired count. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Prints every line of every container. Also by E2E_LOGS=1. */
  readonly echo?: boolean;
  /** How long the first start of all tasks may take. */
  readonly startTimeoutMs?: number;
}

/** An ECS cluster, its VPC and its Cloud Map on this machine, made from a synthesized template. */
export class Cluster {
  private readonly all: Task[] = [];
  private readonly clients: HttpClient[] = [];
  private readonly numbers = new Map<string, number>();
  private closed: Promise<void> | undefined;

  private constructor(
    readonly template: Template,
    readonly system: System,
    readonly vpc: Vpc,
    readonly cloudMap: CloudMap,
    private readonly workspace: Workspace,
    private readonly options: ClusterOptions,
  ) {}

  /** Makes the VPC and starts the services, all at the same time, as a first deployment does. Closes itself if that fails. */
  static async start(template: Template, options: ClusterOptions): Promise<Cluster> {
    const cluster = await Cluster.open(template, options);
    const names = options.services ?? cluster.system.services.map((service) => service.name);
    try {
      await Promise.all(names.map(async (name) => cluster.scale(name, options.counts?.[name] ?? cluster.service(name).desiredCount, options.startTimeoutMs)));
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** Makes the VPC only; `scale` starts tasks. */
  static async open(template: Template, options: ClusterOptions): Promise<Cluster> {
    const system = readTemplate(template, options.values);
    findTools();
    const workspace = new Workspace();
    try {
      const cloudMap = new CloudMap(system.discovery, options.propagationMs);
      const vpc = await Vpc.open(workspace, system, new PrivateDns(system.zones, cloudMap));
      return new Cluster(template, system, vpc, cloudMap, workspace, options);
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  service(name: string): ServiceModel {
    const exact = this.system.services.find((service) => service.name === name);
    const [found, second] = exact ? [exact] : this.system.services.filter((service) => service.aliases.includes(name));
    if (found === undefined) throw new Error(`no service "${name}"; the template has ${this.system.services.map((service) => service.name).join(', ')}`);
    if (second !== undefined) throw new Error(`"${name}" is more than one service: ${found.logicalId}, ${second.logicalId}`);
    return found;
  }

  /** The tasks of a service (or of all) that have not stopped, oldest first. */
  tasks(service?: string): readonly Task[] {
    const logicalId = service === undefined ? undefined : this.service(service).logicalId;
    return this.all.filter((task) => task.status !== 'STOPPED' && (logicalId === undefined || task.service.logicalId === logicalId));
  }

  /** The only task of a service. */
  task(service: string): Task {
    const [task, ...others] = this.tasks(service);
    if (task === undefined || others.length > 0) throw new Error(`service "${service}" has ${this.tasks(service).length} tasks, not one`);
    return task;
  }

  /** Starts tasks, or stops the oldest, until the service has as many. Resolves when the new ones are healthy. */
  async scale(name: string, count: number, timeoutMs = DEADLINE_MS): Promise<readonly Task[]> {
    const now = this.tasks(name);
    const surplus = now.slice(0, Math.max(0, now.length - count));
    await Promise.all([
      ...surplus.map(async (task) => task.stop('the service was scaled in')),
      ...Array.from({ length: Math.max(0, count - now.length) }, async () => this.startTask(this.service(name), timeoutMs)),
    ]);
    return this.tasks(name);
  }

  /** A client in a namespace of its own, a member of the given security groups of the template (the VPC link's, say). */
  async client(options: { readonly securityGroups: readonly string[]; readonly name?: string }): Promise<HttpClient> {
    const endpoint = await this.vpc.join({ name: options.name ?? 'client', securityGroups: options.securityGroups });
    const client = new HttpClient(endpoint);
    this.clients.push(client);
    return client;
  }

  /** Every X-Ray segment that any collector has received. */
  segments(): readonly Segment[] {
    return this.all.flatMap((task) => task.containers.flatMap((container) => segmentsIn(container.log)));
  }

  /** The segments of one trace (`1-…`), as soon as they are what the predicate wants. */
  async trace(traceId: string, predicate: (segments: readonly Segment[]) => boolean): Promise<readonly Segment[]> {
    return traceUntil(() => this.segments(), traceId, predicate);
  }

  /** Ends everything and removes every trace of it from the host. */
  async close(): Promise<void> {
    this.closed ??= (async () => {
      try {
        for (const client of this.clients) client.close();
        await Promise.all(this.all.map(async (task) => task.close()));
        this.cloudMap.close();
        await this.vpc.close();
      } finally {
        await this.workspace.close();
      }
    })();
    await this.closed;
  }

  /** Everything of this run on the host has a name that begins with this. */
  get prefix(): string {
    return this.workspace.prefix;
  }

  /** What of this run exists on the host. After `close`, nothing. */
  async leftovers(): Promise<readonly string[]> {
    return this.workspace.leftovers();
  }

  private async startTask(service: ServiceModel, timeoutMs: number): Promise<void> {
    if (this.closed) throw new Error('the cluster is closed');
    const number = (this.numbers.get(service.name) ?? 0) + 1;
    this.numbers.set(service.name, number);
    const id = `${service.name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}-${number}`;
    const sysctls: Readonly<Record<string, string>> = Object.assign({}, ...service.task.containers.map((container) => container.sysctls)) as Record<string, string>;
    const endpoint = await this.vpc.join({ name: id, securityGroups: service.securityGroups, sysctls });
    let task: Task;
    try {
      task = this.makeTask(id, service, endpoint);
    } catch (error) {
      await endpoint.leave();
      throw error;
    }
    this.all.push(task);
    if (this.closed) await task.close();
    await task.start(timeoutMs);
  }

  private makeTask(id: string, service: ServiceModel, endpoint: Task['endpoint']): Task {
    const directory = join(this.workspace.directory, 'tasks');
    mkdirSync(directory, { recursive: true });
    const task = new Task(id, service, endpoint, {
      directory,
      region: this.system.region,
      images: new Images(this.options.images),
      secret: this.options.secret ?? ((valueFrom) => `secret of ${valueFrom}`),
      programRoots: programRoots(),
      pace: { healthChecks: 1, restarts: 1, ...this.options.pace },
      register: ({ address }) => {
        for (const { discovery, port } of service.registries) {
          this.cloudMap.register(discovery, { id, address, healthy: true, ...(port !== undefined && { port }) });
        }
      },
      reportHealth: (_, healthy) => { for (const { discovery } of service.registries) this.cloudMap.setHealth(discovery, id, healthy); },
      deregister: () => { for (const { discovery } of service.registries) this.cloudMap.deregister(discovery, id); },
    });
    if (this.options.echo ?? process.env['E2E_LOGS'] === '1') {
      for (const { log } of task.containers) log.onLine((line) => { process.stderr.write(`${log.name} | ${line.text}\n`); });
    }
    return task;
  }
}
