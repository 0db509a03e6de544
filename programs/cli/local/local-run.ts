import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SYSTEM_FILE } from '../../local/local-system';
import { httpSource } from '../../map/http-source';
import type { MapSource } from '../../map/source';
import { Trouble } from '../trouble';
import { accessLog } from './access-log';
import { changedServices, removedServices } from './compose-file';
import { ContainerFailed, Containers } from './containers';
import { Control } from './control';
import type { Engine } from './engine';
import { mustRun } from './engine';
import { frameworkDirectory } from './framework-directory';
import type { LocalDirectory } from './local-directory';
import type { LocalPlan } from './local-plan';
import { checkPorts } from './ports';
import type { LocalArguments, Prepared, Say } from './prepare';
import { prepare } from './prepare';
import { removeNow, takeDown } from './take-down';
import { changed, synthesizedFiles } from './watch';

/** A system that runs, from its first container to its end. */
export class LocalRun {
  private prepared: Prepared | undefined;

  constructor(
    private readonly args: LocalArguments,
    private readonly engine: Engine,
    private readonly programs: string,
    private readonly say: Say,
  ) {}

  async up(prepared: Prepared, signal: AbortSignal): Promise<void> {
    const { plan, directory, controlPort, ports, environment, mapPort } = prepared;
    const begun = Date.now();
    const running = await new Control(controlPort).status().catch(() => undefined);
    if (directory.current !== undefined && running !== undefined)
      throw new Trouble('the system runs already', { fix: 'end that run with Ctrl-C, or take it down with `local down`' });
    // What is left of a run that was killed.
    if (directory.current !== undefined) await takeDown(this.engine, directory, () => undefined);
    this.prepared = prepared;
    await checkPorts([
      ...[...ports].map(([name, port]) => [port, `--port ${name}=<port>`] as const),
      [controlPort, '--control-port'],
      ...(this.args.detach ? [] : [[mapPort, '--map-port'] as const]),
      ...plan.callees.map(({ port }) => [port, 'fewer --swap'] as const),
    ]);
    directory.write(plan, this.programs, frameworkDirectory());
    for (const each of plan.leftOut) this.say(`not run: ${each}`);
    await this.create(directory, environment, signal);
    await this.startAll(Object.keys(plan.compose.services), plan, signal);
    await this.becomesHealthy(plan, controlPort, signal);
    if (signal.aborted) return;
    this.say(`${Object.keys(plan.tasks).length} tasks are healthy, after ${seconds(Date.now() - begun)}`);
    await this.sayWhere(prepared);
  }

  /** Where a page has from what it shows. */
  async source(signal: AbortSignal): Promise<MapSource> {
    const { url } = new Control(this.prepared?.controlPort);
    const source = await httpSource(new URL(url), signal);
    const tasks = (): readonly string[] => Object.keys(this.prepared?.plan.tasks ?? {});
    const project = this.prepared?.plan.compose.name ?? '';
    return { ...source, accessLog: (end) => accessLog(this.engine, project, tasks, end) };
  }

