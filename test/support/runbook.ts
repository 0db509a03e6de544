import { textOf } from './pages';

/** The rows of a table of the runbook: what each line's first cell names in code. */
function firstCellsOf(heading: string): readonly string[] {
  const [, section = ''] = textOf('docs/runbook.md').split(`\n## ${heading}\n`);
  const lines = section.split(/\n## /)[0]?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const [, cell] = /^\| `([^`]+)` \|/.exec(line) ?? [];
    return cell === undefined ? [] : [cell];
  });
}

/** Response flags of Envoy that the runbook explains, each provoked in `test/e2e/runbook.e2e.ts`. */
export function flagsTried(): readonly string[] {
  return firstCellsOf('Response flags');
}

/** Those that it names only. */
export function rareFlags(): readonly string[] {
  return firstCellsOf('Rare response flags');
}

/** Alarms that the library makes, but those that users make of `metricTakenBack()`. */
export function alarmsOfRunbook(): readonly string[] {
  return firstCellsOf('Alarms');
}
