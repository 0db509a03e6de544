import { Trouble } from '../trouble';
import { removeNow } from './engine/containers';
import type { Engine } from './engine/engine';
import { mustRun, runCommand } from './engine/engine';
import { ROLE_LABEL } from './engine/labels';
import type { LocalDirectory } from './local-directory';
import type { Say } from './prepare';

/** Compose tools write it at all that they make. */
const PROJECT = 'com.docker.compose.project';
const DIRECTORY = 'com.docker.compose.project.working_dir';

/** What an engine has of a system, whoever has started it. */
export interface Remains {
  readonly containers: readonly string[];
  /** Directories of the Compose files that they are of, as far as the engine tells. */
  readonly directories: readonly string[];
}

export async function remainsOf({ command }: Engine, project: string): Promise<Remains> {
  const containers = await labelled([command, 'ps', '-a', '--format', '{{.Names}}'], `${PROJECT}=${project}`);
  if (containers.length === 0) return { containers, directories: [] };
  const format = `{{index .Config.Labels "${DIRECTORY}"}}`;
  const labels = await runCommand([command, 'inspect', '--type', 'container', '--format', format, ...containers]);
  return { containers, directories: [...new Set(labels.stdout.split('\n').filter((each) => each.startsWith('/')))] };
}

/**
 * Removes all that there is of a system.
 *
 * @returns whether there was something
 * @throws Trouble if something stays
 */
export async function takeDown(engine: Engine, project: string, directory: LocalDirectory): Promise<boolean> {
  const { containers } = await remainsOf(engine, project);
  const hadFiles = directory.current !== undefined;
  // Without a wait for the end of what nobody needs any more; the holders of networks go last.
  const holders = await labelled([engine.command, 'ps', '-a', '--format', '{{.Names}}'], `${PROJECT}=${project}`, `${ROLE_LABEL}=task`);
  await removeNow(
    engine,
    containers.filter((name) => !holders.includes(name)),
  );
  await removeNow(engine, holders);
  if (hadFiles) await runCommand([...engine.compose, '-f', directory.composeFile, 'down', '-v', '--remove-orphans']);
  await removeByLabel(engine, project);
  const left = (await remainsOf(engine, project)).containers;
  if (left.length > 0)
    throw new Trouble(`${left.join(', ')} cannot be removed`, { fix: `see what \`${engine.command} rm -f ${left[0] ?? ''}\` says` });
  directory.remove();
  return hadFiles || containers.length > 0;
}

/** Volumes and networks of what is in no Compose file any more. */
async function removeByLabel({ command }: Engine, project: string): Promise<void> {
  for (const kind of ['volume', 'network']) {
    const names = await labelled([command, kind, 'ls', '-q'], `${PROJECT}=${project}`);
    if (names.length > 0) await runCommand([command, kind, 'rm', ...names]);
  }
}

/** The lines that a command lists of what has all of these labels. */
async function labelled(list: readonly string[], ...labels: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runCommand([...list, ...labels.flatMap((label) => ['--filter', `label=${label}`])]);
  return stdout.split('\n').filter((line) => line !== '');
}

/**
 * @throws Trouble if another system has the names of this one, or this one runs already
 */
export async function refuseOthers(engine: Engine, project: string, directory: LocalDirectory, runs: boolean, say: Say): Promise<void> {
  const { containers, directories } = await remainsOf(engine, project);
  const other = directories.find((each) => each !== directory.path);
  if (other !== undefined)
    throw new Trouble(`containers of ${other} have the names of this system, ${project}-…`, {
      fix: 'run `local down` where they were started, or rename one of the systems',
    });
  if (runs && (containers.length > 0 || directory.current !== undefined))
    throw new Trouble('the system runs already', { fix: 'end that run with Ctrl-C, or take it down with `local down`' });
  if (containers.length > 0) say('removing what a run before has left');
  // What is left of a run that was killed.
  if (containers.length > 0 || directory.current !== undefined) await takeDown(engine, project, directory);
}

/** Pulls and builds what containers are made of. @throws Trouble if an image cannot be had */
export async function fetchImages(
  engine: Engine,
  composeFile: string,
  services: readonly { readonly name: string; readonly image: string; readonly built: boolean }[],
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const fix = 'log in to its registry, or name another image in the file of --settings, under "images"';
  const done = new Set<string>();
  const wanted = services.filter(({ built }) => !built).map(({ image }) => image);
  // One question where nothing is missing, which is what most changes find.
  const areThere = wanted.length > 0 && (await runCommand([engine.command, 'image', 'inspect', ...new Set(wanted)])).code === 0;
  for (const { name, image, built } of services) {
    if (signal.aborted) return;
    if (done.has(image)) continue;
    done.add(image);
    if (built) {
      say(`building the image of ${name}`);
      await mustRun([...engine.compose, '-f', composeFile, 'build', name], `the image of ${name} cannot be built`, { signal, fix });
    } else if (!areThere && (await runCommand([engine.command, 'image', 'inspect', image])).code !== 0) {
      say(`pulling ${image}`);
      await mustRun([engine.command, 'pull', image], `the image ${image} of ${name} cannot be pulled`, { signal, fix });
    }
  }
}