  /** Takes over what each synth writes, until the signal ends it. */
  async follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      await changed(
        () => [
          ...synthesizedFiles(this.args.app),
          ...(this.args.settings === undefined ? [] : [this.args.settings]),
          ...this.args.envFiles,
        ],
        signal,
      );
      if (signal.aborted) return;
      try {
        await this.update(await prepare(this.args, this.engine), signal);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        this.say(`everything stays as it is:\n${error.text}`);
      }
    }
  }

  async down(): Promise<void> {
    const directory = this.prepared?.directory;
    if (directory?.current !== undefined) await takeDown(this.engine, directory, this.say);
  }

  private async update(next: Prepared, signal: AbortSignal): Promise<void> {
    const begun = Date.now();
    const before = this.prepared?.plan.compose ?? next.plan.compose;
    const { compose } = next.plan;
    const replaced = withTheirTasks(changedServices(before, compose), next.plan);
    const removed = removedServices(before, compose);
    const isSame = JSON.stringify(next.plan) === JSON.stringify(this.prepared?.plan);
    this.prepared = next;
    if (isSame) return;
    const old = [...removed, ...replaced].map((service) => `${before.name}-${service}`);
    if (old.length > 0) await removeNow(this.engine, old);
    next.directory.write(next.plan, this.programs, frameworkDirectory());
    if (replaced.length > 0) {
      await this.create(next.directory, next.environment, signal);
      await this.startAll(replaced, next.plan, signal);
    }
    await this.deploys(next, signal);
    await this.becomesHealthy(next.plan, next.controlPort, signal);
    const tasks = Object.keys(next.plan.tasks).filter((task) =>
      replaced.some((service) => service === task || service.startsWith(`${task}-`)),
    );
    this.say(`changed: ${tasks.length === 0 ? 'no task' : tasks.join(', ')}, after ${seconds(Date.now() - begun)}`);
  }

  private async create(directory: LocalDirectory, environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const { compose, name } = this.engine;
    const file = ['-f', directory.composeFile];
    const create =
      name === 'finch'
        ? [...compose, ...file, 'create', '--no-recreate']
        : [...compose, ...file, 'up', '--no-start', '--no-deps', '--no-recreate'];
    await mustRun(create, 'the containers cannot be created', {
      env: environment,
      signal,
      line: (line) => {
        this.sayImage(line);
      },
    });
  }

  /** Images take minutes, and say so in lines of their own. */
  private sayImage(line: string): void {
    if (/\b(Pulling|Pulled|Building|Built|Trying to pull|naming to|STEP)\b/.test(line)) this.say(line.trim());
  }

  private async startAll(services: readonly string[], plan: LocalPlan, signal: AbortSignal): Promise<void> {
    const containers = new Containers(this.engine, plan.compose, () => undefined);
    try {
      await containers.start(services, signal);
    } catch (error) {
      if (!(error instanceof ContainerFailed)) throw error;
      const log = await containers.logs(error.service, SHOWN_LINES);
      throw new Trouble(`the container ${containers.name(error.service)} ${error.why}\n${log.map((line) => `  | ${line}`).join('\n')}`, {
        fix: 'see its last lines above',
      });
    }
  }

  private async becomesHealthy(plan: LocalPlan, controlPort: number, signal: AbortSignal): Promise<void> {
    const control = new Control(controlPort);
    const containers = new Containers(this.engine, plan.compose, () => undefined);
    const wanted = Object.keys(plan.tasks);
    const deadline = Date.now() + LONGEST_START_MS;
    let said = '';
    while (!signal.aborted) {
      const tasks = await control.tasks().catch(() => []);
      const missing = wanted.filter((id) => !tasks.some((task) => task.id === id && task.healthy));
      if (missing.length === 0) return;
      const line = `${wanted.length - missing.length} of ${wanted.length} tasks are healthy; waiting for ${missing.join(', ')}`;
      if (line !== said) this.say(line);
      said = line;
      const ended = [...(await containers.states())].find(
        ([service, { status, exitCode }]) =>
          status === 'exited' && exitCode !== 0 && missing.some((task) => service.startsWith(`${task}-`)),
      );
      if (Date.now() > deadline || (ended !== undefined && Date.now() > deadline - LONGEST_START_MS + GRACE_MS)) {
        const service = ended?.[0] ?? `${missing[0] ?? ''}-app`;
        const log = await containers.logs(service, SHOWN_LINES);
        const last = log.map((each) => `  | ${each}`).join('\n');
        throw new Trouble(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not healthy; ${service} says last:\n${last}`, {
          fix: `see \`${this.engine.command} logs ${containers.name(service)}\``,
        });
      }
      await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until the container `aws` has what stands in the file. */
  private async deploys({ directory, controlPort }: Prepared, signal: AbortSignal): Promise<void> {
    const wanted = createHash('sha256')
      .update(readFileSync(join(directory.path, 'system', SYSTEM_FILE)))
      .digest('hex');
    const control = new Control(controlPort);
    const deadline = Date.now() + LONGEST_START_MS;
    while (!signal.aborted) {
      const status = await control.status().catch(() => undefined);
      if (status?.deployed === wanted) return;
      if (typeof status?.error === 'string' || Date.now() > deadline)
        throw new Trouble(`the change cannot be deployed: ${status?.error ?? 'the container aws does not answer'}`, {
          fix: 'start `local` again',
        });
      await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async sayWhere({ plan, controlPort }: Prepared): Promise<void> {
    const { edges } = await new Control(controlPort).status();
    for (const { name, url, note } of edges) this.say(`edge ${name}: ${url ?? note ?? 'not run'}`);
    for (const { caller, callee, port } of plan.callees) this.say(`${caller} calls ${callee} at http://localhost:${port}`);
  }
}

const POLL_MS = 250;
const SHOWN_LINES = 12;
const LONGEST_START_MS = 300_000;
/** How long a container may be between its end and its next start. */
const GRACE_MS = 15_000;

/** A container that holds a network is replaced with all that are in it. */
function withTheirTasks(changedOnes: readonly string[], { compose, tasks }: LocalPlan): readonly string[] {
  const holders = changedOnes.filter((service) => tasks[service] !== undefined);
  return Object.keys(compose.services).filter(
    (service) =>
      changedOnes.includes(service) || holders.some((task) => compose.services[service]?.labels['cdk-ecs-microservices.task'] === task),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
