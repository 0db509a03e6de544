import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { AGENT_HEALTH_PROGRAM } from '../../../lib/core/contract/files';
import { until } from '../../e2e/runner/wait';
import { CERTIFIED, type LogLine } from './fake-world';

const BUNDLER = resolve(__dirname, '../../../programs/agent/bundle.mjs');

/** The image's assets, made as the package's build makes them. */
export function bundled(parent = tmpdir()): { readonly directory: string; readonly program: string; readonly remove: () => void } {
  const directory = mkdtempSync(join(parent, 'agent-bundle-'));
  // Containers run as other users.
  chmodSync(directory, 0o755);
  const { status, stderr } = spawnSync(process.execPath, [BUNDLER, directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`programs/agent/bundle.mjs failed: ${stderr}`);
  return {
    directory,
    program: join(directory, 'agent.js'),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The options that the image's entry point gives to Node.js. */
export function nodeOptions(dockerfile: string): readonly string[] {
  const entryPoint = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(dockerfile, 'utf8'))?.[1] ?? '[]') as string[];
  return entryPoint.slice(1, -1);
}

export interface AgentOptions {
  readonly program: string;
  readonly command: string;
  readonly directory: string;
  readonly aws: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  /** Another user, if this one may change to it. */
  readonly uid?: number;
}

/** The agent as a process of its own. */
export class AgentProcess {
  readonly lines: LogLine[] = [];
  readonly exited: Promise<number>;
  output = '';
  private readonly child: ChildProcess;

  constructor({ program, command, directory, aws, environment, nodeOptions: options, uid }: AgentOptions) {
    this.child = spawn(process.execPath, [...(options ?? []), program, command], {
      env: {
        PATH: process.env['PATH'],
        // As ECS gives them to a task, if by another way.
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: aws,
        ECS_CONTAINER_METADATA_URI_V4: aws,
        ...CERTIFIED,
        MESH_DIRECTORY: directory,
        // Says that Node.js 20 is old.
        NODE_NO_WARNINGS: '1',
        ...environment,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.lines.push(parsed(line));
    });
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.output += chunk;
    });
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve(code ?? (signal === null ? -1 : -2));
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async line(wanted: (line: LogLine) => boolean, what: string): Promise<LogLine> {
    return until(() => this.lines.find(wanted), { what, timeoutMs: 20_000, detail: () => this.output });
  }

  async message(message: string): Promise<LogLine> {
    return this.line((line) => line.message === message, `"${message}"`);
  }
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { notJson: line };
  }
}

export interface Memory {
  /** What Linux counts as in memory. */
  readonly now: number;
  /** Without pages of files, such as Node.js itself, that Linux can drop and read again. */
  readonly own: number;
  /** The most that `now` was. */
  readonly peak: number;
}

/** What the image's health check says, and with which code it exits. */
export function healthOf(bundleDirectory: string, directory: string, ...program: readonly string[]): Promise<readonly [number, string]> {
  return new Promise((resolve) => {
    const child = spawn('perl', [join(bundleDirectory, basename(AGENT_HEALTH_PROGRAM)), ...program], {
      env: { PATH: process.env['PATH'], MESH_DIRECTORY: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    child.once('close', (code) => {
      resolve([code ?? -1, output]);
    });
  });
}

/** In megabytes. */
export function residentMegabytes(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), own: field('RssAnon'), peak: field('VmHWM') };
}
