import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SYSTEM_FILE } from '../../local/local-system';
import { readSystem } from '../read-description';
import { suggestion, Trouble } from '../trouble';
import { changedServices, removedServices } from './compose-file';
import { ContainerFailed, Containers } from './containers';
import { Control } from './control';
import type { Engine } from './engine';
import { findEngine, mustRun, runCommand, traitsOf } from './engine';
import { readEnvironmentFile } from './environment-file';
import { BuiltImages } from './images';
import { LocalDirectory } from './local-directory';
import type { LocalPlan } from './local-plan';
import { planLocal, projectName } from './local-plan';
import { checkPorts, edgePorts, portNumber } from './ports';
import type { SynthesizedSystem } from './read-local-system';
import { readLocalSystem } from './read-local-system';
import { readSettings, readSwap } from './settings';
import { changed, synthesizedFiles } from './watch';

/** The options of the command line. */
export interface LocalArguments {
  readonly app: string;
  readonly stack: string | undefined;
  readonly engine: string | undefined;
  readonly settings: string | undefined;
  readonly envFiles: readonly string[];
  readonly only: string | undefined;
  readonly swaps: readonly string[];
  readonly ports: readonly string[];
  readonly controlPort: string | undefined;
  readonly directory: string;
  readonly detach: boolean;
}

// What the SDK says of old versions of Node.js is nothing that users of a command can do something about.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Lines for whoever waits. */
export type Say = (line: string) => void;

const CONTROL = 8788;
const FIRST_CALLEE = 18_080;
const FETCHING_ENGINE = 'docker';

/** What a run of the command knows before anything is started. */
interface Prepared {
  readonly system: SynthesizedSystem;
  readonly plan: LocalPlan;
  readonly directory: LocalDirectory;
  readonly environment: Readonly<Record<string, string>>;
  readonly controlPort: number;
  readonly ports: ReadonlyMap<string, number>;
}

/** @param programs directory of the bundled programs of containers */
async function prepare(args: LocalArguments, engine: Pick<Engine, 'name'>): Promise<Prepared> {
  const description = readSystem(args.app, args.stack);
  const system = await readLocalSystem(args.app, description);
  const services = description.services.filter(({ kind }) => kind !== 'job').map(({ name }) => name);
  const workloads = system.workloads.map((workload) => workload.description.name);
  const containers = system.workloads.flatMap(({ description: { name, service = name, containers: all } }) =>
    all.map((each) => `${service}/${each.name}`),
  );
  const settings = readSettings(args.settings, { services, workloads, containers });
  const environment = Object.assign({}, ...args.envFiles.map(readEnvironmentFile)) as Readonly<Record<string, string>>;
  const controlPort = args.controlPort === undefined ? CONTROL : portNumber(args.controlPort, '--control-port');
  const directory = new LocalDirectory(resolve(args.directory, projectName(description)));
  const images = new BuiltImages(system.directory);
  const ports = edgePorts(
    description.edges.map(({ name }) => name),
    args.ports,
  );
  const traits = traitsOf(engine.name);
  const plan = planLocal(system, {
    only: args.only === undefined ? undefined : namesOf(args.only, services),
    swaps: new Map(args.swaps.map((text) => readSwap(text, services, traits.host))),
    settings,
    variables: new Set(Object.keys(environment)),
    edgePorts: ports,
    controlPort,
    firstCalleePort: FIRST_CALLEE,
    traits,
    imageOf: (reference) => images.localImage(reference, directory.path),
  });
  return { system, plan, directory, environment, controlPort, ports };
}

/** Of `--only`: stand-ins for all. */
const NONE = 'none';

function namesOf(text: string, known: readonly string[]): ReadonlySet<string> {
  if (text === NONE) return new Set();
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Trouble(`--only names the service "${unknown}", which there is not`, {
      allowed: known,
      fix: 'name some of these, with commas',
    });
  return new Set(names);
}

function frameworkDirectory(): string {
  return join(dirname(require.resolve('aws-cdk-lib')), 'custom-resources/lib/provider-framework/runtime');
}

