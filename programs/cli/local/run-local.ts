import { resolve } from 'node:path';
import type { SystemDescription } from '../../../lib/core/description/system-description';
import type { MapSource } from '../../map/source';
import { readSystem } from '../assembly/read-description';
import { suggestion, Trouble } from '../trouble';
import { Control } from './control';
import { containerName } from './engine/container-name';
import { engineNamed, findEngine } from './engine/engine';
import { frameworkDirectory } from './framework-directory';
import { JobRun, withCommand } from './job-run';
import { LocalDirectory } from './local-directory';
import { projectName } from './local-plan';
import { imagesOf, LocalRun, valuesFor } from './local-run';
import { portNumber } from '../port-number';
import type { LocalArguments, Say } from './prepare';
import { CONTROL, prepare } from './prepare';
import { fetchImages, remainsOf, takeDown } from './take-down';
import { stateOf } from './watch';

export type { LocalArguments } from './prepare';

// What the SDK says of old versions of Node.js is nothing that users of a command can do something about.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** Writes the files of a local system, and nothing else. @returns the path of the Compose file */
export async function writeLocal(args: LocalArguments, programs: string): Promise<string> {
  const { plan, directory } = await prepare(args, { name: engineNamed(args.engine) });
  await directory.write(plan, programs, frameworkDirectory());
  return directory.composeFile;
}

/** A page that shows the system while it runs. */
export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

/** Who opens it: what it needs is in another bundle. */
export type OpenPage = (system: SystemDescription, source: MapSource, port: number) => Promise<Page>;

/** Runs a system until the signal ends it, and takes it down then; with `detach`, until it is up. */
export async function upLocal(args: LocalArguments, programs: string, say: Say, openPage: OpenPage, signal: AbortSignal): Promise<void> {
  const engine = await findEngine(args.engine);
  const local = new LocalRun(args, engine, programs, say);
  const seen = stateOf(local.files());
  const prepared = await prepare(args, engine);
  let stays = false;
  try {
    await local.up(prepared, signal);
    stays = args.detach && !signal.aborted;
    if (stays || signal.aborted) return;
    const page = await openPage(prepared.system.description, await local.source(signal), prepared.mapPort);
    say(`map: ${page.url}`);
    say('watching for what `cdk synth` writes; Ctrl-C takes everything down');
    await local.follow(seen, signal).finally(async () => page.close());
  } finally {
    if (!stays) await local.down();
  }
}

/** Takes a system down that a detached run, or one that was killed, has left. */
export async function downLocal(args: LocalArguments, say: Say): Promise<void> {
  const engine = await findEngine(args.engine);
  const project = projectName(readSystem(args.app, args.stack));
  const directory = new LocalDirectory(resolve(args.directory, project));
  const other = (await remainsOf(engine, project)).directories.find((each) => each !== directory.path);
  if (other !== undefined) throw new Trouble(`${project} runs from ${other}`, { fix: 'run `local down` there' });
  const found = await takeDown(engine, project, directory);
  say(found ? 'everything is taken down' : `nothing of ${project} runs`);
}

/** Runs a job in a system that runs, to its end. @returns its exit code */
export async function runLocalJob(
  args: LocalArguments,
  asked: { readonly job: string | undefined; readonly command: readonly string[] },
  say: Say,
  signal: AbortSignal,
): Promise<number> {
  const engine = await findEngine(args.engine);
  const { plan, directory, environment } = await prepare(args, engine);
  const names = plan.jobs.map(({ name }) => name);
  if (asked.job === undefined) throw new Trouble('local run takes the name of a job', { allowed: names, fix: 'name one of these' });
  const job = plan.jobs.find(({ name }) => name === asked.job);
  if (job === undefined)
    throw new Trouble(`the system has no job "${asked.job}"`, { allowed: names, fix: suggestion(asked.job, names, 'name one of these') });
  const { containers } = await remainsOf(engine, plan.compose.name);
  if (directory.system === undefined || !containers.includes(containerName(plan.compose.name, 'aws')))
    throw new Trouble(`${plan.compose.name} does not run`, { fix: 'start it with `local` in another terminal, or with `local --detach`' });
  if (directory.system.jobs?.some(({ id }) => id === job.task) !== true)
    throw new Trouble(`the system that runs has no job ${job.name}`, { fix: 'start `local` again' });
  const compose = withCommand(job, asked.command);
  const composeFile = directory.putJob(job, compose);
  await fetchImages(engine, composeFile, imagesOf(compose, Object.keys(compose.services)), say, signal);
  return new JobRun(engine, job, compose).run({ composeFile, env: valuesFor(compose, environment), signal });
}

/** A token that an edge of the running system accepts. */
export async function tokenOf(args: LocalArguments, asked: Readonly<Partial<Record<string, string>>>): Promise<string> {
  const { edges } = readSystem(args.app, args.stack);
  const names = edges.map(({ name }) => name);
  const edge = asked['edge'] ?? (names.length === 1 ? names[0] : undefined);
  if (edge === undefined)
    throw new Trouble(`the system has ${names.length} edges`, {
      allowed: names,
      fix: 'name one with --edge',
      question: { message: 'For which edge?', among: names, option: '--edge' },
    });
  if (!names.includes(edge))
    throw new Trouble(`--edge names the edge "${edge}", which there is not`, { allowed: names, fix: suggestion(edge, names) });
  const port = args.controlPort === undefined ? CONTROL : portNumber(args.controlPort, '--control-port');
  const scopes = asked['scopes'] === undefined ? [] : asked['scopes'].split(',').map((scope) => scope.trim());
  return new Control(port).token({ edge, scopes, subject: asked['subject'] ?? 'local-user' });
}
