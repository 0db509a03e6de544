import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SYSTEM_FILE } from '../../local/local-system';
import { httpSource } from '../../map/http-source';
import type { MapSource } from '../../map/source';
import { Trouble } from '../trouble';
import { accessLog } from './access-log';
import type { ComposeFile, ComposeService } from './engine/compose-file';
import { changedServices, partOf, removedServices } from './engine/compose-file';
import { containerName } from './engine/container-name';
import { ContainerFailed, Containers, removeNow } from './engine/containers';
import { collectorsOf } from './collectors';
import { Control } from './control';
import type { Engine } from './engine/engine';
import { mustRun } from './engine/engine';
import { frameworkDirectory } from './framework-directory';
import { JobRun } from './job-run';
import { TASK_LABEL } from './engine/labels';
import type { LocalDirectory } from './local-directory';
import type { LocalJob, LocalPlan } from './local-plan';
import { checkPorts } from './ports';
import type { LocalArguments, Prepared, Say } from './prepare';
import { prepare } from './prepare';
import { fetchImages, refuseOthers, takeDown } from './take-down';
import { changed, stateOf, synthesizedFiles } from './watch';

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
    await refuseOthers(this.engine, plan.compose.name, directory, running !== undefined, this.say);
    await checkPorts([
      ...[...ports].map(([name, port]) => [port, `--port ${name}=<port>`] as const),
      [controlPort, '--control-port'],
      ...(this.args.detach ? [] : [[mapPort, '--map-port'] as const]),
      ...plan.callees.map(({ port }) => [port, undefined] as const),
    ]);
    this.prepared = prepared;
    await directory.write(plan, this.programs, frameworkDirectory());
    for (const each of plan.leftOut) this.say(`not run: ${each}`);
    for (const each of collectorsOf(plan.compose, prepared.system.workloads))
      this.say(`traces go to ${each}, which is outside of this system`);
    await fetchImages(this.engine, directory.composeFile, imagesOf(plan.compose, Object.keys(plan.compose.services)), this.say, signal);
    await this.create(directory, environment, [], signal);
    const jobs = plan.jobs.filter(({ before }) => before === 'run');
    if (jobs.length > 0) {
      // As a deployment, which starts services when these have ended well.
      await this.startAll(['aws'], plan, signal);
      await this.deploys(prepared, signal);
      await this.runJobs(jobs, prepared, signal);
    }
    const others = Object.keys(plan.compose.services).filter((name) => jobs.length === 0 || name !== 'aws');
    await this.startAll(others, plan, signal);
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

  /** Takes over what each synth writes, until the signal ends it. @param before what the files were when they were read last */
  async follow(before: string, signal: AbortSignal): Promise<void> {
    for (let seen = before; ;) {
      await changed(this.files, seen, signal);
      if (signal.aborted) return;
      seen = stateOf(this.files());
      try {
        await this.update(await prepare(this.args, this.engine), signal);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        this.say(`everything stays as it is:\n${error.text}`);
      }
    }
  }

  /** All that a change may be in. */
  readonly files = (): readonly string[] => {
    const { app, settings, envFiles } = this.args;
    return [...synthesizedFiles(app), ...(settings === undefined ? [] : [settings]), ...envFiles];
  };

  async down(): Promise<void> {
    if (this.prepared === undefined) return;
    const { plan, directory } = this.prepared;
    await takeDown(this.engine, plan.compose.name, directory);
    this.say('everything is taken down');
  }

  private async update(next: Prepared, signal: AbortSignal): Promise<void> {
    const begun = Date.now();
    const before = this.prepared?.plan.compose ?? next.plan.compose;
    const { compose } = next.plan;
    const others = [...changedServices(before, compose), ...this.withOtherValues(next)];
    const replaced = withTheirTasks(others, next.plan);
    const removed = removedServices(before, compose);
    if (replaced.length === 0 && JSON.stringify(next.plan) === JSON.stringify(this.prepared?.plan)) return;
    // Before anything is removed: an image that cannot be had changes nothing.
    await fetchImages(this.engine, next.directory.writeNext(compose), imagesOf(compose, replaced), this.say, signal);
    await this.runChangedJobs(next, signal);
    const old = [...removed, ...replaced].map((service) => containerName(before.name, service));
    // First what is in networks, then what holds them.
    const isInOther = (name: string): boolean => before.services[name.slice(before.name.length + 1)]?.network_mode !== undefined;
    await removeNow(this.engine, old.filter(isInOther));
    await removeNow(
      this.engine,
      old.filter((name) => !isInOther(name)),
    );
    await next.directory.write(next.plan, this.programs, frameworkDirectory());
    this.prepared = next;
    if (replaced.length > 0) {
      await this.create(next.directory, next.environment, replaced, signal);
      await this.startAll(replaced, next.plan, signal);
    }
    await this.deploys(next, signal);
    await this.becomesHealthy(next.plan, next.controlPort, signal);
    const tasks = Object.keys(next.plan.tasks).filter((task) =>
      replaced.some((service) => service === task || compose.services[service]?.labels[TASK_LABEL] === task),
    );
    this.say(`changed: ${tasks.length === 0 ? 'no task' : tasks.join(', ')}, after ${seconds(Date.now() - begun)}`);
  }

  /** As a deployment, before anything else changes: if one fails, the system that runs goes on. */
  private async runChangedJobs(next: Prepared, signal: AbortSignal): Promise<void> {
    const { prepared } = this;
    const jobs = next.plan.jobs.filter(
      (job) => job.before === 'run' && JSON.stringify(prepared?.plan.jobs.find(({ name }) => name === job.name)) !== JSON.stringify(job),
    );
    if (jobs.length === 0) return;
    await next.directory.write(next.plan, this.programs, frameworkDirectory());
    try {
      await this.deploys(next, signal);
      await this.runJobs(jobs, next, signal);
    } catch (error) {
      if (prepared !== undefined) await prepared.directory.write(prepared.plan, this.programs, frameworkDirectory());
      throw error;
    }
  }

  private async runJobs(jobs: readonly LocalJob[], { directory, environment }: Prepared, signal: AbortSignal): Promise<void> {
    for (const job of jobs) {
      if (signal.aborted) return;
      const begun = Date.now();
      const composeFile = directory.putJob(job);
      await fetchImages(this.engine, composeFile, imagesOf(job.compose, Object.keys(job.compose.services)), this.say, signal);
      const line = (text: string): void => {
        this.say(`${job.name} | ${text}`);
      };
      const env = valuesFor(job.compose, environment);
      const code = await new JobRun(this.engine, job, job.compose).run({ composeFile, env, line, signal });
      if (signal.aborted) return;
      if (code !== 0)
        throw new Trouble(`the job ${job.name} ended with ${code}, and has to end well before the services start`, {
          fix: 'see what it says above; to go on without it, write `tasks: { <job>: 0 }` into the file of --settings',
        });
      this.say(`the job ${job.name} ended well, after ${seconds(Date.now() - begun)}`);
    }
  }

  /** Services that get other values of the environment files than they have. */
  private withOtherValues({ plan, environment }: Prepared): readonly string[] {
    const had = this.prepared?.environment ?? {};
    const isOther = (variable: string): boolean => had[variable] !== environment[variable];
    return Object.entries(plan.compose.services).flatMap(([name, service]) => (variablesOf(service).some(isOther) ? [name] : []));
  }

  /** @param services of the file; none: all */
  private async create(
    directory: LocalDirectory,
    environment: Readonly<Record<string, string>>,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const { compose, name } = this.engine;
    const whole = directory.current;
    const part = services.length === 0 || whole === undefined ? undefined : partOf(whole, services);
    const file = ['-f', part === undefined ? directory.composeFile : directory.writeNext(part)];
    const how = name === 'finch' ? ['create', '--no-recreate'] : ['up', '--no-start', '--no-deps', '--no-recreate'];
    const env = whole === undefined ? {} : valuesFor(part ?? whole, environment);
    await mustRun([...compose, ...file, ...how, ...services], 'the containers cannot be created', { env, signal });
  }

  private async startAll(services: readonly string[], plan: LocalPlan, signal: AbortSignal): Promise<void> {
    const containers = new Containers(this.engine, plan.compose);
    try {
      await containers.start(services, signal);
    } catch (error) {
      if (!(error instanceof ContainerFailed)) throw error;
      const log = await containers.logs(error.service, SHOWN_LINES);
      throw new Trouble(`the container ${containers.name(error.service)} ${error.why}\n${log}`, {
        fix: 'see its last lines above',
      });
    }
  }

  private async becomesHealthy(plan: LocalPlan, controlPort: number, signal: AbortSignal): Promise<void> {
    const control = new Control(controlPort);
    const containers = new Containers(this.engine, plan.compose);
    const wanted = Object.keys(plan.tasks);
    const begun = Date.now();
    let said = '';
    while (!signal.aborted) {
      const tasks = await control.tasks().catch(() => []);
      const missing = wanted.filter((id) => !tasks.some((task) => task.id === id && task.healthy));
      if (missing.length === 0) return;
      const line = `${wanted.length - missing.length} of ${wanted.length} tasks are healthy; waiting for ${missing.join(', ')}`;
      if (line !== said) this.say(line);
      said = line;
      const states = await containers.states();
      await checkDeployed(control, states);
      const ended = endedIn(states, missing);
      if (Date.now() - begun > (ended === undefined ? LONGEST_START_MS : GRACE_MS)) throw await this.notHealthy(containers, missing, ended);
      await setTimeout(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async notHealthy(containers: Containers, missing: readonly string[], ended: string | undefined): Promise<Trouble> {
    const service = ended ?? `${missing[0] ?? ''}-app`;
    const last = await containers.logs(service, SHOWN_LINES);
    return new Trouble(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not healthy; ${service} says last:\n${last}`, {
      fix: `see \`${this.engine.command} logs ${containers.name(service)}\``,
    });
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
    for (const { name, url, error, notEmulated } of edges) this.say(`edge ${name}: ${error ?? notEmulated ?? url ?? 'not run'}`);
    for (const { caller, callee, port } of plan.callees) this.say(`${caller} calls ${callee} at http://localhost:${port}`);
  }
}

/** As `givenTo` writes it. */
const VARIABLE = /^\$\{(\w+)\}$/;

const POLL_MS = 250;
const SHOWN_LINES = 12;
const LONGEST_START_MS = 300_000;
/** How long a container may be between its end and its next start. */
const GRACE_MS = 15_000;

type States = Awaited<ReturnType<Containers['states']>>;

/** @throws Trouble if the container `aws` runs, and cannot deploy the system */
async function checkDeployed(control: Control, states: States): Promise<void> {
  if (states.get('aws')?.status !== 'running') return;
  const failure = (await control.status().catch(() => undefined))?.error;
  if (typeof failure === 'string') throw new Trouble(`the system cannot be deployed: ${failure}`, { fix: 'run `npx cdk synth` again' });
}

/** A container that has failed, of the emulated AWS or of a task that is missing. */
function endedIn(states: States, missing: readonly string[]): string | undefined {
  const found = [...states].find(
    ([service, { status, exitCode }]) =>
      status === 'exited' && exitCode !== 0 && (service === 'aws' || missing.some((task) => service.startsWith(`${task}-`))),
  );
  return found?.[0];
}

/** Of the environment files: what else stands in them is nothing that the engine is to have. */
export function valuesFor({ services }: ComposeFile, environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const used = Object.values(services).flatMap(variablesOf);
  return Object.fromEntries(used.map((variable) => [variable, environment[variable] ?? '']));
}

/** Names of the variables of environment files that a container gets. */
function variablesOf({ environment = {} }: ComposeService): readonly string[] {
  return Object.values(environment).flatMap((value) => VARIABLE.exec(value)?.[1] ?? []);
}

export function imagesOf(compose: ComposeFile, services: readonly string[]): Parameters<typeof fetchImages>[2] {
  const named = services.flatMap((name) => {
    const { image, build } = compose.services[name] ?? {};
    return image === undefined ? [] : [{ name, image, built: build !== undefined }];
  });
  // Who builds an image comes before those that have it.
  return named.sort((a, b) => Number(b.built) - Number(a.built));
}

/** A container that holds a network is replaced with all that are in it. */
function withTheirTasks(changedOnes: readonly string[], { compose, tasks }: LocalPlan): readonly string[] {
  const holders = changedOnes.filter((service) => tasks[service] !== undefined);
  return Object.keys(compose.services).filter(
    (service) => changedOnes.includes(service) || holders.some((task) => compose.services[service]?.labels[TASK_LABEL] === task),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
