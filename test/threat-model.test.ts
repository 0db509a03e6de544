import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');

test('every test that the threat model names is there', () => {
  const named = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every page that the threat model and SECURITY.md link to is there', () => {
  const links = [...page.matchAll(/\]\((\.\.\/[^)#]+)/g)].map(([, path = '']) => join('docs', path));
  const fromRoot = [...readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').matchAll(/\]\((docs\/[^)#]+)/g)].map(([, path = '']) => path);
  expect([...links, ...fromRoot].length).toBeGreaterThan(1);
  expect([...links, ...fromRoot].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
