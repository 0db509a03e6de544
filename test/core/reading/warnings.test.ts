import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WARNINGS } from '../../../lib/core/reading/warnings';
import { expectPart } from '../../support/generated-part';
import { ROOT } from '../../support/pages';

const TABLE = 'lib/core/reading/warnings.ts';
const entries = Object.entries(WARNINGS);

test('the table of warnings in docs/errors.md is what warnings.ts says (npm run test:update)', () => {
  const rows = entries.map(([id, { when, fix }]) => `| \`${id}\` | ${when} | ${fix} |`);
  expectPart(
    'docs/errors.md',
    'warnings: made by test/core/reading/warnings.test.ts',
    ['| ID | When | What to do |', '|---|---|---|', ...rows].join('\n'),
  );
});

test('the table is in the order of the alphabet, in whole sentences', () => {
  const ids = entries.map(([id]) => id);
  expect(ids).toEqual([...ids].sort());
  expect(entries.filter(([, { when }]) => !/^[A-Z`].*[^.]$/.test(when)).map(([id]) => id)).toEqual([]);
  expect(entries.filter(([, { fix }]) => !/^[A-Z`].*[.]$/.test(fix)).map(([id]) => id)).toEqual([]);
});

test('fails if the table has a warning that nothing gives any more', () => {
  const sources = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .map((path) => `lib/${path}`)
    .filter((path) => path.endsWith('.ts') && path !== TABLE)
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');
  expect(entries.map(([id]) => id).filter((id) => !sources.includes(`'${id}'`))).toEqual([]);
});
