import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Trouble } from '../trouble';
import type { ComposeFile } from './engine/compose-file';
import { literal } from './engine/compose-file';
import { ContainerFailed, Containers, removeNow } from './engine/containers';
import type { Engine } from './engine/engine';
import { mustRun, runCommand } from './engine/engine';
import { ROLE_LABEL } from './engine/labels';
import type { LocalJob } from './local-plan';

export interface JobRunOptions {
  /** The file that its containers are made by. */
  readonly composeFile: string;
  /** Values of variables that the file names. */
  readonly env: Readonly<Record<string, string>>;
  /** Told of each line that its application writes. @default - written as they come */
  readonly line?: (line: string) => void;
  readonly signal: AbortSignal;
}

const POLL_MS = 250;
const SHOWN_LINES = 12;
/** Of a task that is stopped, as ECS says it: 128 and the number of SIGKILL. */
const KILLED = 137;

/** The Compose file with another command for the job, as RunTask takes it in its overrides. */
export function withCommand({ compose, task, container }: LocalJob, command: readonly string[]): ComposeFile {
  const name = `${task}-${container}`;
  const found = compose.services[name];
  if (found === undefined || command.length === 0) return compose;
  return { ...compose, services: { ...compose.services, [name]: { ...found, command: command.map(literal) } } };
}

/** Starts the task of a job in the network of a system that runs, and removes it at its end. */
export class JobRun {
  private readonly containers: Containers;
  private readonly services: readonly string[];
  private readonly application: string;

  constructor(
    private readonly engine: Engine,
    private readonly job: LocalJob,
    private readonly compose: ComposeFile,
  ) {
    this.containers = new Containers(engine, compose);
    this.services = Object.keys(compose.services);
    this.application = `${job.task}-${job.container}`;
  }

  /**
   * @returns its exit code
   * @throws Trouble if it runs already, or its task cannot be started
   */
  async run(options: JobRunOptions): Promise<number> {
    const states = await this.containers.states();
    if (states.get(this.job.task)?.status === 'running' && states.get(this.application)?.status !== 'exited')
      throw new Trouble(`the job ${this.job.name} runs already`, {
        fix: 'wait for its end: a local system runs one task of a job at a time',
      });
    // What is left of a run that was killed.
    await this.remove();
    try {
      const { compose, name } = this.engine;
      const how = name === 'finch' ? ['create', '--no-recreate'] : ['up', '--no-start', '--no-deps', '--no-recreate'];
      const created = [...compose, '-f', options.composeFile, ...how];
      await mustRun(created, `the containers of the job ${this.job.name} cannot be created`, { env: options.env, signal: options.signal });
      await this.start(options.signal);
      return await this.toItsEnd(options);
    } finally {
      await this.remove();
    }
  }

  private async start(signal: AbortSignal): Promise<void> {
    try {
      await this.containers.start(this.services, signal);
    } catch (error) {
      if (!(error instanceof ContainerFailed)) throw error;
      const log = await this.containers.logs(error.service, SHOWN_LINES);
      throw new Trouble(`the container ${this.containers.name(error.service)} ${error.why}\n${log}`, { fix: 'see its last lines above' });
    }
  }

  private async toItsEnd({ line, signal }: JobRunOptions): Promise<number> {
    const { command } = this.engine;
    const name = this.containers.name(this.application);
    const logs = spawn(command, ['logs', '-f', name], {
      stdio: ['ignore', ...(line === undefined ? (['inherit', 'inherit'] as const) : (['pipe', 'pipe'] as const))],
    });
    if (line !== undefined)
      for (const stream of [logs.stdout, logs.stderr]) if (stream !== null) createInterface({ input: stream }).on('line', line);
    const read = once(logs, 'close').catch(() => undefined);
    for (;;) {
      const states = await this.containers.states();
      const own = states.get(this.application);
      if (own === undefined || own.status === 'absent') return KILLED;
      if (own.status === 'exited') {
        await read;
        return own.exitCode;
      }
      const ended = this.services.find((each) => ESSENTIAL.includes(this.roleOf(each)) && states.get(each)?.status === 'exited');
      if (signal.aborted || ended !== undefined) {
        // With the time that its definition gives it, as ECS stops a task.
        await runCommand([command, 'stop', '-t', this.graceOf(this.application), name]);
        await read;
        if (ended === undefined) {
          const last = (await this.containers.states()).get(this.application);
          // One that has not begun has an exit code, too: 0.
          return last?.status === 'exited' ? last.exitCode : KILLED;
        }
        const log = await this.containers.logs(ended, SHOWN_LINES);
        throw new Trouble(`the container ${this.containers.name(ended)} ended before the job ${this.job.name}\n${log}`, {
          fix: 'see its last lines above',
        });
      }
      await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private roleOf(service: string): string {
    return this.compose.services[service]?.labels[ROLE_LABEL] ?? '';
  }

  /** In whole seconds. */
  private graceOf(service: string): string {
    return String(Math.ceil(Number.parseFloat(this.compose.services[service]?.stop_grace_period ?? '10')));
  }

  private async remove(): Promise<void> {
    const { command } = this.engine;
    const names = this.services.filter((each) => each !== this.job.task).map((each) => this.containers.name(each));
    await removeNow(this.engine, names);
    await removeNow(this.engine, [this.containers.name(this.job.task)]);
    // Those of the task, and not file systems that others share.
    const volumes = Object.keys(this.compose.volumes).filter((each) => each.startsWith(`${this.job.task}-`));
    if (volumes.length > 0) await runCommand([command, 'volume', 'rm', '-f', ...volumes.map((each) => `${this.compose.name}_${each}`)]);
  }
}

/** Without them, a task of a job is stopped. */
const ESSENTIAL = ['task', 'proxy', 'agent'];
