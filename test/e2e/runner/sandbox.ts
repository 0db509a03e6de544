import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { ContainerLog, LogLine } from './logs';
import type { Finished } from './run-process';
import { exitCode, must, PLAIN_ENVIRONMENT, quote, run } from './run-process';
import { pause } from './wait';

/** What root keeps in a container: the default set of containerd and Docker. Everybody else has no capability at all. */
const ROOT_CAPABILITIES = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'net_bind_service',
  'net_raw',
  'sys_chroot',
  'mknod',
  'audit_write',
  'setfcap',
];
const BEGIN_POLL_MS = 5;
/** Directories of the host that a program runs from, should they be mounts of their own. */
const DEVICES = [
  ['null', 3],
  ['zero', 5],
  ['full', 7],
  ['random', 8],
  ['urandom', 9],
] as const;

export interface SandboxOptions {
  /** The network namespace's file. */
  readonly network: string;
  readonly hostname: string;
  readonly address: string;
  /** An empty directory of the run; the container's root is mounted on it, unseen by everybody else. */
  readonly stage: string;
  readonly resolvConf: string;
  readonly readonlyRoot: boolean;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly dropCapabilities: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly argv: readonly string[];
  /** The init process before the program; absent: the program is process 1. */
  readonly init?: string;
  readonly mounts: readonly { readonly source: string; readonly path: string; readonly readOnly: boolean }[];
  readonly tmpfs: readonly { readonly path: string; readonly sizeMiB: number }[];
}

/** A running container: process 1 of namespaces of its own, so that its end takes every child with it. */
export class Sandbox {
  private killed = false;
  /** The exit code. Where we kill the program, unshare stumbles over the signal and tells another one. */
  readonly exited: Promise<number>;

  private constructor(
    readonly pid: number,
    exited: Promise<number>,
    private readonly options: SandboxOptions,
  ) {
    this.exited = exited.then((code) => (this.killed ? exitCode(null, 'SIGKILL') : code));
  }

  /** Resolves when the program was started (not when it works), or could not be. */
  static async start(options: SandboxOptions, log: ContainerLog): Promise<Sandbox> {
    const [stdout, stderr] = await openPipes(options.stage);
    const child = spawn(
      'setpriv',
      [
        // Whatever happens to this process, no container outlives it.
        '--pdeathsig',
        'KILL',
        'nsenter',
        `--net=${options.network}`,
        'unshare',
        '--mount',
        '--pid',
        '--uts',
        '--ipc',
        '--fork',
        '--kill-child',
        'sh',
        '-euc',
        initScript(options),
        'container',
        ...(options.init === undefined ? [] : [options.init, '--']),
        ...options.argv,
      ],
      { env: PLAIN_ENVIRONMENT, stdio: ['ignore', stdout.write, stderr.write, 'pipe'], detached: true },
    );
    closeSync(stdout.write);
    closeSync(stderr.write);
    const drained = Promise.all([pump(stdout.read, 'stdout', log), pump(stderr.read, 'stderr', log)]);
    const exited = new Promise<number>((resolve) => {
      child.once('error', () => {
        resolve(127);
      });
      // The exit counts once the output is complete, so that a log can be read at the exit.
      child.once(
        'exit',
        (code, signal) =>
          void drained.then(() => {
            resolve(exitCode(code, signal));
          }),
      );
    });
    const pid = await new Promise<number>((resolve, reject) => {
      let text = '';
      child.stdio[3]?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve(Number(text));
      });
      void exited.then((code) => {
        reject(new Error(`the container's namespaces could not be made (exit code ${code}):\n${log.tail()}`));
      });
    });
    let ended = false;
    void exited.then(() => {
      ended = true;
    });
    while (!ended && !hasBegun(pid, options.init)) await pause(BEGIN_POLL_MS);
    return new Sandbox(pid, exited, options);
  }

  /** Signals process 1. As in every container, it ignores signals that it has no handler for, except SIGKILL. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.pid, signal);
      this.killed ||= signal === 'SIGKILL';
    } catch {
      // It ended in between.
    }
  }

  /** Runs a command in the container, as its user and with its environment, like `docker exec`. */
  async exec(argv: readonly string[], timeoutMs?: number): Promise<Finished> {
    const enter = ['nsenter', '-t', String(this.pid), '--mount', '--uts', '--ipc', '--net', '--pid'];
    return run(
      [...enter, 'setpriv', '--pdeathsig', 'KILL', ...asUser(this.options), ...argv],
      timeoutMs === undefined ? {} : { timeoutMs },
    );
  }
}

/**
 * Makes the container's root and becomes its program. The root is the host's file system under a layer of its own:
 * the program may write (if the root is not read-only), and nobody else sees it. Nothing is left behind, since all
 * mounts are in the container's mount namespace. Exported for its test.
 */
