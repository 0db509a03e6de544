import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finished, RunOptions } from '../runner/run-process';
import { CommandFailed, must, PLAIN_ENVIRONMENT, quote, run } from '../runner/run-process';
import { until } from '../runner/wait';
import { NETNS_MOUNTS, Workspace } from '../runner/workspace';
import { program } from '../programs';
import { findTools } from '../tools';
import { HealthTimers } from './health-timers';
import { imageStore } from './images';
import { engineFiles, NAMESPACES, PRIVATE_DIRECTORIES } from './namespaces';

const CGROUPS = '/sys/fs/cgroup';
/** No command of an engine takes that long; podman-compose waits forever for a container that could not be made. */
const COMMAND_MS = 120_000;

export interface EngineOptions {
  /**
   * Whether health checks run on time, as systemd makes Podman's do. Without, they run when somebody asks: as on a machine
   * without systemd. By default true.
   */
  readonly healthTimers?: boolean;
}

export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  /** Of the Compose file; undefined for a container of no Compose file. */
  readonly service: string | undefined;
  /** `created`, `running`, `exited`, … */
  readonly state: string;
  /** Undefined without a health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | undefined;
  readonly exitCode: number;
}

/**
 * Podman with podman-compose, for tests with real containers, with a host of its own: networks, published ports, containers and volumes
 * are seen by nobody else, two engines may use the same names and ports, and `close` leaves nothing of them. The images of
 * `CONTAINER_IMAGES` are there.
 */
export class ContainerEngine {
  private readonly timers: HealthTimers | undefined;
  private readonly cgroups = new Set<string>();

  private constructor(
    private readonly workspace: Workspace,
    private readonly init: ChildProcess,
    /** Process 1 of the namespaces, as this machine counts. */
    private readonly pid: number,
    { healthTimers = true }: EngineOptions,
  ) {
    if (healthTimers) this.timers = new HealthTimers(this);
  }

