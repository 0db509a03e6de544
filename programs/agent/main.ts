import { AGENT_COMMANDS } from '../../lib/core/contract/agent';
import { jsonLog } from '../shared/log';
import { failureOf, fieldsOf } from './failure';
import { runCommand } from './init-and-run';

const log = jsonLog((line) => {
  process.stdout.write(`${line}\n`);
});

async function main(text: string | undefined): Promise<number> {
  const command = AGENT_COMMANDS.find((each) => each === text);
  if (command === undefined) {
    log.error(`the command must be ${AGENT_COMMANDS.join(' or ')}`, { command: text ?? '' });
    return 2;
  }
  return runCommand(command, log);
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    log.error('the agent failed', fieldsOf(failureOf(error)));
    process.exit(1);
  },
);
