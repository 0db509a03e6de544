import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_DICTIONARY } from '../../../lib/core/contract/config-dictionary';
import { makeDictionary } from '../../support/make-dictionary';

const FILE = join(__dirname, '../../../lib/core/contract/config-dictionary.ts');

const HEADER = `/* eslint-disable max-len -- Each part is one text. */
/**
 * What configurations of tasks have in common, so that each takes few bytes (RFC 1950, FDICT). Made of the golden cases by
 * test/core/contract/config-dictionary.test.ts: \`npm run test:update\` writes it anew. One that is out of date costs bytes, nothing else.
 */
`;

test('the dictionary is made of the golden cases', () => {
  const parts = makeDictionary();
  const lines = parts.map((part) => `  '${part.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}',`);
  const text = `${HEADER}export const CONFIG_DICTIONARY: string = [\n${lines.join('\n')}\n].join('');\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});

test('is no longer than what compressed data can refer to', () => {
  expect(Buffer.byteLength(CONFIG_DICTIONARY)).toBeGreaterThan(10_000);
  expect(Buffer.byteLength(CONFIG_DICTIONARY)).toBeLessThanOrEqual(32_768);
});
