import type { SystemDescription } from '../../../lib/core/description/system-description';
import { stacksOf } from '../stacks-of-system';
import { Trouble } from '../trouble';

/** Of the cloud assembly in which the stacks of a system are: a stage has its own, in that of the app. */
export function stackDirectoryOf(app: string, system: SystemDescription): string {
  const [own] = stacksOf(system, app);
  if (own !== undefined) return own.directory;
  throw new Trouble(`${app} has no stack of the system ${system.path}`, { fix: 'run `npx cdk synth` again' });
}
