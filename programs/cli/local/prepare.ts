import { resolve } from 'node:path';
import type { SystemDescription } from '../../../lib/core/description/system-description';
import { suggestion, Trouble } from '../trouble';
import { readSystem } from '../assembly/read-description';
import type { Engine } from './engine/engine';
import { traitsOf } from './engine/engine';
import { readEnvironmentFile } from './environment-file';
import { BuiltImages } from './images';
import { LocalDirectory } from './local-directory';
import type { LocalPlan } from './local-plan';
import { planLocal, projectName } from './local-plan';
import { portNumber } from '../port-number';
import { edgePorts } from './ports';
import type { SynthesizedSystem } from './read-local-system';
import { readLocalSystem } from './read-local-system';
import { readSettings, readSwap } from './settings';

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
  readonly mapPort: number;
  readonly directory: string;
  readonly detach: boolean;
}

/** Lines for whoever waits. */
export type Say = (line: string) => void;

export const CONTROL = 8788;
const FIRST_CALLEE = 18_080;

/** What a run of the command knows before anything is started. */
export interface Prepared {
  readonly system: SynthesizedSystem;
  readonly plan: LocalPlan;
  readonly directory: LocalDirectory;
  readonly environment: Readonly<Record<string, string>>;
  readonly controlPort: number;
  readonly mapPort: number;
  readonly ports: ReadonlyMap<string, number>;
}

export async function prepare(args: LocalArguments, engine: Pick<Engine, 'name'>): Promise<Prepared> {
  const description = readSystem(args.app, args.stack);
  const system = await readLocalSystem(args.app, description);
  const services = description.services.filter(({ kind }) => kind !== 'job').map(({ name }) => name);
  const jobs = system.jobs.map((job) => job.description.name);
  const before = system.jobs.filter(({ beforeDeployment }) => beforeDeployment).map((job) => job.description.name);
  const workloads = [...system.workloads.map((workload) => workload.description.name), ...before];
  const containers = [...system.workloads, ...system.jobs].flatMap(({ description: { name, service = name, containers: all } }) =>
    all.map((each) => `${service}/${each.name}`),
  );
  const settings = readSettings(args.settings, { services, jobs, workloads, containers });
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
    only: args.only === undefined ? undefined : namesOf(args.only, [...services, ...before]),
    swaps: new Map(args.swaps.map((text) => readSwap(text, swappable(description), traits.host))),
    settings,
    variables: new Set(Object.keys(environment)),
    edgePorts: ports,
    controlPort,
    firstCalleePort: FIRST_CALLEE,
    traits,
    imageOf: (reference) => images.localImage(reference, directory.path),
  });
  return { system, plan, directory, environment, controlPort, mapPort: args.mapPort, ports };
}

/** Of `--only`: stand-ins for all. */
const NONE = 'none';

/** Applications that are called, in the place of which a process may be; undefined: there are several, of these versions. */
function swappable({ services, workloads }: SystemDescription): ReadonlyMap<string, readonly string[] | undefined> {
  const called = services.filter(({ kind }) => kind === 'service');
  return new Map(
    called.flatMap(({ name, versions }): [string, readonly string[] | undefined][] => {
      if (versions === undefined) return [[name, undefined]];
      const own = workloads.filter(({ service }) => service === name).map((workload) => workload.name);
      return [[name, own], ...own.map((each): [string, undefined] => [each, undefined])];
    }),
  );
}

function namesOf(text: string, known: readonly string[]): ReadonlySet<string> {
  if (text === NONE) return new Set();
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Trouble(`--only names the service "${unknown}", which there is not`, {
      allowed: known,
      fix: suggestion(unknown, known, 'name some of these, with commas'),
    });
  return new Set(names);
}