function initScript(options: SandboxOptions): string {
  const root = join(options.stage, 'root');
  const at = (path: string): string => quote(join(root, path));
  return [
    'mount --make-rprivate /',
    `mount -t tmpfs tmpfs ${quote(options.stage)}`,
    `cd ${quote(options.stage)}`,
    'mkdir upper work root',
    'mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root',
    `printf '127.0.0.1 localhost\\n%s %s\\n' ${options.address} ${options.hostname} > hosts`,
    `hostname ${options.hostname}`,
    // This /proc is still the host's, so this is our own pid as the host counts.
    'read -r pid rest < /proc/self/stat',
    `mount -t proc proc ${at('/proc')}`,
    `mount --bind ${at('/proc/sys')} ${at('/proc/sys')}`,
    `mount -o remount,bind,ro ${at('/proc/sys')}`,
    `mount -t sysfs -o ro sysfs ${at('/sys')}`,
    `mount -t tmpfs -o mode=755 tmpfs ${at('/dev')}`,
    ...DEVICES.map(([name, minor]) => `mknod -m 666 ${at(`/dev/${name}`)} c 1 ${minor}`),
    `mkdir -m 1777 ${at('/dev/shm')}`,
    `mount -t tmpfs -o size=64m,mode=1777 tmpfs ${at('/dev/shm')}`,
    `ln -s /proc/self/fd ${at('/dev/fd')}`,
    ...['stdin', 'stdout', 'stderr'].map((name, fd) => `ln -s /proc/self/fd/${fd} ${at(`/dev/${name}`)}`),
    // An image's /tmp is empty, and as read-only as the rest of its root.
    `mount -t tmpfs -o mode=1777 tmpfs ${at('/tmp')}`,
    ...options.mounts.flatMap(({ source, path }) => [`mkdir -p ${at(path)}`, `mount --bind ${quote(source)} ${at(path)}`]),
    ...options.mounts.filter(({ readOnly }) => readOnly).map(({ path }) => `mount -o remount,bind,ro ${at(path)}`),
    ...options.tmpfs.flatMap(({ path, sizeMiB }) => [
      `mkdir -p ${at(path)}`,
      `mount -t tmpfs -o size=${sizeMiB}m,mode=1777 tmpfs ${at(path)}`,
    ]),
    `mount --bind ${quote(options.resolvConf)} ${at('/etc/resolv.conf')}`,
    `mount --bind hosts ${at('/etc/hosts')}`,
    ...(options.readonlyRoot ? [`mount -o remount,bind,ro ${at('/tmp')}`] : []),
    'cd root',
    'pivot_root . .',
    'umount -l .',
    ...(options.readonlyRoot ? ['mount -o remount,bind,ro /'] : []),
    `cd ${quote(options.workingDirectory)}`,
    'echo "$pid" >&3',
    `exec setpriv ${asUser(options).map(quote).join(' ')} "$@" 3>&-`,
  ].join('\n');
}

/** The arguments of setpriv, and then env, that make a process one of the container's user. */
function asUser({ user, dropCapabilities, environment }: SandboxOptions): readonly string[] {
  const dropped = dropCapabilities.map((name) => name.toLowerCase());
  const kept = user.uid !== 0 || dropped.includes('all') ? [] : ROOT_CAPABILITIES.filter((name) => !dropped.includes(name));
  return [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
    `--bounding-set=${['-all', ...kept.map((name) => `+${name}`)].join(',')}`,
    'env',
    '-i',
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  ];
}

/** The commands that a container's process is before it becomes its program: see `initScript`. */
const STAGES = ['sh\0-euc\0', 'setpriv\0', 'env\0-i\0'];

/** Whether the program has taken the place of what prepares its container, in process 1 or in the child of its init process. */
function hasBegun(pid: number, init: string | undefined): boolean {
  const command = commandOf(pid);
  if (init === undefined || !command.startsWith(`${init}\0`)) return command !== '' && !STAGES.some((stage) => command.startsWith(stage));
  const children = processes().filter((other) => parentOf(other) === pid);
  return children.map(commandOf).some((child) => child !== '' && !child.startsWith(`${init}\0`));
}

function processes(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** https://docs.kernel.org/filesystems/proc.html: the second field after the name, which stands in parentheses. */
/** A process, and all that descend from it. */
export function withDescendants(pid: number): readonly number[] {
  const all = processes().map((each) => [each, parentOf(each)] as const);
  const below = (parent: number): readonly number[] => all.flatMap(([each, of]) => (of === parent ? [each, ...below(each)] : []));
  return [pid, ...below(pid)];
}

function parentOf(pid: number): number {
  return Number(
    textOf(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')[1],
  );
}

/** Empty if there is no such process, or it has ended. */
function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Real pipes for the output: Node's own are sockets, and a program that opens /dev/stdout (as Envoy does for its
 * access log) cannot open a socket. The pipe must also be open to the container's user.
 */
async function openPipes(stage: string): Promise<readonly [Pipe, Pipe]> {
  const paths = [`${stage}.stdout`, `${stage}.stderr`] as const;
  await must(['mkfifo', '-m', '666', ...paths]);
  const [stdout, stderr] = paths.map((path) => {
    const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const write = openSync(path, constants.O_WRONLY);
    rmSync(path);
    return { read, write };
  });
  return [stdout, stderr];
}

async function pump(fd: number, stream: LogLine['stream'], log: ContainerLog): Promise<void> {
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    log.write(stream, chunk);
  });
  await new Promise<void>((resolve) => {
    socket.once('error', () => {
      socket.destroy();
    });
    socket.once('close', () => {
      log.end(stream);
      resolve();
    });
  });
}
