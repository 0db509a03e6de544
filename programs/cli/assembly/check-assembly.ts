import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from '../trouble';

/** @throws Trouble if the directory is not one that cdk synth has written */
export function checkAssembly(directory: string): void {
  if (!existsSync(directory))
    throw new Trouble(`there is no directory ${directory}`, {
      fix: 'run `npx cdk synth` first, or name the directory that it has written with --app',
    });
  if (!existsSync(join(directory, 'manifest.json')))
    throw new Trouble(`${directory} is not the output of cdk synth: it has no file manifest.json`, {
      fix: 'name the directory that cdk synth has written with --app, by default cdk.out',
    });
}
