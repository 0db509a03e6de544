import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Bundled } from '../bundled';

export interface Seen {
  readonly exitCode: number | null;
  /** What a terminal got: both outputs, colours and all. */
  readonly screen: string;
}

export interface Typed {
  /** What the screen shows when it is typed. */
  readonly when: string;
  readonly keys: string;
}

export const ENTER = '\r';
export const DOWN = '\u001B[B';
export const CTRL_C = '\u0003';

interface Options {
  readonly typed?: readonly Typed[];
  readonly env?: Readonly<Record<string, string>>;
  /** A file for the standard output. */
  readonly redirect?: string;
}

/** The environment of a terminal that has colours, whatever this one's says of them. */
export function colourEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !['CI', 'NO_COLOR', 'FORCE_COLOR'].includes(name));
  return { ...Object.fromEntries(entries), TERM: 'xterm-256color' };
}

/** Runs the bundled program in a terminal of its own, as people do, by the command `script` of util-linux. */
export async function inTerminal(
  bundled: Bundled,
  args: readonly string[],
  { typed = [], env = {}, redirect }: Options = {},
): Promise<Seen> {
  const program = join(bundled.directory, 'bundle/cdk-ecs-microservices.js');
  const line = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ') + (redirect === undefined ? '' : ` >${redirect}`);
  const child = spawn('script', ['--quiet', '--return', '--command', `stty rows 40 columns 120; ${line}`, '/dev/null'], {
    cwd: bundled.directory,
    env: { ...colourEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let unanswered = '';
  const waiting = [...typed];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    unanswered += text;
    const [next] = waiting;
    if (next === undefined || !unanswered.includes(next.when)) return;
    waiting.shift();
    unanswered = '';
    child.stdin.write(next.keys);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (waiting.length > 0) throw new Error(`nobody asked "${waiting[0]?.when ?? ''}":\n${screen}`);
  return { exitCode, screen: screen.replaceAll('\r\n', '\n') };
}
