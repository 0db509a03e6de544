import { parseArguments, type Command, type Result } from './command';
import { readDescriptions } from './assembly/read-description';
import { completionOf, FILES, type NamesOf } from './completion/completion';
import bash from './completion/script.bash';
import fish from './completion/script.fish';
import zsh from './completion/script.zsh';
import { ownWords, splitLine } from './completion/split-line';
import { isTrouble, PROGRAM, suggestion, Trouble } from './trouble';

const SCRIPTS: Readonly<Record<string, string>> = { bash, fish, zsh };
const SHELLS = Object.keys(SCRIPTS);

/** @param commands those that it completes */
export function completionCommand(commands: readonly Command[]): Command {
  const command: Command = {
    name: 'completion',
    summary: 'Prints a script with which a shell completes command lines.',
    description:
      'Prints a script for bash, zsh or fish: the tab key then completes commands, options, and names of services, edges and systems in ' +
      `the output of cdk synth, of ${PROGRAM} as well as of npx ${PROGRAM}. The release is the nearest one in node_modules.`,
    synopsis: ['completion bash | fish | zsh'],
    options: [
      { name: 'shell', completion: SHELLS, text: 'bash, fish or zsh.' },
      { name: 'line', value: true, text: 'Prints what may stand at the end of this command line instead, as the scripts ask for it.' },
    ],
    examples: [
      ['In the directory of an app; then source the file in ~/.bashrc:', `npx --no ${PROGRAM} completion bash > ~/.mesh-completion.bash`],
      ['The same for ~/.zshrc:', `npx --no ${PROGRAM} completion zsh > ~/.mesh-completion.zsh`],
      ['For fish, which reads it by itself:', `npx --no ${PROGRAM} completion fish > ~/.config/fish/conf.d/${PROGRAM}.fish`],
    ],
    exitCodes: [
      ['0', 'The script was printed.'],
      ['2', 'The command failed.'],
    ],
    run: (args) => runCompletion(args),
  };

  function runCompletion(args: readonly string[]): Result {
    const { argument: shell, values } = parseArguments(command, args);
    if (values['line'] !== undefined) return { output: answer([...commands, command].sort(byName), values['line']), exitCode: 0 };
    const script = shell !== undefined && Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script !== undefined) return { output: script, exitCode: 0 };
    throw new Trouble(shell === undefined ? 'completion takes the name of a shell' : `there is no completion of "${shell}"`, {
      allowed: SHELLS,
      fix: suggestion(shell ?? '', SHELLS, `name one: npx ${PROGRAM} completion bash`),
      ...(shell === undefined ? { question: { message: 'Which shell?', among: SHELLS } } : {}),
    });
  }

  return command;
}

export function byName(a: Command, b: Command): number {
  return a.name < b.name ? -1 : 1;
}

/** A line for each word, with what it means behind a tab; or one that says that a name of a file is meant. */
function answer(commands: readonly Command[], line: string): string {
  const found = completionOf(commands, ownWords(splitLine(line)), namesOf);
  if (found === FILES) return ':files\n';
  return found.map(({ value, text }) => `${value}${text === '' ? '' : `\t${text}`}\n`).join('');
}

/** Nothing where there is no output of cdk synth yet: a key is no place for messages. */
const namesOf: NamesOf = (kind, app) => {
  try {
    if (kind === 'systems') return readDescriptions(app).map(({ path }) => path);
    const systems = readDescriptions(app);
    return [
      ...new Set(
        systems.flatMap((system) => {
          const services = system.services.map(({ name }) => name);
          switch (kind) {
            case 'services':
              return services;
            case 'callees':
              return [...services, ...system.external.map(({ name }) => name)];
            case 'callers':
              return ['client', ...services, ...system.clients.map(({ name }) => name)];
            case 'edges':
              return system.edges.map(({ name }) => name);
            case 'jobs':
              return system.services.filter(({ kind: what }) => what === 'job').map(({ name }) => name);
            case 'versions':
              return system.workloads.flatMap(({ version }) => version ?? []);
            case 'workloads':
              return [...services, ...system.workloads.map(({ name }) => name)];
          }
        }),
      ),
    ];
  } catch (error) {
    if (isTrouble(error)) return [];
    throw error;
  }
};
