import { spawn } from 'node:child_process';

export interface Finished {
  /** As a shell tells it: 128 + the signal's number for a process that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The process is killed after this long; the result then has code 137. */
  readonly timeoutMs?: number;
  /** The process gets SIGINT, as by Ctrl-C. */
  readonly interrupt?: AbortSignal;
}

export class CommandFailed extends Error {
  constructor(
    argv: readonly string[],
    readonly result: Finished,
  ) {
    super(`${argv.join(' ').slice(0, 400)}\nexited with ${result.code}: ${(result.stderr || result.stdout).trim().slice(-2000)}`);
  }
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0);
}

/** What processes of the runner itself see: nothing of the test's own environment but the path. */
export const PLAIN_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** Runs a command to its end and never throws for its exit code. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      env: { ...PLAIN_ENVIRONMENT, ...options.env },
      cwd: options.cwd ?? '/',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A child that exits without reading its input is not our concern.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    const interrupt = (): void => {
      child.kill('SIGINT');
    };
    options.interrupt?.addEventListener('abort', interrupt, { once: true });
    if (options.interrupt?.aborted === true) interrupt();
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: exitCode(code, signal), stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** Runs a command that has to succeed and returns its output. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) throw new CommandFailed(argv, result);
  return result.stdout;
}

/** One argument, safe in a shell script. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
