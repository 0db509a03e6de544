import { setTimeout } from 'node:timers/promises';
import type { ComposeFile, ComposeService } from './compose-file';
import { containerName } from './container-name';
import type { Engine } from './engine';
import { lastLine, runCommand } from './engine';
import { ROLE_LABEL } from './labels';
import { Trouble } from '../../trouble';

/** A container as its engine has it. */
export interface ContainerState {
  readonly status: 'absent' | 'created' | 'running' | 'exited';
  readonly exitCode: number;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
}

interface Inspected {
  readonly Status?: string;
  readonly ExitCode?: number;
  readonly Health?: { readonly Status?: string };
  readonly Healthcheck?: { readonly Status?: string };
}

const ABSENT: ContainerState = { status: 'absent', exitCode: 0, health: 'none' };
const POLL_MS = 250;
/** Of a few containers, which are asked for quickly. */
const SHORT_POLL_MS = 100;
const FEW = 8;
const MOST_AT_ONCE = 4;

/**
 * Starts the containers of a Compose file that there are, each when those that it waits for are as far as it wants. Compose tools differ in
 * that: some start all at once, and some run again what has come to its end.
 */
export class Containers {
  constructor(
    private readonly engine: Engine,
    private readonly file: ComposeFile,
  ) {}

  name(service: string): string {
    return containerName(this.file.name, service);
  }

