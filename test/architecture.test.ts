import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { EVERYWHERE, PURE_PACKAGES, ROOMS } from './support/rooms';

const ROOT = join(__dirname, '..');

// ------------------------------------------------------------------------------------------------ reading the sources

function filesBelow(directory: string): string[] {
  return readdirSync(join(ROOT, directory))
    .sort()
    .flatMap((name) => {
      const path = posix.join(directory, name);
      return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path];
    });
}

const FOLDERS = ['lib', 'programs', 'examples', 'bin', 'test', 'bench'];
const sources = FOLDERS.flatMap(filesBelow).filter((path) => /\.(ts|mjs)$/.test(path));

const isFile = (name: string): boolean => /\.(ts|mjs)$/.test(name);

function pattern(name: string): RegExp {
  const text = name.replace(/[.$]/g, '\\$&').replaceAll('/**', '(?:/.+)?').replaceAll('node:**', 'node:.+').replace(/\*/g, '([^/]+)');
  return new RegExp(`^${text}$`);
}

const wildcards = (name: string): number => (name.endsWith('/**') ? 100 : name.split('*').length - 1);

/** The narrowest row of a file, and the name of its room: rows that end in two stars are one room. */
function roomOf(file: string): { readonly row: string; readonly name: string; readonly match: RegExpExecArray } | undefined {
  const rows = Object.keys(ROOMS).flatMap((row) => {
    const subject = isFile(row) ? file : posix.dirname(file);
    const match = pattern(row).exec(subject);
    return match === null ? [] : [{ row, name: row.endsWith('/**') ? row.slice(0, -3) : subject, match }];
  });
  const byWidth = (a: { readonly row: string }, b: { readonly row: string }): number =>
    Number(isFile(b.row)) - Number(isFile(a.row)) || wildcards(a.row) - wildcards(b.row) || b.row.length - a.row.length;
  return rows.sort(byWidth)[0];
}

interface Import {
  readonly module: string;
  /** The file, for what is in the repository. */
  readonly file: string | undefined;
}

function importsOf(from: string): readonly Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, from), 'utf8'), true, true);
  return importedFiles.map(({ fileName: module }) => {
    if (!module.startsWith('.')) return { module, file: undefined };
    const target = posix.join(posix.dirname(from), module);
    const candidates = [target, `${target}.ts`, target.replace(/\.js$/, '.ts'), posix.join(target, 'index.ts')];
    return { module, file: candidates.find((path) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile()) ?? target };
  });
}

/** Data that anybody may read. */
const isData = (file: string): boolean => file.endsWith('.json');

