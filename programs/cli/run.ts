import { CERTIFICATE } from './certificate-command';
import { CHECK } from './check-command';
import { CONFIG } from './config-command';
import type { Command, Result } from './command';
import { byName, completionCommand } from './completion-command';
import { COST } from './cost-command';
import { DIAGRAM } from './diagram-command';
import { DIFF } from './diff-command';
import { EXPLAIN } from './explain-command';
import { helpOf, helpOfProgram } from './help';
import { LOCAL } from './local-command';
import { MAP } from './map-command';
import { ask } from './terminal/ask';
import type { Terminal } from './terminal/terminal';
import { isTrouble, PROGRAM, suggestion, Trouble } from './trouble';

/** A line each. */
const WITHOUT_COMPLETION = [CERTIFICATE, CHECK, CONFIG, COST, DIAGRAM, DIFF, EXPLAIN, LOCAL, MAP] as const;
export const COMMANDS: readonly Command[] = [...WITHOUT_COMPLETION, completionCommand(WITHOUT_COMPLETION)].sort(byName);

/** Runs a command line. @throws Trouble if it cannot */
export async function run(args: readonly string[], release: () => string, terminal: Terminal): Promise<Result> {
  const [name, ...rest] = args;
  if (name === undefined || isHelp(name)) return { output: helpOfProgram(COMMANDS, terminal.paint), exitCode: name === undefined ? 2 : 0 };
  if (name === '--version') return { output: `${release()}\n`, exitCode: 0 };
  const names = COMMANDS.map((command) => command.name);
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    throw new Trouble(`there is no command "${name}"`, {
      allowed: names,
      fix: suggestion(name, names, `see npx ${PROGRAM} --help`),
    });
  }
  return rest.some(isHelp) ? { output: helpOf(command, terminal.paint), exitCode: 0 } : runAsking(command, rest, terminal);
}

/** Whoever asks for JSON is a program, which answers nothing. */
async function runAsking(command: Command, args: readonly string[], terminal: Terminal): Promise<Result> {
  let line = args;
  for (;;) {
    try {
      const result = await command.run(line, terminal);
      if (line !== args) terminal.say(`without questions: npx ${PROGRAM} ${[command.name, ...line].map(quoted).join(' ')}`);
      return result;
    } catch (error) {
      const question = isTrouble(error) ? error.question : undefined;
      if (question === undefined || !terminal.asks || args.includes('--json')) throw error;
      const answer = await ask(question);
      if (answer === undefined) throw error;
      line = [...line, ...answer];
    }
  }
}

/** As a shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function isHelp(word: string): boolean {
  return ['--help', '-h', 'help'].includes(word);
}
