import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');

function run(program: string, ...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin', program), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      ...process.env,
      JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION: '1',
      JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
    },
  });
  return { status, output: `${stdout}${stderr}` };
}

test('the public API compiles with jsii, so that Python, Java, C# and Go users get it too', () => {
  const { status, output } = run('jsii', '--generate-tsconfig', 'tsconfig.jsii.json', '--silence-warnings=reserved-word');
  expect({ status, complaints: output.split('\n').filter((line) => /\b(error|warning)\b/i.test(line)) }).toEqual({
    status: 0,
    complaints: [],
  });
});

test('API.md is what the docstrings say (npm run docs)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const { status, output } = run('jsii-docgen', '--output', join(directory, 'API.md'));
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
    expect(readFileSync(join(ROOT, 'API.md'), 'utf8')).toBe(readFileSync(join(directory, 'API.md'), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Names that a file exports, by its own declarations and by `export * from`. */
function exportsOf(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined && ts.isStringLiteral(statement.moduleSpecifier)) {
      return exportsOf(join(dirname(path), `${statement.moduleSpecifier.text}.ts`));
    }
    const exported =
      ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!exported) return [];
    const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
    return [name?.text ?? `something in ${path} that is no class and no interface`];
  });
}

test('lib/index.ts exports exactly what API.md lists', () => {
  const listed = [...readFileSync(join(ROOT, 'API.md'), 'utf8').matchAll(/^### (\w+) <a /gm)].map((match) => match[1]);
  expect(exportsOf(join(ROOT, 'lib/index.ts')).sort()).toEqual([...new Set(listed)].sort());
});

/** What users install. Whatever else the package held would be there by mistake: what the compiler keeps for itself, sources, keys. */
const SHIPPED: readonly RegExp[] = [
  /^(package\.json|README\.md|API\.md|LICENSE|\.jsii)$/,
  /^dist\/[\w/-]+\.(js|d\.ts)$/,
  /^dist\/local\/LICENSES$/,
  /^schema\/microservices\.schema\.json$/,
  /^assets\/(agent|functions\/[a-z-]+)\/[a-z-]+\.js$/,
  /^assets\/(agent|envoy)\/Dockerfile$/,
  /^assets\/client\/(index\.js|index\.d\.ts|certificate\.js)$/,
  /^assets\/cli\/(cdk-ecs-microservices\.js|local\.js|map\.js|LICENSES)$/,
  /^assets\/local\/(aws\.js|task\.js|LICENSES)$/,
  /^assets\/agent\/(volume\/README|health\.pl)$/,
  /^node_modules\/(@bufbuild\/protobuf|fastest-levenshtein|fflate|long|protobufjs|yaml)\//,
];

test('the package holds what users need, and nothing else', () => {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string; readonly mode: number }[] }];
  const paths = files.map(({ path }) => path);
  const { main, types, bin, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly main: string;
    readonly types: string;
    readonly bin: Readonly<Record<string, string>>;
    readonly exports: Readonly<Record<string, unknown>>;
  };
  const entries = ['.', './testing', './testing/serializer', './client'].flatMap((name) => Object.values(exports[name] ?? {}) as string[]);
  expect(entries).toHaveLength(8);
  expect(paths).toEqual(expect.arrayContaining([main, types, ...entries.map((path) => path.replace('./', ''))]));
  // The program of `npx cdk-ecs-microservices`, which a shell can start, and nothing else that it could.
  expect(bin).toEqual({ 'cdk-ecs-microservices': 'assets/cli/cdk-ecs-microservices.js' });
  const programs = files.filter(({ path, mode }) => !path.startsWith('node_modules/') && (mode & 0o111) !== 0).map(({ path }) => path);
  expect(programs).toEqual(Object.values(bin));
  expect(readFileSync(join(ROOT, programs[0] ?? ''), 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
  expect(paths.filter((path) => !SHIPPED.some((pattern) => pattern.test(path)))).toEqual([]);
});
