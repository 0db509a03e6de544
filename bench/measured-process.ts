import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** All in MiB, but CPU. */
export interface Cost {
  /** What of the process is in memory. */
  readonly resident: number;
  /** The most that this was. */
  readonly peak: number;
  /** Of what is resident, all but pages of files, which Linux can drop and read again. */
  readonly own: number;
  /** What its control group is charged with, all that was read of its files and what the kernel holds for it included. */
  readonly charged: number;
  /** The most that this was. */
  readonly chargedPeak: number;
  readonly cpuSeconds: number;
  /** Pages that had to be read from a disk. */
  readonly majorFaults: number;
}

interface Group {
  readonly directory: string;
  readonly now: string;
  readonly peak: string;
}

/** https://docs.kernel.org/admin-guide/cgroup-v1/memory.html, https://docs.kernel.org/admin-guide/cgroup-v2.html */
function makeGroup(): Group {
  const [directory, now, peak] = existsSync('/sys/fs/cgroup/memory')
    ? ['/sys/fs/cgroup/memory', 'memory.usage_in_bytes', 'memory.max_usage_in_bytes']
    : ['/sys/fs/cgroup', 'memory.current', 'memory.peak'];
  const made = join(directory, `bench-${process.pid}-${(groups += 1)}`);
  mkdirSync(made);
  return { directory: made, now, peak };
}
let groups = 0;

/**
 * A process in a control group of its own, as a container is. Its program is a copy that nobody else has read, so that it is charged
 * with all of the program's pages that it reads, as the first container of a task on Fargate is.
 */
export class MeasuredProcess {
  readonly exited: Promise<number>;
  output = '';
  private readonly child: ChildProcess;
  private readonly programs = mkdtempSync(join(tmpdir(), 'measured-'));
  private readonly group = makeGroup();

  constructor([program, ...argv]: readonly string[], environment: Readonly<Record<string, string>>, limitMiB?: number) {
    const copy = join(this.programs, basename(program));
    copyFileSync(program, copy);
    // Written, and out of the page cache again.
    spawnSync('sync', [copy]);
    spawnSync('dd', [`if=${copy}`, 'iflag=nocache', 'count=0']);
    const { directory } = this.group;
    const limit = existsSync(join(directory, 'memory.max')) ? 'memory.max' : 'memory.limit_in_bytes';
    const limited = limitMiB === undefined ? '' : `echo ${limitMiB * 1024 * 1024} > ${join(directory, limit)}; `;
    this.child = spawn('sh', ['-c', `${limited}echo $$ > ${join(directory, 'cgroup.procs')}; exec "$@"`, 'sh', copy, ...argv], {
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-100_000);
      });
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code) => {
        rmSync(this.programs, { recursive: true, force: true });
        resolve(code ?? -1);
      });
    });
  }

  /** Throws an Error if it does not run. */
  cost(): Cost {
    const file = (name: string): string => readFileSync(`/proc/${this.child.pid ?? -1}/${name}`, 'utf8');
    const status = file('status');
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
    const bytes = (name: string): number => Number(readFileSync(join(this.group.directory, name), 'utf8')) / 1024 / 1024;
    const numbers = file('stat').replace(/^.*\) /, '').split(' ').map(Number);
    const [majorFaults, user, system] = [numbers[9], numbers[11], numbers[12]];
    return {
      resident: field('VmRSS'),
      peak: field('VmHWM'),
      own: field('RssAnon'),
      charged: bytes(this.group.now),
      chargedPeak: bytes(this.group.peak),
      cpuSeconds: (user + system) / TICKS,
      majorFaults,
    };
  }

  async stop(): Promise<number> {
    this.child.kill('SIGKILL');
    const code = await this.exited;
    rmdirSync(this.group.directory);
    return code;
  }
}

/** Clock ticks of /proc in a second: USER_HZ. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS = 100;
