import { Trouble } from '../trouble';
import type { Engine } from './engine';
import { lastLine, runCommand } from './engine';
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
  const filter = ['--filter', `label=${PROJECT}=${project}`];
  const { stdout } = await runCommand([command, 'ps', '-a', ...filter, '--format', '{{.Names}}']);
  const containers = stdout.split('\n').filter((name) => name !== '');
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
  await removeNow(
    engine,
    containers.filter((name) => name.replace(`${project}-`, '').replace(/-\d+$/, '').includes('-')),
  );
  await removeNow(engine, containers);
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
    const { stdout } = await runCommand([command, kind, 'ls', '-q', '--filter', `label=${PROJECT}=${project}`]);
    const names = stdout.split('\n').filter((name) => name !== '');
    if (names.length > 0) await runCommand([command, kind, 'rm', ...names]);
  }
}

/** Podman alone would wait for their end. */
export async function removeNow({ name, command }: Engine, containers: readonly string[]): Promise<void> {
  if (containers.length > 0) await runCommand([command, 'rm', '-f', '-v', ...(name === 'podman' ? ['-t', '0'] : []), ...containers]);
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
  const done = new Set<string>();
  for (const { name, image, built } of services) {
    if (signal.aborted) return;
    if (done.has(image)) continue;
    done.add(image);
    if (built) {
      say(`building the image of ${name}`);
      await must([...engine.compose, '-f', composeFile, 'build', name], `the image of ${name} cannot be built`, signal);
    } else if ((await runCommand([engine.command, 'image', 'inspect', image])).code !== 0) {
      say(`pulling ${image}`);
      await must([engine.command, 'pull', image], `the image ${image} of ${name} cannot be pulled`, signal);
    }
  }
}

async function must(command: readonly string[], what: string, signal: AbortSignal): Promise<void> {
  const { code, stderr, stdout } = await runCommand(command, { signal });
  if (code === 0 || signal.aborted) return;
  const last = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  throw new Trouble(
    `${what}: ${lastLine(stderr)}\n${last
      .slice(-SHOWN_LINES)
      .map((line) => `  ${line}`)
      .join('\n')}`,
    {
      fix: 'log in to its registry, or name another image in the file of --settings, under "images"',
    },
  );
}

const SHOWN_LINES = 6;
