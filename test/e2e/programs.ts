import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { must } from './runner/run-process';
import { REPOSITORY } from './tools';

const SOURCES = join(__dirname, 'programs');
const OUTPUTS = join(REPOSITORY, '.cache/e2e/programs');

/**
 * The Node programs in programs/, compiled: a container starts plain JavaScript, with no compiler in it. The
 * outputs are kept by a hash of their sources, so only a change compiles again.
 */
export class Programs {
  private static compiled: Promise<string> | undefined;

  private constructor(private readonly directory: string) {}

  static async build(): Promise<Programs> {
    Programs.compiled ??= compile();
    return new Programs(await Programs.compiled);
  }

  /** The file of a program. Only after `build`, which the cluster does before it starts a task. */
  static path(name: string): string {
    return new Programs(currentOutput()).path(name);
  }

  /** Where a data file beside the programs is, a .proto for one. */
  static data(name: string): string {
    return join(SOURCES, name);
  }

  path(name: string): string {
    return join(this.directory, `${name}.js`);
  }

  /**
   * Directories of stand-in programs that a container has to be given on top of the host's root: those on another
   * file system, or under /tmp, which is the container's own.
   */
  get roots(): readonly string[] {
    return [REPOSITORY, dirname(process.execPath)].filter((path) => statSync(path).dev !== statSync('/').dev || path.startsWith('/tmp/'));
  }
}

function sources(): readonly string[] {
  return readdirSync(SOURCES).filter((name) => name.endsWith('.ts')).sort();
}

function currentOutput(): string {
  const hash = createHash('sha256');
  for (const name of sources()) hash.update(name).update(readFileSync(join(SOURCES, name)));
  return join(OUTPUTS, hash.digest('hex').slice(0, 16));
}

async function compile(): Promise<string> {
  const output = currentOutput();
  if (!existsSync(output)) {
    mkdirSync(OUTPUTS, { recursive: true });
    const draft = mkdtempSync(join(OUTPUTS, 'draft-'));
    const options = ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0', '--target', 'ES2022', '--esModuleInterop', '--noCheck', '--types', 'node', '--rootDir', SOURCES, '--outDir', draft];
    await must([process.execPath, join(REPOSITORY, 'node_modules/typescript/bin/tsc'), ...options, ...sources().map((name) => join(SOURCES, name))], { cwd: REPOSITORY });
    await must(['chmod', '-R', 'a+rX', draft]);
    try {
      renameSync(draft, output);
    } catch (error) {
      // Another run was faster; the same sources give the same programs.
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(output)) throw error;
    }
  }
  return output;
}
