import type { SystemDescription } from '../../../lib/core/description/system-description';
import { amountOf, largestUses, shareOf } from './check-limits';
import { counted, type Finding, type Severity } from './finding';

const WIDTH = 100;
/** Limits below are left out of the text, for they say nothing; `--json` has all. */
const LEAST_SHARE = 0.01;
const TITLES: Readonly<Record<Severity, string>> = { error: 'ERRORS', warning: 'WARNINGS', note: 'NOTES' };

export function printFindings(system: SystemDescription, findings: readonly Finding[]): string {
  const numbers = (['error', 'warning', 'note'] as const).map((severity) =>
    counted(findings.filter((finding) => finding.severity === severity).length, severity),
  );
  const blocks = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const own = findings.filter((finding) => finding.severity === severity);
    return own.length === 0 ? [] : [`\n${TITLES[severity]}\n`, ...own.map(printFinding)];
  });
  return [`${system.path}: ${numbers.join(', ')}\n`, ...blocks, printLimits(system)].join('');
}

function printFinding({ code, what, where, why, fix }: Finding): string {
  return [`  ${code}  ${where}`, ...wrap(what, 4), ...wrap(`why: ${why}`, 4, 9), ...wrap(`fix: ${fix}`, 4, 9)]
    .map((line) => `${line}\n`)
    .join('');
}

function printLimits({ limits }: SystemDescription): string {
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
  const lines = [header, ...rows].map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  const left = all.length - shown.length;
  return [
    ...['', 'LIMITS', ...lines],
    ...(shown.some((use) => use.used > use.limit && use.adjustable) ? ['  * more than a new account has'] : []),
    ...(left === 0
      ? []
      : [`  ${counted(left, 'limit')} of which less than 1 % is used ${left === 1 ? 'is' : 'are'} left out; --json has all`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function wrap(text: string, indent: number, next = indent): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${' '.repeat(last === undefined ? indent : next)}${word}`);
  }
  return lines;
}
