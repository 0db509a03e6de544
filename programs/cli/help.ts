import type { Command } from './command';
import type { Paint } from './paint';
import { PROGRAM } from './trouble';
import { wrap } from './wrap';

const WIDTH = 80;
const INDENT = ' '.repeat(7);

/** The page of all commands, in the form of the pages of AWS's command line interface. */
export function helpOfProgram(commands: readonly Command[], paint: Paint): string {
  return pageOf(paint, [
    ['NAME', [PROGRAM]],
    [
      'DESCRIPTION',
      [
        'Shows what cdk synth has put into task definitions, checks a system and estimates its costs before it is ' +
          'deployed, shows it while it runs, and gets certificates of callers outside of the mesh.',
      ],
    ],
    ['SYNOPSIS', [`${PROGRAM} <command> [options]`, `${PROGRAM} <command> --help`, `${PROGRAM} --version`]],
    [
      'GLOBAL OPTIONS',
      [
        '--no-color (boolean)',
        '  No colours, as with the environment variable NO_COLOR. FORCE_COLOR=1 sets them where the output is no terminal.',
      ],
    ],
    ['AVAILABLE COMMANDS', commands.flatMap(({ name, summary }) => [`o ${name}`, `  ${summary}`])],
  ]);
}

/** The page of a command. */
export function helpOf(
  { name, summary, description, synopsis, options, arguments: count = 1, examples, exitCodes }: Command,
  paint: Paint,
): string {
  const [first = '', ...more] = synopsis;
  return pageOf(paint, [
    ['NAME', [`${name} - ${summary}`]],
    ['DESCRIPTION', [description]],
    ['SYNOPSIS', [`${PROGRAM} ${first}`, ...more.map((line) => `  ${line}`)]],
    ['OPTIONS', options.flatMap((option, index) => [...(index === 0 ? [] : ['']), titleOf(option, index < count), `  ${option.text}`])],
    ['EXAMPLES', examples.flatMap(([text, command], index) => [...(index === 0 ? [] : ['']), text, `  ${command}`])],
    ['EXIT CODES', exitCodes.map(([code, text]) => `${code}  ${text}`)],
  ]);
}

function titleOf({ name, value }: Command['options'][number], isArgument: boolean): string {
  if (isArgument) return `<${name}> (string)`;
  return `--${name} (${value === true ? 'string' : 'boolean'})`;
}

function pageOf(paint: Paint, sections: readonly (readonly [title: string, paragraphs: readonly string[]])[]): string {
  return sections.map(([title, paragraphs]) => `${paint.bold(title)}\n${paragraphs.flatMap(lines).join('\n')}\n`).join('\n');
}

/** What follows the first line is indented as that is. Commands are not wrapped: they are to be copied. */
function lines(paragraph: string): readonly string[] {
  if (paragraph === '') return [''];
  const own = /^ */.exec(paragraph)?.[0] ?? '';
  const text = paragraph.trim();
  return wrap(text, text.startsWith('npx ') ? Infinity : WIDTH, `${INDENT}${own}`);
}
