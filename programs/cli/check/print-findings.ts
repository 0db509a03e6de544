import type { SystemDescription } from '../../../lib/core/description/system-description';
import { amountOf, largestUses, shareOf } from './check-limits';
import type { Paint } from '../paint';
import { wrap } from '../wrap';
import { counted, type Finding, type Severity } from './finding';

const WIDTH = 100;
const OWN = ' '.repeat(4);
/** Of what follows `why: `. */
const BELOW = ' '.repeat(9);
/** Limits below are left out of the text, for they say nothing; `--json` has all. */
const LEAST_SHARE = 0.01;
const TITLES: Readonly<Record<Severity, string>> = { error: 'ERRORS', warning: 'WARNINGS', note: 'NOTES' };

export function printFindings(system: SystemDescription, findings: readonly Finding[], paint: Paint): string {
  const numbers = (['error', 'warning', 'note'] as const).map((severity) =>
    counted(findings.filter((finding) => finding.severity === severity).length, severity),
  );
  const blocks = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const own = findings.filter((finding) => finding.severity === severity);
    return own.length === 0
      ? []
      : [`\n${colourOf(severity, paint)(TITLES[severity])}\n`, ...own.map((finding) => printFinding(finding, paint))];
  });
  return [`${system.path}: ${numbers.join(', ')}\n`, ...blocks, printLimits(system, paint)].join('');
}

function printFinding({ code, severity, what, where, why, fix }: Finding, paint: Paint): string {
  return [
    `  ${colourOf(severity, paint)(code)}  ${paint.bold(where)}`,
    ...wrap(what, WIDTH, OWN),
    ...wrap(`why: ${why}`, WIDTH, OWN, BELOW),
    ...wrap(`fix: ${fix}`, WIDTH, OWN, BELOW),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function colourOf(severity: Severity, paint: Paint): Paint['red'] {
  return { error: paint.red, warning: paint.yellow, note: paint.cyan }[severity];
}

function printLimits({ limits }: SystemDescription, paint: Paint): string {
  const all = largestUses(limits);
  const shown = all.filter((use) => shareOf(use) >= LEAST_SHARE);
  const rows = shown.map((use) => [
    `${Math.round(100 * shareOf(use))} %${use.used > use.limit && use.adjustable ? ' *' : ''}`,
    amountOf(use),
    use.id,
    use.path,
  ]);
  const header = ['share', 'used', 'limit', 'where most of it is used'];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const isAbove = (index: number): boolean => shareOf(shown[index - 1] ?? { used: 0, limit: 1 }) > 1;
  const lines = [header, ...rows].map((row, index) =>
    (isAbove(index) ? paint.yellow : String)(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()),
  );
  const left = all.length - shown.length;
  return [
    ...['', paint.bold('LIMITS'), ...lines],
    ...(shown.some((use) => use.used > use.limit && use.adjustable) ? ['  * more than a new account has'] : []),
    ...(left === 0
      ? []
      : [`  ${counted(left, 'limit')} of which less than 1 % is used ${left === 1 ? 'is' : 'are'} left out; --json has all`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
