import { styleText } from 'node:util';
import { paintOf, type Paint } from '../paint';
import { progressOn } from './progress';

/** What commands know of the terminal that they run in, if any. */
export interface Terminal {
  /** Of the standard output. */
  readonly paint: Paint;
  /** Of the standard error. */
  readonly errorPaint: Paint;
  /** Whether somebody is there to answer. */
  readonly asks: boolean;
  /** A line for whoever looks at the terminal. */
  readonly say: (line: string) => void;
  /** Says what takes its time, until the function that it returns is called. */
  readonly progress: (text: string) => () => void;
}

type Streams = Pick<NodeJS.Process, 'env' | 'stderr' | 'stdin' | 'stdout'>;

/** @param noColour whether the command line says so */
export function terminalOf({ env, stderr, stdin, stdout }: Streams, noColour: boolean): Terminal {
  const moves = env['TERM'] !== 'dumb';
  const hasColours = (stream: NodeJS.WriteStream): boolean => {
    if (noColour || isSet(env['NO_COLOR'])) return false;
    const forced = env['FORCE_COLOR'];
    return forced === undefined ? isTerminal(stream) && moves : isOn(forced);
  };
  return {
    paint: paintOf(hasColours(stdout)),
    errorPaint: paintOf(hasColours(stderr)),
    // The library that asks needs a function that Node.js has since 20.12.
    asks: [stdin, stdout, stderr].every(isTerminal) && moves && !isOn(env['CI'] ?? 'false') && typeof styleText === 'function',
    say: (line) => {
      stderr.write(`${paintOf(hasColours(stderr)).dim(line)}\n`);
    },
    progress: isTerminal(stderr) && moves ? progressOn(stderr) : () => () => undefined,
  };
}

/** Of pipes, Node.js has no such property, whatever its type says. */
function isTerminal({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true;
}

/** An empty value counts as none: https://no-color.org */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** As Node.js reads FORCE_COLOR: an empty value counts, too. */
function isOn(value: string): boolean {
  return value !== '0' && value !== 'false';
}
