import { execFileSync } from 'node:child_process';
import { chownSync, chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HttpClient } from './client';
import type { ContainerEvent, ContainerSite } from './container';
import { Container } from './container';
import type { Images } from './images';
import type { Verdict } from './lifecycle';
import { order, stopsAfter, verdict } from './lifecycle';
import type { Endpoint } from './network';
import type { Finished, RunOptions } from './run-process';
import type { ServiceModel } from '../../../programs/emulator/template/system';
import { DEADLINE_MS, until } from './wait';

export type TaskStatus = 'PROVISIONING' | 'PENDING' | 'ACTIVATING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'DEPROVISIONING' | 'STOPPED';

export interface TaskEvent {
  readonly at: number;
  /** The container's name, or `task`. */
  readonly subject: string;
  readonly what: ContainerEvent | TaskStatus | 'HEALTHY' | 'UNHEALTHY' | 'REGISTERED' | 'DEREGISTERED';
  readonly detail?: string;
}

/** What a task needs of the cluster around it. */
export interface TaskSite extends Omit<ContainerSite, 'task' | 'directory' | 'network' | 'hostname' | 'address' | 'resolvConf'> {
  readonly directory: string;
  readonly images: Images;
  /** The room of each volume; without a limit if undefined. */
  readonly volumeKiB: number | undefined;
  /** Cloud Map, as ECS uses it. */
  readonly register: (task: Task) => void;
  readonly reportHealth: (task: Task, healthy: boolean) => void;
  readonly deregister: (task: Task) => void;
}

/** One task: the containers of a task definition in one network namespace, started and stopped as ECS does. */
export class Task {
  readonly containers: readonly Container[];
  /** Everything that happened, in order. */
  readonly history: TaskEvent[] = [];
  /** Why it stopped, once it did or is about to. */
  stopReason: string | undefined;
  private state: TaskStatus = 'PROVISIONING';
  private healthy: boolean | undefined;
  private readonly starting = new Set<Container>();
  private end: Promise<void> | undefined;
  private http: HttpClient | undefined;
  private registered = false;