function violation(from: string, { module, file }: Import): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return undefined; // said by another test
  const { rooms = [], packages = [] } = ROOMS[room.row] ?? {};
  if (file === undefined) {
    return packages.some((name) => pattern(name).test(module)) ? undefined : `${room.row} may not import the package ${module}`;
  }
  if (isData(file) || (file === EVERYWHERE && /^(lib|programs\/import)\//.test(from))) return undefined;
  const target = roomOf(file);
  if (target?.name === room.name) return undefined;
  const allowed = rooms.map((name) => name.replaceAll('$1', room.match[1] ?? ''));
  if (target !== undefined && allowed.some((name) => pattern(name).test(target.name))) return undefined;
  return `${room.row} may not import ${file}`;
}

const isPure = (path: string): boolean => /^(lib\/core|programs\/import)\//.test(path);

// ------------------------------------------------------------------------------------------------ what holds

test('every folder with sources has a row, which says what it may import', () => {
  expect(sources.filter((path) => roomOf(path) === undefined)).toEqual([]);
});

test('every row has sources, so that none is for what is gone', () => {
  const used = new Set(sources.map((path) => roomOf(path)?.row));
  expect(Object.keys(ROOMS).filter((row) => !used.has(row))).toEqual([]);
});

test.each(FOLDERS)('%s: each folder imports only what its row allows', (folder) => {
  const found = sources
    .filter((path) => path.startsWith(`${folder}/`))
    .flatMap((path) =>
      importsOf(path).flatMap((each) => {
        const complaint = violation(path, each);
        return complaint === undefined ? [] : [`${path}: ${complaint}`];
      }),
    );
  expect(found).toEqual([]);
});

test('what is pure imports no package but those of the list, whatever its rows say', () => {
  const packages = Object.entries(ROOMS)
    .filter(([row]) => isPure(`${row}/`))
    .flatMap(([, room]) => room.packages ?? []);
  expect(packages.length).toBeGreaterThan(0);
  expect(packages.filter((name) => !PURE_PACKAGES.includes(name))).toEqual([]);
});

/** By which code reaches the world, or depends on when and where it runs, without an import. */
const IMPURE = new Set([
  '__dirname',
  '__filename',
  'console',
  'Date',
  'eval',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

function impureNames(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && IMPURE.has(node.text) && !isMember(node)) found.push(`${path}: ${node.text}`);
    if (ts.isPropertyAccessExpression(node) && node.getText(source) === 'Math.random') found.push(`${path}: Math.random`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `edge.process`, not `process`. */
function isMember(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name === name;
  return ts.isPropertySignature(parent);
}

test('what is pure looks at no clock, no environment and no chance', () => {
  const pure = sources.filter(isPure);
  expect(pure.length).toBeGreaterThan(100);
  expect(pure.flatMap(impureNames)).toEqual([]);
});

test('no rooms of the library and its programs import each other, by way of others or not', () => {
  const arrows = new Map<string, Set<string>>();
  for (const path of sources.filter((each) => /^(lib|programs)\//.test(each))) {
    const from = roomOf(path)?.name ?? path;
    for (const { file } of importsOf(path)) {
      const to = file === undefined ? undefined : roomOf(file)?.name;
      if (to !== undefined && to !== from) arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    }
  }
  const circles = [...arrows.keys()].filter((start) => {
    const reached = new Set(arrows.get(start));
    // A set goes on to what is added to it meanwhile.
    for (const room of reached) for (const next of arrows.get(room) ?? []) reached.add(next);
    return reached.has(start);
  });
  expect(circles).toEqual([]);
});

test('lib/index.ts holds exports and nothing else', () => {
  const source = ts.createSourceFile('index.ts', readFileSync(join(ROOT, 'lib/index.ts'), 'utf8'), ts.ScriptTarget.ES2022);
  expect(source.statements.every((statement) => ts.isExportDeclaration(statement))).toBe(true);
});

test('file names are kebab-case, and nothing is called utils', () => {
  for (const path of sources) {
    expect(path).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*\/)+[a-z0-9]+(-[a-z0-9]+)*(\.(test|e2e|d))?\.(ts|mjs)$/);
    expect(path).not.toMatch(/utils|helpers|misc|common/);
  }
});

test('a folder of the library or of its programs holds at most 24 sources, so that one can look through it', () => {
  const folders = sources.filter((path) => /^(lib|programs)\//.test(path)).map((path) => posix.dirname(path));
  expect([...new Set(folders)].filter((folder) => folders.filter((each) => each === folder).length > 24)).toEqual([]);
});

const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');

test('ARCHITECTURE.md names every room of the library and its programs', () => {
  // A row of one provider is an exception to that of all providers.
  const isException = (row: string): boolean => !row.endsWith('*') && `${posix.dirname(row)}/*` in ROOMS;
  const rows = Object.keys(ROOMS).filter((row) => /^(lib|programs)\//.test(row) && !isFile(row) && !isException(row));
  const rooms = rows.map((row) => row.replace(/\/\*+$/, ''));
  // "`traffic/`" for a part of a room, beside it.
  const isPart = (room: string): boolean => page.includes(`\`${posix.dirname(room)}/`) && page.includes(`\`${posix.basename(room)}/\``);
  expect(rooms.length).toBeGreaterThan(20);
  expect(rooms.filter((room) => !page.includes(`\`${room}/`) && !isPart(room))).toEqual([]);
});

test('every path that ARCHITECTURE.md names is there', () => {
  const paths = [...page.matchAll(/`((?:lib|programs|test|docs|examples|bin)\/[^`<*\s]*)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => statSync(join(ROOT, path), { throwIfNoEntry: false }) === undefined)).toEqual([]);
});

// The table's own tests: a check that cannot fail is none.
test.each([
  ['lib/core/parse/parse.ts', 'node:fs', 'lib/core/parse may not import the package node:fs'],
  ['lib/core/plan/egress.ts', 'aws-cdk-lib', 'lib/core/plan may not import the package aws-cdk-lib'],
  ['lib/core/model/callers.ts', '../parse/parse.ts', 'lib/core/model may not import lib/core/parse/parse.ts'],
  ['lib/core/mesh/app-mesh/tls.ts', '../envoy/provider.ts', 'lib/core/mesh/* may not import lib/core/mesh/envoy/provider.ts'],
  ['lib/core/mesh/app-mesh/tls.ts', '../providers.ts', 'lib/core/mesh/* may not import lib/core/mesh/providers.ts'],
  ['lib/cdk/edges/http/render.ts', '../../../core/edges/rest/plan.ts', 'lib/cdk/edges/* may not import lib/core/edges/rest/plan.ts'],
  ['lib/cdk/compute/workload.ts', '../../core/parse/parse.ts', 'lib/cdk/compute may not import lib/core/parse/parse.ts'],
  ['programs/agent/main.ts', '../../lib/core/model/constants.ts', 'programs/agent/** may not import lib/core/model/constants.ts'],
  ['programs/agent/main.ts', '../../lib/core/defined.ts', 'programs/agent/** may not import lib/core/defined.ts'],
  ['lib/core/contract/agent.ts', '../model/constants.ts', 'lib/core/contract may not import lib/core/model/constants.ts'],
  ['test/e2e/programs/relay.ts', '../wait.ts', 'test/e2e/programs may not import test/e2e/wait.ts'],
])('fails if %s imports %s', (from, module, complaint) => {
  const file = module.startsWith('.') ? posix.join(posix.dirname(from), module) : undefined;
  expect(violation(from, { module, file })).toBe(complaint);
});

test('fails if a folder is new', () => {
  expect(roomOf('lib/core/other/file.ts')).toBeUndefined();
  expect(roomOf('lib/other/file.ts')).toBeUndefined();
});