/** Writes the files of a local system, and nothing else. @returns the path of the Compose file */
export async function writeLocal(args: LocalArguments, programs: string): Promise<string> {
  const { plan, directory } = await prepare(args, { name: (args.engine ?? FETCHING_ENGINE) as Engine['name'] });
  directory.write(plan, programs, frameworkDirectory());
  return directory.composeFile;
}

/** Runs a system until the signal ends it, and takes it down then; with `detach`, until it is up. */
export async function upLocal(args: LocalArguments, programs: string, say: Say, signal: AbortSignal): Promise<void> {
  const engine = await findEngine(args.engine);
  const prepared = await prepare(args, engine);
  const local = new LocalSystemRun(args, engine, programs, say);
  let stays = false;
  try {
    await local.up(prepared, signal);
    stays = args.detach && !signal.aborted;
    if (stays || signal.aborted) return;
    say('watching for what `cdk synth` writes; Ctrl-C takes everything down');
    await local.follow(signal);
  } finally {
    if (!stays) await local.down();
  }
}

/** Takes a system down that a detached run has left. */
export async function downLocal(args: LocalArguments, say: Say): Promise<void> {
  const engine = await findEngine(args.engine);
  const directory = new LocalDirectory(resolve(args.directory, projectName(readSystem(args.app, args.stack))));
  await takeDown(engine, directory, say);
}

class LocalSystemRun {
  private prepared: Prepared | undefined;

  constructor(
    private readonly args: LocalArguments,
    private readonly engine: Engine,
    private readonly programs: string,
    private readonly say: Say,
  ) {}

  async up(prepared: Prepared, signal: AbortSignal): Promise<void> {
    this.prepared = prepared;
    const { plan, directory, controlPort, ports, environment } = prepared;
    const begun = Date.now();
    if (directory.current !== undefined) await takeDown(this.engine, directory, () => undefined);
    await checkPorts([
      ...[...ports].map(([name, port]) => [port, `--port ${name}=<port>`] as const),
      [controlPort, '--control-port'],
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
    await mustRun(create, 'the containers cannot be created', { env: environment, signal, line: (line) => this.sayImage(line) });
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
        throw new Trouble(
          `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not healthy; ${service} says last:\n${log.map((each) => `  | ${each}`).join('\n')}`,
          { fix: `see \`${this.engine.command} logs ${containers.name(service)}\`` },
        );
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

async function takeDown(engine: Engine, directory: LocalDirectory, say: Say): Promise<void> {
  const { current } = directory;
  if (current === undefined) throw new Trouble(`no system runs in ${directory.path}`, { fix: 'nothing is left to take down' });
  const names = Object.keys(current.services).map((service) => `${current.name}-${service}`);
  // Holders of networks go last, and all at once without a wait for the end of what nobody needs any more.
  await removeNow(engine, names.reverse());
  await runCommand([...engine.compose, '-f', directory.composeFile, 'down', '-v', '--remove-orphans']);
  directory.remove();
  say('everything is taken down');
}

/** Podman alone would wait for their end. */
async function removeNow({ name, command }: Engine, containers: readonly string[]): Promise<void> {
  await runCommand([command, 'rm', '-f', '-v', ...(name === 'podman' ? ['-t', '0'] : []), ...containers]);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A token that an edge of the running system accepts. */
export async function tokenOf(args: LocalArguments, asked: Readonly<Partial<Record<string, string>>>): Promise<string> {
  const { edges } = readSystem(args.app, args.stack);
  const names = edges.map(({ name }) => name);
  const edge = asked['edge'] ?? (names.length === 1 ? names[0] : undefined);
  if (edge === undefined) throw new Trouble(`the system has ${names.length} edges`, { allowed: names, fix: 'name one with --edge' });
  if (!names.includes(edge))
    throw new Trouble(`--edge names the edge "${edge}", which there is not`, { allowed: names, fix: suggestion(edge, names) });
  const port = args.controlPort === undefined ? CONTROL : portNumber(args.controlPort, '--control-port');
  const scopes = asked['scopes'] === undefined ? [] : asked['scopes'].split(',').map((scope) => scope.trim());
  return new Control(port).token({ edge, scopes, subject: asked['subject'] ?? 'local-user' });
}
