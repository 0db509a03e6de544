import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCodes } from '../../support/issue-codes';
import { ROOT } from '../../support/pages';

const PAGE = join(ROOT, 'docs/errors.md');
const [START, END] = ['<!-- codes: made by test/core/reading/issue-codes.test.ts -->', '<!-- end of codes -->'];

const codes = [...issueCodes()];

test('every code says when it is used', () => {
  expect(codes.length).toBeGreaterThan(30);
  expect(codes.filter(([, comment]) => !/^[A-Z].*[.]$/.test(comment)).map(([code]) => code)).toEqual([]);
});

test('the table of codes in docs/errors.md is what issues.ts says (npm run test:update)', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/errors.md has no ${START} ... ${END}`);
  const rows = codes.map(([code, comment]) => `| \`${code}\` | ${comment} |`);
  const updated = `${before}${START}\n${['| Code | Meaning |', '|---|---|', ...rows].join('\n')}\n${END}${after}`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, updated);
  else expect(page).toBe(updated);
});