  static async start(options: EngineOptions = {}): Promise<ContainerEngine> {
    const images = imageStore();
    const workspace = new Workspace();
    try {
      return await ContainerEngine.startIn(workspace, images, options);
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  private static async startIn(workspace: Workspace, images: string, options: EngineOptions): Promise<ContainerEngine> {
    const network = `${workspace.prefix}engine`;
    for (const name of ['networks', 'files']) mkdirSync(join(workspace.directory, name));
    const files = engineFiles({ directory: workspace.directory, images, limits: hardLimits() });
    writeFileSync(join(workspace.directory, 'containers.conf'), files.containers);
    writeFileSync(join(workspace.directory, 'storage.conf'), files.storage);
    await must(['ip', 'netns', 'add', network]);
    // The name server of this machine answers nobody in there, and who asks it waits for long.
    const names = join(workspace.directory, 'resolv.conf');
    writeFileSync(names, 'nameserver 127.0.0.1\n');
    const script = [
      ...PRIVATE_DIRECTORIES,
      // Where it is a link into /run, which is empty now.
      'target=$(realpath -m /etc/resolv.conf); mkdir -p "${target%/*}"; [ -e "$target" ] || : > "$target"',
      `mount --bind ${quote(names)} "$target"`,
      'ip link set lo up',
      'exec "$@"',
    ].join('\n');
    const initProgram = [findTools().tini, '--', process.execPath, program('no-names')];
    const init = spawn(
      // Whatever happens to this process, none of the engine outlives it.
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        'nsenter',
        `--net=${join(NETNS_MOUNTS, network)}`,
        ...NAMESPACES,
        'sh',
        '-euc',
        script,
        'engine',
        ...initProgram,
      ],
      { env: PLAIN_ENVIRONMENT, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    );
    await Promise.race([
      once(init.stdout, 'data'),
      once(init, 'exit').then(() => {
        throw new Error('the namespaces of an engine could not be made');
      }),
    ]);
    return new ContainerEngine(workspace, init, childOf(init.pid ?? 0), options);
  }

  /** What all names of the engine on this machine begin with. */
  get prefix(): string {
    return this.workspace.prefix;
  }

  /** For Compose files and what they mount. Removed by `close`. */
  get directory(): string {
    return join(this.workspace.directory, 'files');
  }

  /** Runs a command where the engine is: `podman`, `podman-compose`, `curl` to a published port, a command that drives the engine. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run(this.enter(argv, options), { timeoutMs: COMMAND_MS, ...options, env: { ...this.environment, ...options.env } });
  }

  /** Like `run`, for a command that has to succeed: its output. */
  async must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
    const result = await this.run(argv, options);
    if (result.code !== 0) throw new CommandFailed(argv, result);
    return result.stdout;
  }

  /** Starts a command where the engine is, such as one that runs until it gets a signal: see `signal`. It ends with the engine. */
  spawn(argv: readonly string[], options: Pick<RunOptions, 'cwd' | 'env'> = {}): ChildProcess {
    const [program = '', ...rest] = this.enter(argv, options);
    return spawn(program, rest, { env: { ...PLAIN_ENVIRONMENT, ...this.environment, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A signal for the command that `spawn` has started. The process that Node.js knows only waits for it. */
  signal({ pid = 0 }: ChildProcess, signal: NodeJS.Signals): void {
    process.kill(childOf(pid), signal);
  }

  /** All containers, whatever their state. */
  async containers(): Promise<readonly EngineContainer[]> {
    const listed = JSON.parse(await this.must(['podman', 'ps', '--all', '--no-trunc', '--format', 'json'])) as readonly ListedContainer[];
    return listed.map((each) => {
      this.cgroups.add(each.Id);
      return {
        id: each.Id,
        name: each.Names[0] ?? each.Id,
        service: each.Labels?.['com.docker.compose.service'],
        state: each.State,
        health: HEALTH.find((health) => each.Status.includes(`(${health})`)),
        exitCode: each.ExitCode,
      };
    });
  }

  /** Ends all containers, without asking them, and removes all that there was of the engine. */
  async close(): Promise<void> {
    try {
      await this.timers?.close();
      await this.containers();
      await this.run(['podman', 'rm', '--all', '--force', '--time', '0', '--volumes']);
    } finally {
      const ended = once(this.init, 'exit');
      this.init.kill('SIGKILL');
      await ended;
      // Theirs go with the last process, a moment after the namespaces.
      await until(() => this.cgroupPaths().every(isRemoved), { what: 'the containers of an engine to be gone' });
      await this.workspace.close();
    }
  }

  /** What is still there of the engine after `close`, on this machine. */
  async leftovers(): Promise<readonly string[]> {
    return [...(await this.workspace.leftovers()), ...this.cgroupPaths()];
  }

  private get environment(): Readonly<Record<string, string>> {
    const { directory } = this.workspace;
    return {
      PATH: `${dirname(findTools().podmanCompose)}:${PLAIN_ENVIRONMENT['PATH'] ?? ''}`,
      HOME: directory,
      TMPDIR: directory,
      CONTAINERS_CONF: join(directory, 'containers.conf'),
      CONTAINERS_STORAGE_CONF: join(directory, 'storage.conf'),
    };
  }

  private enter(argv: readonly string[], { cwd = this.directory }: Pick<RunOptions, 'cwd'>): readonly string[] {
    return [
      'setpriv',
      '--pdeathsig',
      'KILL',
      'nsenter',
      `--target=${this.pid}`,
      '--mount',
      '--net',
      '--ipc',
      '--pid',
      `--wdns=${cwd}`,
      ...argv,
    ];
  }

  private cgroupPaths(): readonly string[] {
    // One hierarchy, or one for each controller: cgroups of version 2 and 1.
    return [CGROUPS, ...list(CGROUPS).map((name) => join(CGROUPS, name))].flatMap((hierarchy) => {
      const parent = join(hierarchy, 'libpod_parent');
      return list(parent)
        .filter((name) => this.cgroups.has(name.replace(/^libpod-(conmon-)?/, '')))
        .map((name) => join(parent, name));
    });
  }
}

interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Labels: Readonly<Record<string, string | undefined>> | null;
  readonly State: string;
  readonly Status: string;
  readonly ExitCode: number;
}

const HEALTH = ['starting', 'healthy', 'unhealthy'] as const;

/** nsenter and unshare start one process, and wait for it. https://docs.kernel.org/filesystems/proc.html */
function childOf(pid: number): number {
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
  if (!(child > 0)) throw new Error(`process ${pid} has no child`);
  return child;
}

function hardLimits(): { readonly files: number; readonly processes: number } {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const hard = (name: string): number => {
    const text = new RegExp(`^${name} +\\S+ +(\\S+)`, 'm').exec(limits)?.[1];
    // As on AWS Fargate. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
    return Math.min(65_535, text === 'unlimited' ? Infinity : Number(text));
  };
  return { files: hard('Max open files'), processes: hard('Max processes') };
}

/** Whether the directory could be removed: that of a cgroup with processes cannot. */
function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
