import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Trouble } from '../../trouble';

export type EngineName = 'docker' | 'podman' | 'finch';
export const ENGINES = ['docker', 'podman', 'finch'] as const satisfies readonly EngineName[];

/** What runs containers on this machine. */
export interface Engine {
  readonly name: EngineName;
  /** Its own command. */
  readonly command: string;
  /** The command that reads Compose files, and its first arguments. */
  readonly compose: readonly string[];
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs a command to its end. A command that there is not ends with 127, as in a shell. */
export async function runCommand([program = '', ...args]: readonly string[], { env, signal }: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(signal !== undefined && { signal }),
    });
    const texts = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text;
      });
    child.on('error', (error: NodeJS.ErrnoException) => {
      // What the signal ends is waited for: it may still make something.
      if (error.name !== 'AbortError')
        resolve({ ...texts, code: error.code === 'ENOENT' ? 127 : 1, stderr: `${texts.stderr}${error.message}` });
    });
    child.on('close', (code) => {
      resolve({ ...texts, code: code ?? 1 });
    });
  });
}

/** Why an engine cannot be used. */
type Probe = { readonly engine: Engine } | { readonly why: string };

/** The one for which a Compose file is written. @throws Trouble if there is none of that name */
export function engineNamed(wanted: string = ENGINES[0]): EngineName {
  const name = ENGINES.find((each) => each === wanted);
  if (name !== undefined) return name;
  throw new Trouble(`--engine "${wanted}" is no engine that this command knows`, { allowed: ENGINES, fix: 'name one of these' });
}

/** @throws Trouble if no engine can be used, or not the one that is wanted */
export async function findEngine(wanted: string | undefined): Promise<Engine> {
  const names = wanted === undefined ? ENGINES : [engineNamed(wanted)];
  const reasons: string[] = [];
  for (const name of names) {
    const probe = await probeEngine(name);
    if ('engine' in probe) return probe.engine;
    reasons.push(`${name}: ${probe.why}`);
  }
  throw new Trouble(`nothing on this machine runs containers from a Compose file (${reasons.join('; ')})`, {
    fix: 'start or install Docker with Compose, Podman with podman-compose, or Finch; `local compose` writes the file without them',
  });
}

async function probeEngine(name: EngineName): Promise<Probe> {
  const info = await runCommand([name, 'info']);
  if (info.code === 127) return { why: 'not installed' };
  if (info.code !== 0) return { why: `does not answer (${lastLine(info.stderr)})` };
  const candidates = name === 'podman' ? [['podman-compose'], ['podman', 'compose']] : [[name, 'compose']];
  for (const compose of candidates)
    if ((await runCommand([...compose, 'version'])).code === 0) return { engine: { name, command: name, compose } };
  return { why: name === 'podman' ? 'podman-compose is not installed' : `\`${name} compose\` is not installed` };
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

/** @throws Trouble with what the command said last, and with `fix` or, without one, by what it said */
export async function mustRun(
  command: readonly string[],
  what: string,
  { fix, ...options }: RunOptions & { readonly fix?: string } = {},
): Promise<Finished> {
  const result = await runCommand(command, options);
  if (result.code === 0 || options.signal?.aborted === true) return result;
  // IDs of containers that could be made say nothing.
  const said = `${result.stdout}\n${result.stderr}`
    .split('\n')
    .filter((each) => each.trim() !== '' && !/^[0-9a-f]{12,64}$/.test(each.trim()));
  throw new Trouble(
    `${what}: \`${command.slice(0, 6).join(' ')}\` ended with ${result.code}\n${said
      .slice(-SHOWN_LINES)
      .map((line) => `  ${line}`)
      .join('\n')}`,
    {
      fix: fix ?? fixOf(said.join('\n')),
    },
  );
}

const SHOWN_LINES = 8;

/** What people can do about what engines say. */
function fixOf(said: string): string {
  if (/port is already allocated|address already in use|ports are not available/i.test(said))
    return 'stop what has the port, or choose another one with --port or --control-port';
  if (/no space left/i.test(said)) return 'make room on the disk of the engine, such as with its command `system prune`';
  if (/cannot allocate memory|not enough memory|oom/i.test(said)) return 'give the engine more memory, or run fewer services with --only';
  if (
    /pull access denied|unauthorized|denied: |manifest unknown|not found: manifest|no such image|no basic auth|name unknown|pinging container registry/i.test(
      said,
    )
  )
    return 'log in to the registry of the image, or name another one in the file of --settings, under "images"';
  return 'see what the engine says above';
}

/** What engines differ in, for the Compose file. */
export interface EngineTraits {
  /** How they say whose network a container has. */
  readonly sharesBy: 'service' | 'container';
  /** What containers call this machine. */
  readonly host: string;
  /** Whether that name has to be said in the file. */
  readonly hostIsGiven: boolean;
  /** Whether files of this machine need a label before containers may read them. */
  readonly labelsFiles: boolean;
}

/** @param selinux where Linux says whether SELinux enforces its policy */
export function traitsOf(engine: EngineName, selinux = SELINUX): EngineTraits {
  const labelsFiles = isEnforced(selinux);
  // Podman gives it to each container, and knows `host-gateway` since version 5 alone.
  // https://docs.podman.io/en/latest/markdown/podman-run.1.html#add-host-hostname-hostname-ip
  if (engine === 'podman') return { sharesBy: 'service', host: 'host.containers.internal', hostIsGiven: false, labelsFiles };
  return { sharesBy: engine === 'finch' ? 'container' : 'service', host: 'host.docker.internal', hostIsGiven: true, labelsFiles };
}

/** https://github.com/SELinuxProject/selinux-notebook/blob/main/src/lsm_selinux.md#selinux-filesystem */
const SELINUX = '/sys/fs/selinux/enforce';

function isEnforced(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').trim() === '1';
  } catch {
    // Other systems, and a Linux without SELinux, have no such file.
    return false;
  }
}
