import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programRoots } from '../programs';
import { findTools } from '../tools';
import { AwsEmulator } from '../../../programs/emulator/aws/emulator';
import type { TaskIdentity } from '../../../programs/emulator/aws/endpoint';
import { AwsEndpoint, awsEnvironment, placeEnvironment } from '../../../programs/emulator/aws/endpoint';
import { HttpClient } from './client';
import { CloudMap, registerTask } from '../../../programs/emulator/aws/cloud-map';
import type { Pace } from './container';
import { Certificates } from './deployment/certificates';
import type { DeploymentParts, UpdateOptions } from '../../../programs/emulator/deployment/deployment';
import { Deployment } from '../../../programs/emulator/deployment/deployment';
import { taskIdentity, zoneOf } from '../../../programs/emulator/deployment/task-identity';
import { PrivateDns } from './dns';
import type { MountedFileSystem } from './file-systems';
import { FileSystems } from './file-systems';
import { METADATA_ADDRESS } from './firewall';
import type { ImageRule } from './images';
import { Images } from './images';
import type { KnownValues, Template } from '../../../programs/emulator/template/intrinsics';
import { Resolver } from '../../../programs/emulator/template/intrinsics';
import { Vpc } from './network';
import type { ServiceModel, System } from '../../../programs/emulator/template/system';
import { Task } from './task';
import { readTemplate } from '../../../programs/emulator/template/read-template';
import { DEADLINE_MS } from './wait';
import { Workspace } from './workspace';
import type { Segment } from './xray';
import type { LogRecord, Span } from './otlp';
import { logRecordsIn, spansIn, spansUntil } from './otlp';
import { segmentsIn, traceUntil } from './xray';

export interface ClusterOptions {
  /** Which program stands in for which image. */
  readonly images: readonly ImageRule[];
  /** Values for what only AWS knows: see `KnownValues`. */
  readonly values?: KnownValues;
  /** The value of a secret, by what the task definition says it comes from. */
  readonly secret?: (valueFrom: string) => string;
  /** The account and Region, if there is something in it already. @default - one of its own */
  readonly aws?: AwsEmulator;
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
  /** The room of each volume of a service's tasks, where it has a limit. */
  readonly volumeKiB?: Readonly<Record<string, number>>;
}

/** An ECS cluster, its VPC and its Cloud Map on this machine, made from a synthesized template. */
export class Cluster {
  /** The certificates of the services. */
  readonly certificates: Certificates;
  private readonly endpoint: AwsEndpoint;
  private readonly fileSystems: FileSystems;
  private readonly all: Task[] = [];
  private readonly clients: HttpClient[] = [];
  private readonly users: (() => Promise<void>)[] = [];
  /** Logical IDs of the roles in which clients act, by their addresses. */
  private readonly clientRoles = new Map<string, string>();
  private readonly numbers = new Map<string, number>();
  private closed: Promise<void> | undefined;

  private constructor(
    private model: System,
    readonly vpc: Vpc,
    readonly cloudMap: CloudMap,
    readonly names: PrivateDns,
    /** The AWS that tasks and functions call. */
    readonly aws: AwsEmulator,
    readonly deployment: Deployment,
    private readonly workspace: Workspace,
    private readonly options: ClusterOptions,
  ) {
    this.certificates = new Certificates(deployment, aws, (name) => this.service(name).task);
    const place = `${model.region}:${model.account}`;
    this.fileSystems = new FileSystems({ directory: join(workspace.directory, 'file-systems'), place });
    this.endpoint = new AwsEndpoint(aws, (address) => this.identityAt(address), vpc.aws.api, vpc.aws.metadata);
  }

