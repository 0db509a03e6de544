import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerEngine } from './containers';
import type { Finished } from './runner';
import { REPOSITORY } from './tools';

/** The command `local` as users have it, where an engine is, in the directory of that. */
export class LocalCommand {
  private readonly bundles: string;

  constructor(private readonly engine: ContainerEngine) {
    // Where the bundle finds aws-cdk-lib.
    mkdirSync(join(REPOSITORY, '.cache'), { recursive: true });
    this.bundles = mkdtempSync(join(REPOSITORY, '.cache/local-'));
    for (const name of ['cli', 'local'])
      execFileSync(process.execPath, [join(REPOSITORY, 'programs', name, 'bundle.mjs'), join(this.bundles, name)]);
  }

  get options(): { readonly cwd: string } {
    return { cwd: this.engine.directory };
  }

  argv(...args: readonly string[]): readonly string[] {
    return [process.execPath, join(this.bundles, 'cli/cdk-ecs-microservices.js'), 'local', ...args];
  }

  async run(...args: readonly string[]): Promise<Finished> {
    return this.engine.run(this.argv(...args), this.options);
  }

  /** A token for an edge of the system that runs. */
  async token(...args: readonly string[]): Promise<string> {
    return (await this.engine.must(this.argv('token', ...args), this.options)).trim();
  }

  close(): void {
    rmSync(this.bundles, { recursive: true, force: true });
  }
}
