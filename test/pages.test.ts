import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { PAGES, ROOT, anchorsOf, filesBelow, proseOf, textOf } from './support/pages';

interface Link {
  /** From the root. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a page into the repository. */
function linksOf(page: string): readonly Link[] {
  const targets = [...proseOf(page).matchAll(/\]\(\s*([^)\s]+)\s*\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

function isThere({ path, anchor }: Link): boolean {
  if (path.startsWith('..') || !existsSync(join(ROOT, path))) return false;
  return anchor === undefined || (path.endsWith('.md') && anchorsOf(path).has(anchor));
}

test.each(PAGES)('every link of %s leads to a page, and to a heading, that is there', (page) => {
  expect(linksOf(page).filter((link) => !isThere(link))).toEqual([]);
});

test('links are looked at', () => {
  expect(linksOf('README.md').length).toBeGreaterThan(15);
  expect(PAGES.flatMap(linksOf).filter(({ anchor }) => anchor !== undefined).length).toBeGreaterThan(10);
  expect(isThere({ path: 'README.md', anchor: 'no-such-heading' })).toBe(false);
  expect(isThere({ path: 'docs/no-such-page.md', anchor: undefined })).toBe(false);
});

const FOLDERS = ['.ci', 'agent', 'bench', 'bin', 'docs', 'examples', 'functions', 'images', 'lib', 'programs', 'shared', 'test'];

/** Files and folders in backticks; with `*` or `<...>` one stands for many. */
function namedIn(page: string): readonly string[] {
  const paths = [...proseOf(page).matchAll(new RegExp(`\`((?:${FOLDERS.join('|').replace('.', '\\.')})/[^\`\\s]*)\``, 'g'))];
  return paths.map(([, path = '']) => path).filter((path) => !/[*<{]/.test(path));
}

// CHANGELOG.md may name what is gone.
test.each(PAGES.filter((page) => page !== 'CHANGELOG.md'))('every file that %s names is there', (page) => {
  expect(namedIn(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('the threat model names the tests that show what it says', () => {
  expect(namedIn('docs/threat-model.md').filter((path) => path.startsWith('test/')).length).toBeGreaterThan(8);
});

test('every page can be reached from the README', () => {
  const reached = new Set(['README.md']);
  // A set goes on to what is added to it meanwhile.
  for (const page of reached) for (const { path } of linksOf(page)) if (PAGES.includes(path)) reached.add(path);
  expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
});

test('what is in the repository cites nothing that is not', () => {
  const all = filesBelow([...PAGES, 'eslint.config.mjs', ...FOLDERS.filter((folder) => folder !== 'docs')]);
  const files = all.filter((path) => /\.(md|mjs|js|ts|sh)$|^\.ci\//.test(path) && path !== 'test/pages.test.ts');
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((path) => /\b(design|house)\.md\b|\bissue \d+\b|\/work\//i.test(textOf(path)))).toEqual([]);
});
