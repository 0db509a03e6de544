import type { Question } from '../trouble';

/** With more names than these, typing finds one. */
const SHORT_LIST = 10;

/**
 * Asks for what a command line misses, on the standard error, so that the standard output has what the command prints and nothing else.
 *
 * @returns what to add to the command line; undefined: who was asked does not want to say
 */
export async function ask({ message, among = [], example, option }: Question): Promise<readonly string[] | undefined> {
  const { autocomplete, isCancel, select, text } = await import('@clack/prompts');
  const output = process.stderr;
  const options = among.map((value) => ({ value }));
  const answer =
    among.length === 0
      ? await text({ message, output, ...(example === undefined ? {} : { placeholder: example }), validate: needed })
      : among.length <= SHORT_LIST
        ? await select({ message, options, output })
        : await autocomplete({ message, options, output, maxItems: SHORT_LIST });
  if (isCancel(answer)) return undefined;
  return option === undefined ? [answer] : [option, answer];
}

/** What begins with a dash would be an option. */
function needed(value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return 'Write something, or press Ctrl+C.';
  return value.startsWith('-') ? 'It cannot begin with a dash.' : undefined;
}
