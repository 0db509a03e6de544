import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from './run-process';

/** Everything that a run creates on the host carries this name: `cem-<pid>-<start time of that process>-<number>`. */
const PREFIX = 'cem';
const OWNED = new RegExp(`^${PREFIX}-(\\d+)-([0-9a-z]+)-`);
export const NETNS_CONFIG = '/etc/netns';
export const NETNS_MOUNTS = '/run/netns';

let count = 0;

/** The names and the directory of one run. */
export class Workspace {
  readonly prefix: string;
  readonly directory: string;

  constructor() {
    count += 1;
    this.prefix = `${PREFIX}-${process.pid}-${startTime(process.pid) ?? '0'}-${count}`;
    this.directory = mkdtempSync(join(tmpdir(), `${this.prefix}-`));
  }

  /** Removes whatever of this run is still there. */
  async close(): Promise<void> {
    await remove((name) => name.startsWith(`${this.prefix}-`));
  }

  /** Removes what crashed runs left behind: those whose owner is gone. Runs beside us are left alone. */
  static async sweep(): Promise<void> {
    await remove((name) => {
      const [, pid, started] = OWNED.exec(name) ?? [];
      return pid !== undefined && startTime(Number(pid)) !== started;
    });
  }

  /** What exists on this host under the name of this run, for the check that nothing stays. */
  async leftovers(): Promise<readonly string[]> {
    const mine = (name: string): boolean => name.startsWith(`${this.prefix}-`);
    return [...namespaces().filter(mine).map((name) => `namespace ${name}`), ...list(NETNS_CONFIG).filter(mine).map((name) => `${NETNS_CONFIG}/${name}`), ...list(tmpdir()).filter(mine).map((name) => join(tmpdir(), name)), ...(await this.processes())];
  }

  private async processes(): Promise<readonly string[]> {
    const { stdout } = await run(['ps', '-eo', 'pid=,args=']);
    return stdout.split('\n').filter((line) => line.includes(`${this.prefix}-`)).map((line) => `process ${line.trim().slice(0, 200)}`);
  }
}

/** A pid alone can be another process by now; with its start time it cannot. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold spaces; field 22 is counted from behind it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]).toString(36);
  } catch {
    return undefined;
  }
}

function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

export const namespaces = (): readonly string[] => list(NETNS_MOUNTS);

async function remove(ours: (name: string) => boolean): Promise<void> {
  for (const name of namespaces().filter(ours)) {
    for (const pid of processesIn(name)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended in between.
      }
    }
    await must(['ip', 'netns', 'delete', name]);
  }
  for (const directory of [NETNS_CONFIG, tmpdir()]) {
    for (const name of list(directory).filter(ours)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/** The processes inside a named network namespace: all of them are containers of the run that made it. */
function processesIn(namespace: string): readonly number[] {
  let inode: number;
  try {
    inode = statSync(join(NETNS_MOUNTS, namespace)).ino;
  } catch {
    return [];
  }
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`;
      } catch {
        return false;
      }
    })
    .map(Number);
}
