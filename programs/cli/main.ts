/** The command `npx cdk-ecs-microservices`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run';
import { terminalOf } from './terminal/terminal';
import { isTrouble } from './trouble';

/** The bundle stands in assets/cli. */
function release(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { readonly version: string };
  return version;
}

// Who reads the output may stop reading it: `... | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const NO_COLOUR = '--no-color';
const args = process.argv.slice(2);
const terminal = terminalOf(process, args.includes(NO_COLOUR));

run(
  args.filter((arg) => arg !== NO_COLOUR),
  release,
  terminal,
)
  .then(({ output, exitCode }) => {
    process.stdout.write(output);
    process.exitCode = exitCode;
  })
  .catch((error: unknown) => {
    // Node.js itself would end with 1, which says that something differs.
    const stack = error instanceof Error ? error.stack : undefined;
    process.stderr.write(`${isTrouble(error) ? error.painted(terminal.errorPaint) : (stack ?? String(error))}\n`);
    process.exitCode = 2;
  });
