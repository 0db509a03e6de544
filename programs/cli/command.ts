import { parseArgs } from 'node:util';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, suggestion, Trouble } from './trouble';

/** What a command prints, and the exit code of the process. */
export interface Result {
  readonly output: string;
  readonly exitCode: number;
}

/** A word of the command line. The first ones of a command are its arguments, by default one; all others are options. */
export interface Option {
  readonly name: string;
  /** @default - the option takes no value */
  readonly value?: boolean;
  /** Whether it may be there several times. */
  readonly repeated?: boolean;
  readonly text: string;
  /** What shells complete its value with: these words, names of files, or names of the system. @default - nothing */
  readonly completion?:
    readonly string[] | 'callees' | 'callers' | 'edges' | 'files' | 'jobs' | 'services' | 'systems' | 'versions' | 'workloads';
  /** Whether its value is a list with commas. */
  readonly separated?: boolean;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly synopsis: readonly string[];
  readonly options: readonly Option[];
  /** How many of the options are arguments, which stand in their place without their names. @default 1 */
  readonly arguments?: number;
  /** How many of the arguments the first ones say to leave out, as `explain client` names no callee. */
  skipped?(positionals: readonly string[]): number;
  readonly examples: readonly (readonly [text: string, command: string])[];
  readonly exitCodes: readonly (readonly [code: string, text: string])[];
  run(args: readonly string[], terminal: Terminal): Result | Promise<Result>;
}

export interface Arguments {
  /** The first one. */
  readonly argument: string | undefined;
  readonly positionals: readonly string[];
  readonly values: Readonly<Partial<Record<string, string>>>;
  /** Of options that may be repeated, in their order. */
  readonly lists: Readonly<Partial<Record<string, readonly string[]>>>;
  readonly flags: ReadonlySet<string>;
}

/** Reads what follows the name of a command. */
export function parseArguments(command: Command, args: readonly string[]): Arguments {
  const count = command.arguments ?? 1;
  const [first] = command.options;
  const options = command.options.slice(count);
  const known = Object.fromEntries(
    options.map(({ name, value, repeated }) => [
      name,
      { type: value === true ? 'string' : 'boolean', multiple: repeated === true } as const,
    ]),
  );
  const { values, positionals, tokens } = parse(command, args, known);
  for (const { name } of tokens) if (known[name] === undefined) throw unknownOption(command, name);
  const [argument] = positionals;
  const extra = positionals[count];
  if (extra !== undefined && count === 0)
    throw new Trouble(`${command.name} takes options only, and got "${extra}"`, { fix: helpOf(command) });
  if (extra !== undefined)
    throw new Trouble(
      count === 1
        ? `${command.name} takes one ${first?.name ?? 'argument'}, and got "${extra}" too`
        : `${command.name} takes ${count} arguments, and got "${extra}" too`,
      { fix: helpOf(command) },
    );
  const texts = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const flags = Object.entries(values).filter(([, value]) => value === true);
  const lists = Object.entries(values).flatMap(([name, value]) => (Array.isArray(value) ? [[name, value.map(String)] as const] : []));
  return {
    ...{ argument, positionals, values: Object.fromEntries(texts), lists: Object.fromEntries(lists) },
    flags: new Set(flags.map(([name]) => name)),
  };
}

type Known = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple: boolean }>>;

function parse(command: Command, args: readonly string[], options: Known) {
  const config = { args: [...args], options: { ...options }, allowPositionals: true } as const;
  // Unknown names first, without the values that they might take: their message suggests the right one.
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  const named = tokens.filter((token) => token.kind === 'option');
  const unknown = named.find(({ name }) => options[name] === undefined);
  if (unknown !== undefined) throw unknownOption(command, unknown.name);
  try {
    return { ...parseArgs({ ...config, strict: true }), tokens: named };
  } catch (error) {
    // Node.js says what is wrong: "Option '--app <value>' argument missing".
    throw new Trouble(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), { fix: helpOf(command) });
  }
}

function unknownOption(command: Command, name: string): Trouble {
  const names = command.options.slice(command.arguments ?? 1).map((option) => `--${option.name}`);
  return new Trouble(`${command.name} has no option "--${name}"`, {
    allowed: names,
    fix: suggestion(`--${name}`, names, helpOf(command)),
  });
}

function helpOf({ name }: Command): string {
  return `see npx ${PROGRAM} ${name} --help`;
}
