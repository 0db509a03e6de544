import type { Command, Option } from '../command';

/** A word that may stand at the cursor, and what shells show beside it. */
export interface Word {
  readonly value: string;
  readonly text: string;
}

/** Names of a system, by what they name. */
export type NamesOf = (
  kind: 'callees' | 'callers' | 'edges' | 'jobs' | 'services' | 'systems' | 'versions' | 'workloads',
  app: string,
) => readonly string[];

export const FILES = 'files';

/** What may stand at the end of a command line: words, or names of files. */
export function completionOf(commands: readonly Command[], words: readonly string[], names: NamesOf): readonly Word[] | typeof FILES {
  const current = words.at(-1) ?? '';
  const [name, ...before] = words.slice(0, -1);
  if (name === undefined)
    return starting(current, [
      ...commands.map(({ name: value, summary }) => ({ value, text: summary })),
      { value: '--help', text: 'The page of all commands.' },
      { value: '--version', text: 'The release.' },
    ]);
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return [];
  const place = placeOf(command, before, current);
  if (place === undefined) return [];
  if (place === 'option') return starting(current, optionsOf(command, before));
  const { option, prefix } = place;
  if (option.completion === FILES) return FILES;
  const values = Array.isArray(option.completion) ? option.completion : [];
  const kind = typeof option.completion === 'string' ? option.completion : undefined;
  const found = kind === undefined ? (values as readonly string[]) : names(kind, valueOf(before, 'app') ?? 'cdk.out');
  // Of a list with commas, its last item.
  const items = option.separated === true ? current.slice(prefix.length).replace(/[^,]*$/, '') : '';
  return starting(
    current,
    found.filter((value) => !items.split(',').includes(value)).map((value) => ({ value: `${prefix}${items}${value}`, text: '' })),
  );
}

/** Of which option or argument the last word is the value. */
function placeOf(
  command: Command,
  before: readonly string[],
  current: string,
): { readonly option: Option; readonly prefix: string } | 'option' | undefined {
  const count = command.arguments ?? 1;
  const options = command.options.slice(count);
  const takesValue = (word: string | undefined): Option | undefined =>
    options.find((option) => option.value === true && word === `--${option.name}`);
  const own = takesValue(before.at(-1));
  if (own !== undefined) return { option: own, prefix: '' };
  const [start] = /^--[^=]+=/.exec(current) ?? [];
  const assigned = start === undefined ? undefined : takesValue(start.slice(0, -1));
  if (assigned !== undefined) return { option: assigned, prefix: start ?? '' };
  if (current.startsWith('-')) return 'option';
  const positionals = before.filter((word, index) => !word.startsWith('-') && takesValue(before[index - 1]) === undefined);
  const shift = command.skipped?.(positionals) ?? 0;
  const index = positionals.length + (positionals.length > 0 ? shift : 0);
  const argument = index < count ? command.options[index] : undefined;
  // With all its arguments, a command has options alone.
  return argument === undefined ? (current === '' ? 'option' : undefined) : { option: argument, prefix: '' };
}

function optionsOf(command: Command, before: readonly string[]): readonly Word[] {
  const given = new Set(before.map((word) => word.split('=')[0]));
  return [
    ...command.options
      .slice(command.arguments ?? 1)
      .filter(({ name, repeated }) => repeated === true || !given.has(`--${name}`))
      .map(({ name, text }) => ({ value: `--${name}`, text })),
    { value: '--help', text: 'The page of the command.' },
  ];
}

function valueOf(words: readonly string[], name: string): string | undefined {
  const index = words.indexOf(`--${name}`);
  return index >= 0 ? words[index + 1] : words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}

function starting(current: string, words: readonly Word[]): readonly Word[] {
  return words.filter(({ value }) => value.startsWith(current));
}
