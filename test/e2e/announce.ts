import { findTools } from './tools';

/** Before the first test, once: what will not be tested, and how to get it. */
export default function announce(): void {
  try {
    findTools();
  } catch (error) {
    process.stderr.write(`\n!!! END-TO-END TESTS SKIPPED: ${error instanceof Error ? error.message : String(error)}\n\n`);
  }
}
