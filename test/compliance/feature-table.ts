import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Column {
  readonly factory: string;
  readonly capabilities: Readonly<Record<string, true | { readonly no: string }>>;
}

type Features = Readonly<Record<string, { readonly title: string }>>;

function table(features: Features, columns: readonly Column[]): string {
  const cell = ({ capabilities }: Column, id: string): string => {
    const capability = capabilities[id];
    return capability === true ? 'yes' : `no: ${capability?.no ?? ''}`;
  };
  const rows = Object.entries(features).map(
    ([id, { title }]) => `| ${[title, ...columns.map((column) => cell(column, id))].join(' | ')} |`,
  );
  return [
    `| | ${columns.map(({ factory }) => `\`${factory}\``).join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
}

const [START, END] = ['<!-- features: made by test/compliance -->', '<!-- end of features -->'];

/** The table of a page is what the columns say; `npm run test:update` rewrites it. */
export function expectTable(page: string, features: Features, columns: readonly Column[]): void {
  const path = join(__dirname, '../../docs', page);
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/${page} has no ${START} ... ${END}`);
  const updated = `${before}${START}\n${table(features, columns)}\n${END}${after}`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, updated);
  else expect(text).toBe(updated);
}
