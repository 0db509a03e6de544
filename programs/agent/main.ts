import { AGENT_COMMANDS, type AgentCommand, type MeshVariable } from '../../lib/core/contract/agent';
import { MESH_DIRECTORY } from '../../lib/core/contract/files';
import { jsonLog } from '../shared/log';
import { failureOf, fieldsOf } from './failure';
import { askHealth, healthSocket } from './health/socket';

const log = jsonLog((line) => {
  process.stdout.write(`${line}\n`);
});
const HEALTH_TIMEOUT_MS = 3000;

async function main(text: string | undefined): Promise<number> {
  const command = AGENT_COMMANDS.find((each) => each === text);
  if (command === undefined) {
    log.error('the command must be init, run or health', { command: text ?? '' });
    return 2;
  }
  return runCommand(command);
}

async function runCommand(command: AgentCommand): Promise<number> {
  if (command === 'health') return health();
  // A file of its own in the image: the health check is a process of its own beside the agent, and need not read all of it.
  const { runCommand: initOrRun } = await import('./init-and-run.js');
  return initOrRun(command, log);
}

async function health(): Promise<number> {
  const report = await askHealth(healthSocket(process.env['MESH_DIRECTORY' satisfies MeshVariable] ?? MESH_DIRECTORY), HEALTH_TIMEOUT_MS);
  process.stdout.write(`${report.healthy ? 'healthy' : report.problems.join('; ')}\n`);
  return report.healthy ? 0 : 1;
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    log.error('the agent failed', fieldsOf(failureOf(error)));
    process.exit(1);
  },
);