  /** @throws Trouble if one of them ends, or is unhealthy, before all that wait for it have begun */
  async start(services: readonly string[], signal: AbortSignal): Promise<void> {
    const waiting = new Set(services);
    const checked = new Map<string, number>();
    const pauseMs = services.length > FEW ? POLL_MS : SHORT_POLL_MS;
    while (waiting.size > 0 && !signal.aborted) {
      const waitedFor = [...waiting].flatMap((service) => Object.keys(this.service(service).depends_on ?? {}));
      const states = await this.states([...new Set([...waiting, ...waitedFor])]);
      this.refuseFailed(states, waiting);
      const ready = [...waiting].filter((service) => this.mayStart(service, states));
      for (let at = 0; at < ready.length; at += MOST_AT_ONCE)
        await Promise.all(
          ready.slice(at, at + MOST_AT_ONCE).map(async (service) => {
            await this.startOne(service);
            waiting.delete(service);
          }),
        );
      if (waiting.size === 0) return;
      await this.check(states, checked, waiting);
      if (ready.length === 0) await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @param services those that are asked for. @default - all of the file */
  async states(services: readonly string[] = Object.keys(this.file.services)): Promise<ReadonlyMap<string, ContainerState>> {
    const { stdout } = await runCommand([
      this.engine.command,
      'inspect',
      '--type',
      'container',
      '--format',
      '{{.Name}} {{json .State}}',
      ...services.map((service) => this.name(service)),
    ]);
    const found = new Map(
      stdout.split('\n').flatMap((line) => {
        const [, name, state] = /^\/?(\S+) (\{.*\})$/.exec(line) ?? [];
        return name === undefined || state === undefined ? [] : [[name, stateOf(JSON.parse(state) as Inspected)] as const];
      }),
    );
    return new Map(services.map((service) => [service, found.get(this.name(service)) ?? ABSENT]));
  }

  /** The last lines of a container's log, each on a line of its own. */
  async logs(service: string, lines: number): Promise<string> {
    const { stdout, stderr } = await runCommand([this.engine.command, 'logs', '--tail', String(lines), this.name(service)]);
    const last = `${stdout}${stderr}`.trim().split('\n').slice(-lines);
    return last.map((line) => `  | ${line}`).join('\n');
  }

  private mayStart(service: string, states: ReadonlyMap<string, ContainerState>): boolean {
    return Object.entries(this.service(service).depends_on ?? {}).every(([name, { condition }]) => {
      const { status, health, exitCode } = states.get(name) ?? ABSENT;
      switch (condition) {
        case 'service_started':
          return status === 'running' || status === 'exited';
        case 'service_healthy':
          return status === 'running' && health === 'healthy';
        case 'service_completed_successfully':
          return status === 'exited' && exitCode === 0;
      }
    });
  }

  private async startOne(service: string): Promise<void> {
    const { code, stderr } = await runCommand([this.engine.command, 'start', this.name(service)]);
    if (code === 0) return;
    throw new Trouble(`the container ${this.name(service)} cannot be started: ${lastLine(stderr)}`, {
      fix: /port|address already in use/i.test(stderr)
        ? 'stop what has the port, or choose another one with --port or --control-port'
        : 'see what the engine says',
    });
  }

  /** Podman has timers of systemd for health checks, which not every machine has: one check more does no harm. */
  private async check(
    states: ReadonlyMap<string, ContainerState>,
    checked: Map<string, number>,
    waiting: ReadonlySet<string>,
  ): Promise<void> {
    if (this.engine.name !== 'podman') return;
    const awaited = new Set(
      [...waiting].flatMap((service) =>
        Object.entries(this.service(service).depends_on ?? {}).flatMap(([name, { condition }]) =>
          condition === 'service_healthy' ? [name] : [],
        ),
      ),
    );
    const due = [...states].filter(([service, { status, health }]) => {
      const { healthcheck } = this.service(service);
      return (
        awaited.has(service) &&
        healthcheck !== undefined &&
        status === 'running' &&
        health === 'starting' &&
        Date.now() - (checked.get(service) ?? 0) >= (healthcheck.start_period === '0s' ? FULL_CHECK_MS : CHECK_MS)
      );
    });
    await Promise.all(
      due.map(async ([service]) => {
        checked.set(service, Date.now());
        await runCommand([this.engine.command, 'healthcheck', 'run', this.name(service)]);
      }),
    );
  }

  private refuseFailed(states: ReadonlyMap<string, ContainerState>, waiting: ReadonlySet<string>): void {
    for (const service of waiting)
      for (const [name, { condition }] of Object.entries(this.service(service).depends_on ?? {})) {
        const { status, exitCode, health } = states.get(name) ?? ABSENT;
        if (waiting.has(name)) continue;
        if (status === 'exited' && this.service(name).labels[ROLE_LABEL] === 'task')
          throw new ContainerFailed(name, `ended with ${exitCode}, and holds the network of ${service}`);
        if (condition !== 'service_started' && status === 'exited' && (exitCode !== 0 || condition === 'service_healthy'))
          throw new ContainerFailed(name, `ended with ${exitCode}, and ${service} waits for it`);
        if (condition === 'service_healthy' && health === 'unhealthy')
          throw new ContainerFailed(name, `is unhealthy, and ${service} waits for it`);
      }
  }

  private service(name: string): ComposeService {
    const found = this.file.services[name];
    if (found === undefined) throw new Error(`bug: the Compose file has no service ${name}`);
    return found;
  }
}

/** Failures do not count while a container starts. */
const CHECK_MS = 500;
/** Where they count from the beginning: as often as the file says. */
const FULL_CHECK_MS = 2000;

export class ContainerFailed extends Error {
  constructor(
    readonly service: string,
    readonly why: string,
  ) {
    super(`${service} ${why}`);
  }
}

/** One that is restarted again and again is one that ends. */
const ENDED = ['exited', 'stopped', 'restarting', 'dead'];

function stateOf({ Status: status = '', ExitCode: exitCode = 0, Health: health, Healthcheck: healthcheck }: Inspected): ContainerState {
  const said = health?.Status ?? healthcheck?.Status ?? '';
  return {
    status: status === 'running' ? status : ENDED.includes(status) ? 'exited' : 'created',
    exitCode,
    health: said === 'starting' || said === 'healthy' || said === 'unhealthy' ? said : 'none',
  };
}

/** Podman alone would wait for their end. */
export async function removeNow({ name, command }: Engine, containers: readonly string[]): Promise<void> {
  if (containers.length > 0) await runCommand([command, 'rm', '-f', '-v', ...(name === 'podman' ? ['-t', '0'] : []), ...containers]);
}
