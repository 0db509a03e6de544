import { App } from 'aws-cdk-lib';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { format, type Plugin } from 'pretty-format';
import ts from 'typescript';
import { diagnosticsOf } from './support/compile';
import { writeDocstringExamples, type ExampleFile } from './support/docstring-examples';
import { PAGES, ROOT, blocksOf, textOf } from './support/pages';

const BLOCKS = join(ROOT, '.cache/readme');

const all = PAGES.flatMap(blocksOf);
const blocks = all
  .filter(({ language }) => language === 'ts')
  .map(({ page, line, code }, index) => ({
    page,
    name: `${page} line ${line}`,
    code: `${code}\nexport {};\n// block ${index}\n`,
    file: join(BLOCKS, `block-${index}.ts`),
  }));

let examples: readonly ExampleFile[];
beforeAll(() => {
  rmSync(BLOCKS, { recursive: true, force: true });
  mkdirSync(BLOCKS, { recursive: true });
  for (const { file, code } of blocks) writeFileSync(file, code);
  examples = writeDocstringExamples();
});

test('the README is short, and has code', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThan(200);
  expect(blocks.filter(({ page }) => page === 'README.md')).toHaveLength(2);
});

const FOR_USERS = [
  'app-mesh',
  'edge',
  'edge-load-balancer',
  'edge-openapi',
  'edge-rest',
  'edge-translation',
  'edge-web-socket',
  'first-deployment',
  'how-calls-work',
  'large-systems',
  'operations',
  'security',
  'traffic',
  'workloads',
  'your-own-app',
];

test.each(FOR_USERS)('docs/%s.md has code', (name) => {
  expect(blocks.filter(({ page }) => page === `docs/${name}.md`)).not.toEqual([]);
});

// YAML is a document of OpenAPI, which test/core/parse/open-api.test.ts reads, or settings, which test/programs/cli/local reads; JSON is a
// file of prices.
test('no code escapes the next tests by the name of its language', () => {
  const languages = new Set(all.map(({ language }) => language));
  expect([...languages].filter((language) => !['', 'json', 'mermaid', 'sh', 'text', 'ts', 'yaml'].includes(language))).toEqual([]);
});

test('commands in the pages name scripts that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };
  const pattern = /\bnpm run (?:--silent )?([a-z0-9:-]+)/g;
  const named = PAGES.flatMap((page) => [...textOf(page).matchAll(pattern)].map(([, script = '']) => script));
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

/** What the compiler says of one of the files; of the program as a whole, in both tests. */
interface Complaint {
  readonly file?: string;
  readonly text: string;
}

/** One program for all of them: most of its time goes into reading the types of aws-cdk-lib. */
function complaints(): readonly Complaint[] {
  const read = (path: string): string => readFileSync(path, 'utf8');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), read) as { config: { compilerOptions: object } };
  const paths = {
    'cdk-ecs-microservices': [join(ROOT, 'lib/index.ts')],
    'cdk-ecs-microservices/testing': [join(ROOT, 'lib/testing/index.ts')],
  };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, noUnusedLocals: false, paths }, ROOT);
  return diagnosticsOf(
    [...blocks, ...examples].map(({ file }) => file),
    options,
  ).map(({ file, messageText }) => ({ file: file?.fileName, text: ts.flattenDiagnosticMessageText(messageText, '\n') }));
}

describe('as strictly as the library', () => {
  let found: readonly Complaint[];
  beforeAll(() => {
    found = complaints();
  });
  const about = (named: readonly { readonly file: string; readonly name: string }[]): readonly string[] =>
    found
      .map(({ file, text }) => ({ name: file === undefined ? 'the compiler' : named.find((each) => each.file === file)?.name, text }))
      .flatMap(({ name, text }) => (name === undefined ? [] : [`${name}: ${text}`]));

  test('code in the pages compiles', () => {
    expect(about(blocks)).toEqual([]);
  });

  test('the examples of the docstrings compile', () => {
    expect(examples.length).toBeGreaterThan(20);
    expect(about(examples.map(({ owner, file }) => ({ name: owner, file })))).toEqual([]);
  });
});

/** Runs a block as a user's file would run, and hands out the apps that it made. */
function run(code: string): readonly App[] {
  const apps: App[] = [];
  class RecordedApp extends App {
    constructor(...args: ConstructorParameters<typeof App>) {
      super(...args);
      apps.push(this);
    }
  }
  const require = createRequire(__filename);
  const modules: Readonly<Record<string, () => unknown>> = {
    'cdk-ecs-microservices': () => jest.requireActual('../lib'),
    'cdk-ecs-microservices/testing': () => jest.requireActual('../lib/testing'),
    'aws-cdk-lib': () => ({ ...jest.requireActual<object>('aws-cdk-lib'), App: RecordedApp }),
  };
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  const load = (name: string): unknown => (modules[name] ?? (() => jest.requireActual(require.resolve(name))))();
  // A block that holds a test of its own runs that test's body at once.
  const runTest = (_name: string, body: () => void): void => {
    body();
  };
  const serializers: Plugin[] = [];
  const expectInBlock = (value: unknown): unknown => ({
    // What would be written.
    toMatchSnapshot: () => {
      const text = format(value, { plugins: serializers });
      expect(text.includes('static_resources')).toBe(serializers.length > 0);
    },
  });
  const addSnapshotSerializer = (serializer: Plugin): unknown => serializers.push(serializer);
  const execute = compileFunction(outputText, ['require', 'exports', 'test', 'expect']) as (...globals: readonly unknown[]) => void;
  execute(load, {}, runTest, Object.assign(expectInBlock, { addSnapshotSerializer }));
  return apps;
}

test.each(blocks.map(({ name, code }) => [name, code] as const))('%s synthesizes', (_name, code) => {
  const apps = run(code);
  expect(apps).toHaveLength(1);
  for (const app of apps) expect(app.synth().stacks.length).toBeGreaterThan(0);
});
