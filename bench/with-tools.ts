import { findTools, MissingTools } from '../test/e2e/tools';
import { inCi } from './rounds';

// The template validator takes longer than all else at the start, and says nothing about what is measured.
process.env['CDK_VALIDATION'] ??= 'false';

/** Runs a measurement that needs real programs and ends the process. Without the programs it says so, but fails in CI. */
export function measureWithTools(name: string, run: () => Promise<void>): void {
  measure(name, run).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

async function measure(name: string, run: () => Promise<void>): Promise<void> {
  try {
    findTools();
  } catch (error) {
    if (!(error instanceof MissingTools) || inCi()) throw error;
    process.stdout.write(`\n!!! ${name} NOT MEASURED: ${error.message}\n`);
    return;
  }
  await run();
}