  constructor(
    readonly id: string,
    readonly service: ServiceModel,
    readonly endpoint: Endpoint,
    readonly zone: string,
    private readonly site: TaskSite,
  ) {
    const directory = join(site.directory, id);
    mkdirSync(directory, { recursive: true });
    const place = { address: endpoint.address, hostname: endpoint.hostname };
    const standIns = new Map(
      service.task.containers.map((container) => [container, site.images.standIn({ container, service, ...place })]),
    );
    for (const volume of service.task.volumes) {
      const path = join(directory, 'volumes', volume);
      mkdirSync(path, { recursive: true, mode: 0o755 });
      // Goes with the workspace.
      if (site.volumeKiB !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${site.volumeKiB}k,mode=755`, 'tmpfs', path]);
    }
    for (const [container, { volumeOwners = {} }] of standIns) {
      for (const mount of container.mounts) {
        const [uid, gid] = volumeOwners[mount.path]?.split(':').map(Number) ?? [];
        if (uid !== undefined) chownSync(join(directory, 'volumes', mount.volume), uid, gid ?? uid);
      }
    }
    // The run's directory is private to root; only what is mounted from it is for the containers.
    chmodSync(directory, 0o700);
    this.containers = order(service.task.containers).map(
      (model) =>
        new Container(
          model,
          standIns.get(model) ?? { argv: [] },
          { ...site, ...place, task: id, directory, network: endpoint.path, resolvConf: endpoint.resolvConf },
          (event, detail) => {
            this.changed(model.name, event, detail);
          },
        ),
    );
  }

  get status(): TaskStatus {
    return this.state;
  }

  get address(): string {
    return this.endpoint.address;
  }

  container(name: string): Container {
    const found = this.containers.find((container) => container.name === name);
    if (found === undefined)
      throw new Error(
        `task ${this.id} has no container "${name}"; it has ${this.containers.map((container) => container.name).join(', ')}`,
      );
    return found;
  }

  /** Begins to start the containers. */
  launch(): void {
    this.enter('PENDING');
    this.advance();
  }

  /** Starts the containers, and resolves when all of them run and every essential one that has a health check passed it. */
  async start(timeoutMs = DEADLINE_MS): Promise<void> {
    this.launch();
    try {
      await until(() => this.end !== undefined || (this.state === 'RUNNING' && this.healthy !== false), {
        what: `task ${this.id} to become healthy`,
        timeoutMs,
      });
    } catch (error) {
      throw new Error(`${String(error)}\n${this.describe()}`, { cause: error });
    }
    if (this.end !== undefined) {
      const description = this.describe();
      // What waits for the task need not wait until the rest of it has left in good order.
      await this.close();
      throw new Error(`task ${this.id} stopped while it started: ${this.stopReason ?? ''}\n${description}`);
    }
  }

  /**
   * Stops the task as ECS does: out of Cloud Map first, and at once, without a wait for callers to notice, the
   * containers: each as soon as those that depend on it are gone.
   */
  async stop(reason = 'stopped by the test'): Promise<void> {
    await this.finish(async () => this.shutDown(reason));
  }

  /** Kills the task as a dying machine does: the network first, so that nobody gets a FIN. Cloud Map still lists it. */
  async kill(): Promise<void> {
    await this.finish(async () => {
      this.stopReason = 'killed by the test';
      await this.endpoint.cut();
      await this.release();
    });
  }

  /** Takes a killed task out of Cloud Map, as ECS does when it has noticed. */
  deregister(): void {
    if (!this.registered) return;
    this.registered = false;
    this.site.deregister(this);
    this.record('task', 'DEREGISTERED');
  }

  /** Ends everything now. */
  async close(): Promise<void> {
    const end = this.finish(async () => this.release());
    // A graceful stop that is under way is cut short.
    await Promise.all(this.containers.map(async (container) => container.close()));
    await end;
  }

  /** Resolves when the task is gone, for whatever reason. */
  async stopped(timeoutMs = DEADLINE_MS): Promise<string> {
    await until(() => this.state === 'STOPPED', { what: `task ${this.id} to stop`, timeoutMs, detail: () => this.describe() });
    return this.stopReason ?? '';
  }

  /** An HTTP client inside the task's namespace, as if the application itself called. */
  get client(): HttpClient {
    this.http ??= new HttpClient(this.endpoint);
    return this.http;
  }

  /** Runs a command in the task's network namespace, outside of its containers. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.endpoint.run(argv, options);
  }

  /** The history as short text: `envoy STARTED`, `envoy HEALTHY`, `task RUNNING` … */
  story(): readonly string[] {
    return this.history.map(({ subject, what }) => `${subject} ${what}`);
  }

  /** What is known about the containers, for an error message. */
  describe(): string {
    return this.containers
      .map((container) => {
        const { status, health, exitCode } = container.state;
        const facts = [
          status,
          container.model.healthCheck ? health : undefined,
          exitCode === undefined ? undefined : `exit code ${exitCode}`,
        ].filter((fact) => fact !== undefined);
        const check = container.lastCheck;
        const command = status === 'STOPPED' && exitCode !== 0 ? [`    ${shortened(container.argv.join(' '))}`] : [];
        const failed =
          health !== 'HEALTHY' && check
            ? [`    last health check: exit code ${check.code} ${(check.stderr + check.stdout).trim().slice(-300)}`]
            : [];
        const tail = container.log
          .tail(8)
          .split('\n')
          .map((line) => `    | ${line.slice(0, 500)}`);
        return [
          `  ${container.log.name}: ${facts.join(', ')}`,
          ...command,
          ...failed,
          ...(container.log.lines.length > 0 ? tail : []),
        ].join('\n');
      })
      .join('\n');
  }

  private changed(subject: string, event: ContainerEvent, detail?: string): void {
    this.record(subject, event, detail);
    if (this.end !== undefined) return;
    const container = this.container(subject);
    // On ECS, too, a container that cannot be started stops the task, essential or not: CannotStartContainerError.
    if (event === 'EXITED' && container.startFailure !== undefined) this.fail(`container "${subject}": ${container.startFailure}`);
    else if (event === 'EXITED' && container.model.essential) this.fail(`essential container "${subject}" exited (${detail ?? ''})`);
    else if (event === 'UNHEALTHY' && container.model.essential)
      this.fail(`essential container "${subject}" failed its health checks: ${detail ?? ''}`);
    else this.advance();
  }

  /** Starts what may start now, and notes what the task has become by that. */
  private advance(): void {
    const states = new Map(this.containers.map((container) => [container.name, container.state]));
    for (const container of this.containers) {
      if (container.state.status !== 'PENDING' || this.starting.has(container)) continue;
      const decision: Verdict = verdict(container.model, states);
      if (decision.kind === 'never') {
        this.fail(decision.because);
        return;
      }
      if (decision.kind === 'wait') continue;
      this.starting.add(container);
      container.start().catch((error: unknown) => {
        this.fail(`container "${container.name}" could not be started: ${String(error)}`);
      });
    }
    if (this.state === 'PENDING' && this.containers.every((container) => container.state.status !== 'PENDING')) this.activate();
    this.noteHealth();
  }

  private activate(): void {
    this.enter('ACTIVATING');
    this.healthy = this.isHealthy();
    this.registered = true;
    // Cloud Map takes an instance for healthy until it is told otherwise, and ECS is not documented to tell of a task whose health it
    // does not know yet. https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
    this.site.register(this);
    this.record('task', 'REGISTERED');
    this.enter('RUNNING');
    if (this.healthy) this.record('task', 'HEALTHY');
  }

  private noteHealth(): void {
    const healthy = this.isHealthy();
    if (this.state !== 'RUNNING' || healthy === this.healthy) return;
    this.healthy = healthy;
    this.site.reportHealth(this, healthy);
    this.record('task', healthy ? 'HEALTHY' : 'UNHEALTHY');
  }

  private isHealthy(): boolean {
    return this.containers.every(({ model, state }) => !model.essential || model.healthCheck === undefined || state.health === 'HEALTHY');
  }

  private fail(reason: string): void {
    this.finish(async () => this.shutDown(reason)).catch(() => undefined);
  }

  /** A task ends once; whoever comes later waits for that end. */
  private async finish(how: () => Promise<void>): Promise<void> {
    this.end ??= Promise.resolve().then(how);
    await this.end;
  }

  private async shutDown(reason: string): Promise<void> {
    this.stopReason = reason;
    this.enter('DEACTIVATING', reason);
    this.deregister();
    this.enter('STOPPING');
    const stops = new Map<string, Promise<void>>();
    const stop = async (container: Container): Promise<void> => {
      await Promise.all(
        stopsAfter(
          container.model,
          this.containers.map(({ model }) => model),
        ).map(async (name) => stopOnce(this.container(name))),
      );
      await container.stop();
    };
    const stopOnce = async (container: Container): Promise<void> => {
      const begun = stops.get(container.name) ?? stop(container);
      stops.set(container.name, begun);
      return begun;
    };
    await Promise.all(this.containers.map(stopOnce));
    await this.release();
  }

  private async release(): Promise<void> {
    this.enter('DEPROVISIONING');
    this.http?.close();
    await Promise.all(this.containers.map(async (container) => container.close()));
    await this.endpoint.leave();
    this.enter('STOPPED');
  }

  private enter(status: TaskStatus, detail?: string): void {
    this.state = status;
    this.record('task', status, detail);
  }

  private record(subject: string, what: TaskEvent['what'], detail?: string): void {
    this.history.push({ at: Date.now(), subject, what, ...(detail !== undefined && { detail }) });
  }
}

function shortened(command: string): string {
  return command.length > 300 ? `${command.slice(0, 300)} …` : command;
}
