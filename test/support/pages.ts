import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** The pages that people read and write; API.md is made by jsii-docgen. */
export const PAGES: readonly string[] = [
  ...markdownIn('.').filter((name) => name !== 'API.md'),
  ...markdownIn('docs').map((name) => `docs/${name}`),
];

function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort();
}

export function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export interface Block {
  readonly page: string;
  /** Of its first line of code. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The blocks of code of a page, in their order. */
export function blocksOf(page: string): readonly Block[] {
  const text = textOf(page);
  return [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    language,
    code,
  }));
}

/** A page without its blocks of code. */
export function proseOf(page: string): string {
  return textOf(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}

/** Where links to a page's headings lead, as GitHub names them. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
      const slug = heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

/** All files below some folders and files, by their paths from the root. */
export function filesBelow(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (!existsSync(join(ROOT, path))) return [];
    if (!statSync(join(ROOT, path)).isDirectory()) return [path];
    return filesBelow(
      readdirSync(join(ROOT, path))
        .sort()
        .map((name) => `${path}/${name}`),
    );
  });
}
