import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '../programs';
import { PLAIN_ENVIRONMENT, run } from './run-process';

export const NETNS_CONFIG = '/etc/netns';
export const NETNS_MOUNTS = '/run/netns';

let count = 0;

/** The names and the directory of one run, and the cleanup process that removes all of it, whatever becomes of this process. */
export class Workspace {
  /** Everything that the run creates on the host has a name that begins with this. */
  readonly prefix: string;
  readonly directory: string;
  private readonly endJanitor: () => Promise<void>;

  constructor() {
    count += 1;
    this.prefix = `cem-${process.pid}-${Date.now().toString(36)}-${count}-`;
    this.directory = mkdtempSync(join(tmpdir(), this.prefix));
    const cleanup = spawn(process.execPath, [program('cleanup'), this.prefix, NETNS_MOUNTS, NETNS_CONFIG, tmpdir()], {
      env: PLAIN_ENVIRONMENT,
      stdio: ['pipe', 'ignore', 'inherit'],
      // Not of our process group, whose end it has to see.
      detached: true,
    });
    const ended = new Promise<void>((resolve, reject) => {
      cleanup.once('error', reject);
      cleanup.once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`the cleanup process of ${this.prefix} ended with code ${code ?? 'none'}`));
      });
    });
    ended.catch(() => undefined);
    this.endJanitor = async () => {
      cleanup.stdin.end();
      await ended;
    };
  }

  /** Removes whatever of this run is still there. */
  async close(): Promise<void> {
    await this.endJanitor();
  }

  async leftovers(): Promise<readonly string[]> {
    return leftoversOf(this.prefix);
  }
}

/** What exists on this host under the name of a run, for the check that nothing stays. */
export async function leftoversOf(prefix: string): Promise<readonly string[]> {
  const { stdout } = await run(['ps', '-eo', 'pid=,args=']);
  const processes = stdout
    .split('\n')
    .filter((line) => line.includes(prefix))
    .map((line) => `process ${line.trim().slice(0, 200)}`);
  return [
    ...[NETNS_MOUNTS, NETNS_CONFIG, tmpdir()].flatMap((directory) =>
      list(directory)
        .filter((name) => name.startsWith(prefix))
        .map((name) => join(directory, name)),
    ),
    ...processes,
  ];
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
