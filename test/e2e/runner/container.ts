import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findTools } from '../tools';
import type { MountedFileSystem } from './file-systems';
import type { StandIn } from './images';
import type { ContainerState } from './lifecycle';
import { ContainerLog } from './logs';
import type { Finished } from './run-process';
import type { SandboxOptions } from './sandbox';
import { Sandbox, withDescendants } from './sandbox';
import { startFailure } from './start-failure';
import type { ContainerModel, MountModel } from '../../../programs/emulator/template/system';
import { pause } from './wait';

/** Until a container is healthy for the first time, it is asked this often, so that tests do not wait for an interval. */
const FIRST_CHECKS_MS = 100;
/** But a check that takes long on a busy machine is to leave most of it to what it asks. */
const PAUSE_PER_CHECK = 3;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a container needs to know of its task. */
export interface ContainerSite {
  /** For log names: `catalog-1`. */
  readonly task: string;
  /** The task's directory on the host. */
  readonly directory: string;
  readonly network: string;
  readonly hostname: string;
  readonly address: string;
  readonly resolvConf: string;
  /** What ECS tells every container of the task. */
  readonly environment: Readonly<Record<string, string>>;
  /** Values of secrets by what the task definition says they come from. */
  readonly secret: (valueFrom: string) => string;
  /** Where its volumes are that are file systems, by their names. */
  readonly fileSystems: ReadonlyMap<string, MountedFileSystem>;
  /** The stand-ins' directory: the same path inside, read-only. */
  readonly programRoots: readonly string[];
  readonly pace: Pace;
}

/** Factors for the times that a task definition declares, for tests that cannot wait that long. */
export interface Pace {
  /** Of the health check's interval and start period. */
  readonly healthChecks: number;
  /** Of the restart policy's attempt period. */
  readonly restarts: number;
}

export type ContainerEvent = 'STARTED' | 'HEALTHY' | 'UNHEALTHY' | 'SIGTERM' | 'SIGKILL' | 'EXITED' | 'RESTARTING';

/** One container of a task: its process, its health, its restarts. */
export class Container {
  readonly log: ContainerLog;
  /** Of the last failed health check, for error messages. */
  lastCheck: Finished | undefined;
  /** Why its program never began; undefined if it did. */
  startFailure: string | undefined;
  private current: ContainerState = { status: 'PENDING', health: 'UNKNOWN' };
  private sandbox: Sandbox | undefined;
  private stopping = false;
  private restarts = 0;
  private closing = false;
  /** The start that is under way, and the end of what was started. */
  private launch: Promise<void> = Promise.resolve();
  private finished: Promise<void> = Promise.resolve();

  constructor(
    readonly model: ContainerModel,
    private readonly standIn: StandIn,
    private readonly site: ContainerSite,
    private readonly report: (event: ContainerEvent, detail?: string) => void,
  ) {
    this.log = new ContainerLog(`${site.task}/${model.name}`);
  }

  get name(): string {
    return this.model.name;
  }

  /** What it runs. */
  get argv(): readonly string[] {
    return this.standIn.argv;
  }

  get state(): ContainerState {
    return this.current;
  }

  get restartCount(): number {
    return this.restarts;
  }

  /** The host's process id of the container's process 1. */
  get pid(): number | undefined {
    return this.current.status === 'RUNNING' ? this.sandbox?.pid : undefined;
  }

  /** All its processes while it runs: an init process has the program as its child. */
  get pids(): readonly number[] {
    return this.pid === undefined ? [] : withDescendants(this.pid);
  }

  /** Resolves when the process was started; its exit is reported as an event. */
  async start(): Promise<void> {
    this.launch = this.launchSandbox();
    await this.launch;
  }

  private async launchSandbox(): Promise<void> {
    const stage = join(this.site.directory, `${this.name}.${this.restarts}`);
    mkdirSync(stage, { recursive: true });
    const startedAt = Date.now();
    const sandbox = await Sandbox.start(
      {
        network: this.site.network,
        hostname: this.site.hostname,
        address: this.site.address,
        resolvConf: this.site.resolvConf,
        stage,
        readonlyRoot: this.model.readonlyRoot,
        user: this.user(),
        dropCapabilities: this.model.dropCapabilities,
        environment: this.environment(),
        // The real image's directory is not here unless the stand-in says that its own stands for it.
        workingDirectory: this.standIn.workingDirectory ?? '/',
        argv: this.standIn.argv,
        ...(this.model.initProcess ? { init: findTools().tini } : {}),
        mounts: [
          ...this.site.programRoots.map((path) => ({ source: path, path, readOnly: true })),
          ...Object.entries(this.standIn.directories ?? {}).map(([path, source]) => ({ source, path, readOnly: true })),
          ...this.model.mounts.map((mount) => this.mounted(mount)),
        ],
        tmpfs: this.model.tmpfs,
      },
      this.log,
    );
    this.sandbox = sandbox;
    this.set({ status: 'RUNNING', health: 'UNKNOWN' }, 'STARTED');
    const checks = this.watchHealth(sandbox);
    this.finished = sandbox.exited.then(async (code) => this.exited(code, Date.now() - startedAt, checks));
    // The end may have come while the process was being started.
    if (this.closing) sandbox.signal('SIGKILL');
  }

  /** SIGTERM, and SIGKILL when the stop timeout is over. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.launch.catch(() => undefined);
    const { sandbox } = this;
    if (this.current.status !== 'RUNNING' || sandbox === undefined) return;
    this.report('SIGTERM');
    sandbox.signal('SIGTERM');
    const gone = new AbortController();
    void sandbox.exited.then(() => {
      gone.abort();
    });
    await pause(this.model.stopTimeoutMs, gone.signal);
    if (!gone.signal.aborted) {
      this.report('SIGKILL', `did not end within its stop timeout of ${this.model.stopTimeoutMs} ms`);
      sandbox.signal('SIGKILL');
    }
    await this.finished;
  }

  /** Kills the process as a crash does: the restart policy and the task see it end. */
  crash(): void {
    this.sandbox?.signal('SIGKILL');
  }

