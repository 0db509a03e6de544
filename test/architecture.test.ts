import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');

/** Law 1 (ARCHITECTURE.md): what is pure stays testable in milliseconds, and can be drawn, simulated and fuzzed. */
const PURE = [/^lib\/core\//];

function filesBelow(directory: string): string[] {
  return readdirSync(directory).sort().flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

const library = filesBelow(join(ROOT, 'lib')).filter((path) => path.endsWith('.ts'));
const nameOf = (path: string): string => relative(ROOT, path);

function importsOf(path: string): string[] {
  return ts.preProcessFile(readFileSync(path, 'utf8')).importedFiles.map((file) => file.fileName);
}

function targetOf(from: string, module: string): string {
  const target = resolve(dirname(from), module);
  return [`${target}.ts`, join(target, 'index.ts')].find((path) => existsSync(path)) ?? target;
}

const pure = library.filter((path) => PURE.some((pattern) => pattern.test(nameOf(path))));

test('there are pure files, so that the next tests look at something', () => {
  for (const pattern of PURE) expect(pure.some((path) => pattern.test(nameOf(path)))).toBe(true);
});

test.each(pure.map(nameOf))('%s imports nothing of CDK, and only what is pure itself', (name) => {
  const path = join(ROOT, name);
  for (const module of importsOf(path)) {
    if (module.startsWith('.')) expect(pure.map(nameOf)).toContain(nameOf(targetOf(path, module)));
    else expect(module).toMatch(/^(node:|fastest-levenshtein$)/);
  }
});

test('the public props know nothing of how they are rendered', () => {
  const props = library.filter((path) => nameOf(path).startsWith('lib/props/') && basename(path) !== 'read-props.ts');
  for (const path of props) {
    for (const module of importsOf(path).filter((each) => each.startsWith('.'))) expect(nameOf(targetOf(path, module))).toMatch(/^lib\/(props|core)\//);
  }
});

test('lib/index.ts holds exports and nothing else', () => {
  const source = ts.createSourceFile('index.ts', readFileSync(join(ROOT, 'lib/index.ts'), 'utf8'), ts.ScriptTarget.ES2022);
  expect(source.statements.every((statement) => ts.isExportDeclaration(statement))).toBe(true);
});

test('file names are kebab-case, and nothing is called utils', () => {
  const folders = ['lib', 'test', 'bin', 'bench', 'examples'].map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  const code = folders.flatMap(filesBelow).filter((path) => path.endsWith('.ts')).map(nameOf);
  for (const path of code) {
    expect(path).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*\/)+[a-z0-9]+(-[a-z0-9]+)*(\.(test|e2e))?\.ts$/);
    expect(path).not.toMatch(/utils|helpers|misc|common/);
  }
});
