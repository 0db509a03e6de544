import { expectPart } from '../support/generated-part';

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

/** The table of a page is what the columns say; `npm run test:update` rewrites it. */
export function expectTable(page: string, features: Features, columns: readonly Column[]): void {
  expectPart(`docs/${page}`, 'features: made by test/compliance', table(features, columns));
}
