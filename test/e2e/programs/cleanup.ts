/**
 * Removes everything of a run from the host as soon as its standard input ends: when the run closes it, and just as
 * well when the run crashed or was interrupted. Arguments: what all names of the run begin with, and the directories
 * in which they stand; the first one holds network namespaces.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [prefix = '', namespaces = '', ...directories] = process.argv.slice(2);

function ours(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

/** All of them are of the run that made the namespace. */
function processesIn(namespace: string): readonly number[] {
  const inode = statSync(join(namespaces, namespace)).ino;
  const inside = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === `net:[${inode}]`;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && inside(name))
    .map(Number);
}

/** Containers keep theirs to themselves; those of volumes of limited size are on the host. */
function mountsBelow(directory: string): readonly string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${directory}/`));
}

function clean(): void {
  for (const namespace of ours(namespaces)) {
    for (const pid of processesIn(namespace)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended in between.
      }
    }
    execFileSync('ip', ['netns', 'delete', namespace]);
  }
  for (const directory of directories) {
    for (const name of ours(directory)) {
      const path = join(directory, name);
      for (const mount of mountsBelow(path)) execFileSync('umount', ['--lazy', mount]);
      rmSync(path, { recursive: true, force: true });
    }
  }
}

// Ctrl-C goes to the whole terminal; this process has to outlive the run.
process.on('SIGINT', () => undefined);
process.stdin.once('end', clean).resume();
