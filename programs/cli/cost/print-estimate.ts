import type { Estimate, PricedLine } from './estimate';
import type { Paint } from '../paint';
import { wrap } from '../wrap';

const WIDTH = 110;

export function printEstimate(
  { lines, total, isLeast }: Estimate,
  title: string,
  currency: string,
  assumptions: readonly string[],
  paint: Paint,
): string {
  const known = lines.filter(({ month }) => month !== undefined);
  const unknown = lines.filter(({ month }) => month === undefined);
  const header = ['SERVICE', 'PART', 'QUANTITY', 'PRICE', `${currency} A MONTH`];
  const rows = known.map((line) => [line.service, line.part, quantityOf(line), String(line.unitPrice ?? ''), money(line.month ?? 0)]);
  const totalRow = ['total', isLeast ? 'at least: see what is unknown' : '', '', '', money(total)];
  return [
    paint.bold(title),
    '',
    ...table([header, ...rows, totalRow], 2).map((line, index) => (index === 0 || index > rows.length ? paint.bold(line.trimEnd()) : line)),
    ...(unknown.length === 0 ? [] : ['', paint.yellow('UNKNOWN, AND NOT IN THE TOTAL'), ...unknownRows(unknown)]),
    ...['', paint.bold('ASSUMED'), ...assumptions.flatMap((text) => wrap(text, WIDTH, '  ', '    '))],
    ...['', paint.bold('SOURCES'), ...sourcesOf(known)],
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function quantityOf({ quantity = 0, unit = '' }: PricedLine): string {
  const digits = quantity < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 };
  return `${quantity.toLocaleString('en-US', digits)} ${unit}`;
}

function money(amount: number): string {
  // What costs something is never shown as nothing.
  if (amount > 0 && amount < 0.005) return '< 0.01';
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function unknownRows(lines: readonly PricedLine[]): readonly string[] {
  return lines.flatMap(({ service, part, reason }) =>
    wrap(`${service === 'by use' ? '' : `${service}, `}${part} (${reason ?? 'unknown'})`, WIDTH, '  ', '    '),
  );
}

function sourcesOf(lines: readonly PricedLine[]): readonly string[] {
  const dates = new Map<string, string>();
  // The oldest of a page: none of its prices is older.
  for (const { source = '', date = '' } of lines) {
    const other = dates.get(source);
    if (other === undefined || date < other) dates.set(source, date);
  }
  return [...dates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([source, date]) => `  ${source} (${date})`);
}

/** The last columns are numbers. */
function table(rows: readonly (readonly string[])[], texts: number): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row.map((cell, column) => (column < texts ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
  );
}
