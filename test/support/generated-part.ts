import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The part of a page between two comments is what the code says; `npm run test:update` rewrites it. */
export function expectPart(page: string, title: string, content: string): void {
  const path = join(__dirname, '../..', page);
  const [start, end] = [`<!-- ${title} -->`, `<!-- end of ${title.split(':')[0] ?? ''} -->`];
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has no ${start} ... ${end}`);
  const updated = `${before}${start}\n${content}\n${end}${after}`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, updated);
  else expect(text).toBe(updated);
}
