import { Trouble } from '../trouble';
import type { Engine } from './engine';
import { runCommand } from './engine';
import type { LocalDirectory } from './local-directory';
import type { Say } from './prepare';

/** Removes all that there is of a system. @throws Trouble if there is nothing */
export async function takeDown(engine: Engine, directory: LocalDirectory, say: Say): Promise<void> {
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
export async function removeNow({ name, command }: Engine, containers: readonly string[]): Promise<void> {
  await runCommand([command, 'rm', '-f', '-v', ...(name === 'podman' ? ['-t', '0'] : []), ...containers]);
}