  /** Makes the VPC and starts the services, all at the same time, as a first deployment does. Closes itself if that fails. */
  static async start(template: Template, options: ClusterOptions): Promise<Cluster> {
    const cluster = await Cluster.open(template, options);
    const names = options.services ?? cluster.system.services.map((service) => service.name);
    try {
      await Promise.all(
        names.map(async (name) =>
          cluster.scale(name, options.counts?.[name] ?? cluster.service(name).desiredCount, options.startTimeoutMs),
        ),
      );
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** Makes the VPC only; `scale` starts tasks. */
  static async open(template: Template, options: ClusterOptions): Promise<Cluster> {
    const aws = emulatorOf(options);
    const deployment = new Deployment(aws, options.values ?? {});
    findTools();
    await deployment.deploy(template);
    return Cluster.around(deployment, aws, readTemplate(deployment.template, deployment.values), options);
  }

  /** An account with nothing in it but the network of a template that may come. What is deployed there, `adopt` makes known. */
  static async empty(template: Template, options: ClusterOptions, parts: (cluster: () => Cluster) => DeploymentParts): Promise<Cluster> {
    findTools();
    const aws = emulatorOf(options);
    const made: { cluster?: Cluster } = {};
    const itself = (): Cluster => {
      if (made.cluster === undefined) throw new Error('bug: the cluster is used before it is there');
      return made.cluster;
    };
    const deployment = new Deployment(aws, options.values ?? {}, parts(itself));
    const system = { ...readTemplate({}, options.values), cidr: readTemplate(template, options.values).cidr };
    made.cluster = await Cluster.around(deployment, aws, system, options);
    return made.cluster;
  }

  private static async around(deployment: Deployment, aws: AwsEmulator, system: System, options: ClusterOptions): Promise<Cluster> {
    const workspace = new Workspace();
    try {
      const cloudMap = new CloudMap(system.discovery, options.propagationMs);
      aws.connect(cloudMap);
      const names = new PrivateDns(system.zones, cloudMap);
      const vpc = await Vpc.open(workspace, system, names);
      return new Cluster(system, vpc, cloudMap, names, aws, deployment, workspace, options);
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  get template(): Template {
    return this.deployment.template;
  }

  /** What the resources of the template are called, and what custom resources have answered. */
  get values(): KnownValues {
    return this.deployment.values;
  }

  get system(): System {
    return this.model;
  }

  /**
   * Deploys another template over this one. Tasks that run go on as they are; those that start from now on are the new
   * template's. The network stays what it is, so the template has to leave it alone.
   */
  async update(template: Template, options: UpdateOptions = {}): Promise<void> {
    await this.deployment.deploy(template, options);
    const next = readTemplate(this.deployment.template, this.deployment.values);
    const networkOf = ({ cidr, discovery, zones, securityGroups }: System): string =>
      JSON.stringify({ cidr, discovery, zones, securityGroups });
    if (networkOf(next) !== networkOf(this.model)) throw new Error('the update changes the network, which the runner cannot');
    this.model = next;
  }

  /** Takes what is deployed at the moment for what there is: names, instances, security groups and services. */
  async adopt(): Promise<void> {
    const { cidr } = this.model;
    this.model = { ...readTemplate(this.deployment.template, this.deployment.values), cidr };
    this.cloudMap.services = this.model.discovery;
    this.names.zones = this.model.zones;
    await this.vpc.enforce(this.model.securityGroups);
  }

  service(name: string): ServiceModel {
    const exact = this.system.services.find((service) => service.name === name);
    const [found, second] = exact ? [exact] : this.system.services.filter((service) => service.aliases.includes(name));
    if (found === undefined)
      throw new Error(`no service "${name}"; the template has ${this.system.services.map((service) => service.name).join(', ')}`);
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

  /** A client in a namespace of its own, a member of the given security groups of the template (the VPC link's, say), or of none. */
  async client(options: {
    readonly securityGroups: readonly string[] | 'outside';
    readonly name?: string;
    /** The logical ID of the role in which it calls AWS. @default - none */
    readonly role?: string;
  }): Promise<HttpClient> {
    const endpoint = await this.vpc.join({ name: options.name ?? 'client', securityGroups: options.securityGroups });
    if (options.role !== undefined) this.clientRoles.set(endpoint.address, options.role);
    const client = new HttpClient(endpoint);
    this.clients.push(client);
    return client;
  }

  /** Every X-Ray segment that any collector has received. */
  segments(): readonly Segment[] {
    return this.all.flatMap((task) => task.containers.flatMap((container) => segmentsIn(container.log)));
  }

  /** What all tasks have sent by OTLP. */
  spans(): readonly Span[] {
    return this.all.flatMap((task) => task.containers.flatMap((container) => spansIn(container.log)));
  }

  logRecords(): readonly LogRecord[] {
    return this.all.flatMap((task) => task.containers.flatMap((container) => logRecordsIn(container.log)));
  }

  /** The spans of one trace, as soon as they are what the predicate wants. */
  async spansOf(traceId: string, predicate: (spans: readonly Span[]) => boolean): Promise<readonly Span[]> {
    return spansUntil(() => this.spans(), traceId, predicate);
  }

  /** The segments of one trace (`1-…`), as soon as they are what the predicate wants. */
  async trace(traceId: string, predicate: (segments: readonly Segment[]) => boolean): Promise<readonly Segment[]> {
    return traceUntil(() => this.segments(), traceId, predicate);
  }

  /** What sends requests by itself, such as an emulated API, ends before the clients that it sends them by. */
  endBefore(end: () => Promise<void>): void {
    this.users.push(end);
  }

  /** Ends everything and removes every trace of it from the host. */
  async close(): Promise<void> {
    this.closed ??= (async () => {
      try {
        await Promise.all(this.users.map(async (end) => end()));
        for (const client of this.clients) client.close();
        await Promise.all(this.all.map(async (task) => task.close()));
        this.cloudMap.close();
        // Who brings an account closes it.
        if (this.options.aws === undefined) this.aws.close();
        this.endpoint.close();
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

  /** Who a caller of AWS is. A task without a role may do nothing. */
  private identityAt(address: string): TaskIdentity | undefined {
    const role = this.clientRoles.get(address);
    if (role !== undefined)
      return { ...this.deployment.principal(role, role), arn: '', cluster: '', family: '', launchType: 'EC2', zone: undefined };
    const task = this.all.find((candidate) => candidate.address === address);
    if (task === undefined) return undefined;
    return taskIdentity(this.deployment, this.system, task);
  }

  /** Runs a task of a schedule, as at its time, and resolves as soon as its containers begin to start: it may end at any time. */
  async runTask(schedule: string): Promise<Task> {
    const found = this.system.scheduled.find(({ aliases }) => aliases.some((alias) => alias.includes(schedule)));
    if (found === undefined) throw new Error(`there is no schedule "${schedule}"`);
    return this.launch(found);
  }

  /** A task of no service, as soon as its containers begin to start. */
  async launch(model: ServiceModel): Promise<Task> {
    const task = await this.prepareTask(model);
    task.launch();
    return task;
  }

  /** One more task, as soon as it is healthy. */
  async startTask(service: ServiceModel, timeoutMs = DEADLINE_MS): Promise<Task> {
    const task = await this.prepareTask(service);
    await task.start(timeoutMs);
    return task;
  }

  private async prepareTask(service: ServiceModel): Promise<Task> {
    if (this.closed) throw new Error('the cluster is closed');
    const number = (this.numbers.get(service.name) ?? 0) + 1;
    this.numbers.set(service.name, number);
    const id = `${service.name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}-${number}`;
    const sysctls: Readonly<Record<string, string>> = Object.assign(
      {},
      ...service.task.containers.map((container) => container.sysctls),
    ) as Record<string, string>;
    const endpoint = await this.vpc.join({ name: id, securityGroups: service.securityGroups, sysctls });
    let task: Task;
    try {
      task = this.makeTask(id, number, service, endpoint);
    } catch (error) {
      await endpoint.leave();
      throw error;
    }
    this.all.push(task);
    if (this.closed) await task.close();
    return task;
  }

  private fileSystemsOf(id: string, { task }: ServiceModel): ReadonlyMap<string, MountedFileSystem> {
    const principal = this.deployment.principal(id, task.role);
    return new Map(task.fileSystems.map((volume) => [volume.volume, this.fileSystems.mount(volume, this.system.accessPoints, principal)]));
  }

  private makeTask(id: string, number: number, service: ServiceModel, endpoint: Task['endpoint']): Task {
    const directory = join(this.workspace.directory, 'tasks');
    mkdirSync(directory, { recursive: true });
    const { region } = this.system;
    const zone = zoneOf(region, number);
    const task = new Task(id, service, endpoint, zone, {
      directory,
      fileSystems: this.fileSystemsOf(id, service),
      environment: {
        ...awsEnvironment(id, this.vpc.awsUrl, METADATA_ADDRESS),
        ...placeEnvironment(service.task.launchType, region),
      },
      images: new Images(this.options.images),
      secret: this.options.secret ?? ((valueFrom) => `secret of ${valueFrom}`),
      programRoots: programRoots(),
      volumeKiB: this.options.volumeKiB?.[service.name],
      pace: { healthChecks: 1, restarts: 1, ...this.options.pace },
      register: ({ address }) => {
        registerTask(this.cloudMap, service.registries, { id, address, zone, healthy: true });
      },
      reportHealth: (_, healthy) => {
        for (const { discovery } of service.registries) this.cloudMap.reportHealth(discovery, id, healthy);
      },
      deregister: () => {
        for (const { discovery } of service.registries) this.cloudMap.deregister(discovery, id);
      },
    });
    for (const { log } of task.containers)
      log.onLine(({ text }) => {
        this.aws.metrics.read(text);
      });
    if (this.options.echo ?? process.env['E2E_LOGS'] === '1') {
      for (const { log } of task.containers)
        log.onLine((line) => {
          process.stderr.write(`${log.name} | ${line.text}\n`);
        });
    }
    return task;
  }
}

function emulatorOf({ aws, values }: ClusterOptions): AwsEmulator {
  if (aws !== undefined) return aws;
  const resolver = new Resolver({}, values);
  return new AwsEmulator(`${resolver.text({ Ref: 'AWS::Region' })}:${resolver.text({ Ref: 'AWS::AccountId' })}`);
}