  /** Ends everything at once and without a word. */
  async close(): Promise<void> {
    this.stopping = true;
    this.closing = true;
    this.sandbox?.signal('SIGKILL');
    await this.launch.catch(() => undefined);
    await this.finished;
  }

  /** Runs a command in the container, as `docker exec` does. */
  async exec(argv: readonly string[], timeoutMs?: number): Promise<Finished> {
    if (this.current.status !== 'RUNNING' || this.sandbox === undefined) throw new Error(`${this.log.name} is not running`);
    return this.sandbox.exec(argv, timeoutMs);
  }

  private async exited(code: number, ranForMs: number, checks: AbortController): Promise<void> {
    checks.abort();
    const policy = this.model.restartPolicy;
    if (!this.stopping) this.startFailure = startFailure(this.standIn.argv, code, this.errors());
    const restart =
      policy !== undefined &&
      this.startFailure === undefined &&
      !this.stopping &&
      !policy.ignoredExitCodes.includes(code) &&
      ranForMs >= policy.attemptPeriodMs * this.site.pace.restarts;
    if (!restart) {
      this.set({ status: 'STOPPED', health: this.current.health, exitCode: code }, 'EXITED', `code ${code}`);
      return;
    }
    this.restarts += 1;
    this.report('RESTARTING', `code ${code}`);
    try {
      await this.start();
    } catch (error) {
      this.log.write('stderr', `${String(error)}\n`);
      this.set({ status: 'STOPPED', health: 'UNHEALTHY', exitCode: code }, 'EXITED', `could not be restarted: ${String(error)}`);
    }
  }

  /** The health check as Docker runs it, only that the first checks come at a higher rate. */
  private watchHealth(sandbox: Sandbox): AbortController {
    const end = new AbortController();
    const check = this.model.healthCheck;
    if (check === undefined) return end;
    const interval = check.intervalMs * this.site.pace.healthChecks;
    // The time in which a container that never answers would have been found out.
    const deadline = check.startPeriodMs * this.site.pace.healthChecks + check.retries * interval;
    const startedAt = Date.now();
    const watch = async (): Promise<void> => {
      let failures = 0;
      while (!end.signal.aborted) {
        const askedAt = Date.now();
        const result = await sandbox.exec(check.argv, check.timeoutMs);
        const tookMs = Date.now() - askedAt;
        // A check that the container's end interrupted says nothing.
        if (end.signal.aborted) return;
        failures = result.code === 0 ? 0 : failures + 1;
        if (result.code === 0) this.setHealth('HEALTHY');
        else this.lastCheck = result;
        const broken = startFailure(check.argv, result.code, result.stderr.split('\n')) !== undefined;
        if (broken) failures = check.retries;
        const overdue = broken || this.current.health !== 'UNKNOWN' || Date.now() - startedAt >= deadline;
        if (failures >= check.retries && overdue) this.setHealth('UNHEALTHY', lastWords(result));
        await pause(
          this.current.health === 'UNKNOWN' ? Math.min(interval, Math.max(FIRST_CHECKS_MS, PAUSE_PER_CHECK * tookMs)) : interval,
          end.signal,
        );
      }
    };
    void watch().catch((error: unknown) => {
      this.log.write('stderr', `health check could not be run: ${String(error)}\n`);
    });
    return end;
  }

  private setHealth(health: 'HEALTHY' | 'UNHEALTHY', detail?: string): void {
    if (this.current.status === 'RUNNING' && this.current.health !== health) this.set({ ...this.current, health }, health, detail);
  }

  private set(state: ContainerState, event: ContainerEvent, detail?: string): void {
    this.current = state;
    this.report(event, detail);
  }

  private mounted({ volume, path, readOnly }: MountModel): SandboxOptions['mounts'][number] {
    const fileSystem = this.site.fileSystems.get(volume);
    if (fileSystem === undefined) return { source: join(this.site.directory, 'volumes', volume), path, readOnly };
    const { uid } = this.user();
    if (fileSystem.uid !== undefined && fileSystem.uid !== uid)
      throw new Error(`${this.log.name} runs as ${uid}, and acts as ${fileSystem.uid} in ${path}: the runner has no NFS server for that`);
    return { source: fileSystem.source, path, readOnly: readOnly || fileSystem.readOnly };
  }

  private environment(): Readonly<Record<string, string>> {
    const secrets = Object.fromEntries(Object.entries(this.model.secrets).map(([name, from]) => [name, this.site.secret(from)]));
    return {
      PATH,
      HOME: '/',
      HOSTNAME: this.site.hostname,
      ...this.site.environment,
      ...this.standIn.environment,
      ...this.model.environment,
      ...secrets,
    };
  }

  private errors(): readonly string[] {
    return this.log.lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text);
  }

  private user(): { readonly uid: number; readonly gid: number } {
    const declared = this.model.user ?? this.standIn.user ?? '0:0';
    const known = { root: '0:0', ...this.standIn.users }[declared] ?? declared;
    const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(known) ?? [];
    if (uid === undefined) {
      throw new Error(
        `${this.log.name}: user "${declared}" is a name of the image's /etc/passwd, which is not here: give the ` +
          `stand-in users: { '${declared}': 'uid:gid' }`,
      );
    }
    return { uid: Number(uid), gid: Number(gid ?? uid) };
  }
}

function lastWords(result: Finished): string {
  return `health check exited with ${result.code}: ${(result.stderr + result.stdout).trim().slice(-300)}`;
}
