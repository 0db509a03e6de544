import { App } from 'aws-cdk-lib';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import { diagnosticsOf } from './support/compile';

const ROOT = join(__dirname, '..');
const BLOCKS = join(ROOT, '.cache/readme');

/** The TypeScript of a page, one entry a block. */
function blocksOf(page: string): readonly { readonly name: string; readonly code: string }[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, index) => ({
    name: `${page} line ${text.slice(0, match.index).split('\n').length + 1}`,
    code: `${match[1] ?? ''}\nexport {};\n// block ${index}\n`,
  }));
}

const blocks = blocksOf('README.md').map((block, index) => ({ ...block, file: join(BLOCKS, `block-${index}.ts`) }));

beforeAll(() => {
  rmSync(BLOCKS, { recursive: true, force: true });
  mkdirSync(BLOCKS, { recursive: true });
  for (const { file, code } of blocks) writeFileSync(file, code);
});

test('the README has code to check', () => {
  expect(blocks.length).toBeGreaterThan(3);
});

test('its code compiles, as strictly as the library', () => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as { config: { compilerOptions: object } };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, noUnusedLocals: false, paths: { 'cdk-ecs-microservices': [join(ROOT, 'lib/index.ts')] } }, ROOT);
  const errors = diagnosticsOf(blocks.map(({ file }) => file), options).map((diagnostic) => {
    const block = blocks.find(({ file }) => file === diagnostic.file?.fileName);
    return `${block?.name ?? diagnostic.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
  });
  expect(errors).toEqual([]);
}, 120_000);

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
    'aws-cdk-lib': () => ({ ...jest.requireActual<object>('aws-cdk-lib'), App: RecordedApp }),
  };
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  const load = (name: string): unknown => (modules[name] ?? (() => jest.requireActual(require.resolve(name))))();
  // A block that holds a test of its own runs that test's body at once.
  const runTest = (_name: string, body: () => void): void => { body(); };
  const snapshot = (value: unknown): unknown => ({ toMatchSnapshot: () => { expect(value).toBeDefined(); } });
  const execute = compileFunction(outputText, ['require', 'exports', 'test', 'expect']) as (...globals: readonly unknown[]) => void;
  execute(load, {}, runTest, snapshot);
  return apps;
}

test.each(blocks.map(({ name, code }) => [name, code] as const))('%s synthesizes', (_name, code) => {
  const apps = run(code);
  expect(apps).toHaveLength(1);
  for (const app of apps) expect(app.synth().stacks.length).toBeGreaterThan(0);
});
