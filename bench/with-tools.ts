import { findTools, MissingTools } from '../test/e2e/tools';

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
    if (!(error instanceof MissingTools) || process.env['CI'] === 'true') throw error;
    process.stdout.write(`\n!!! ${name} NOT MEASURED: ${error.message}\n`);
    return;
  }
  await run();
}
