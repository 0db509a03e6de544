import { readFileSync } from 'node:fs';
import type { Container } from './runner';

/** Of process 1 of a container or of a command in it, in MiB. */
export interface Memory {
  /** What is resident. */
  readonly now: number;
  /** The most that was ever resident. */
  readonly peak: number;
  /** Of what is resident, all but the pages of files, which processes of the same program share. */
  readonly own: number;
}

/** Undefined if it does not run. https://www.man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export function memoryOf({ pid }: Pick<Container, 'pid'>): Memory | undefined {
  try {
    return pid === undefined ? undefined : memoryIn(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // It ended in between.
    return undefined;
  }
}

/** The most that a command takes in a container, looked at again and again while it runs. */
export async function memoryOfCommand(container: Container, argv: readonly string[]): Promise<Memory> {
  const { code, stdout, stderr } = await container.exec([
    'sh',
    '-c',
    '"$@" > /dev/null & while grep -E "^(VmHWM|VmRSS|RssAnon):" /proc/$!/status; do :; done; wait $!',
    'sh',
    ...argv,
  ]);
  if (code !== 0) throw new Error(`${argv.join(' ')} exited with ${code}: ${stderr}`);
  const looks = stdout
    .split(/^(?=VmHWM)/m)
    .map(memoryIn)
    .filter((memory) => memory !== undefined);
  const most = (name: keyof Memory): number => Math.max(...looks.map(({ [name]: mebibytes }) => mebibytes));
  return { now: most('now'), peak: most('peak'), own: most('own') };
}

function memoryIn(status: string): Memory | undefined {
  const [now, peak, own] = ['VmRSS', 'VmHWM', 'RssAnon'].map(
    (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024,
  );
  return [now, peak, own].some(Number.isNaN) ? undefined : { now, peak, own };
}
