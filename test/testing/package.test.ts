import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { packConfig } from '../../lib/core/plan/pack-config';

const ROOT = join(__dirname, '../..');

/** A user's app, with the package as npm installs it: package.json as it is, and of dist/ what tests need. */
let app: string;

const installed = (path: string): string => join(app, 'node_modules/cdk-ecs-microservices', path);

function write(path: string, text: string): string {
  const file = join(app, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

beforeAll(() => {
  // In .cache, so that what aws-cdk-lib and Jest need is found in the repository.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  app = mkdtempSync(join(ROOT, '.cache/user-'));
  mkdirSync(installed('node_modules'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), installed('package.json'));
  symlinkSync(join(ROOT, 'node_modules/fflate'), installed('node_modules/fflate'));
  const files = ['index.ts', 'serializer.ts'].map((name) => join(ROOT, 'lib/testing', name));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    rootDir: join(ROOT, 'lib'),
    outDir: installed('dist'),
    declaration: true,
    strict: true,
    types: ['node'],
    skipLibCheck: true,
  });
  program.emit();
  writeFileSync(installed('dist/index.js'), 'exports.Microservices = class {};\n');
  writeFileSync(installed('dist/index.d.ts'), 'export declare class Microservices {}\n');
  mkdirSync(installed('assets/agent'), { recursive: true });
  writeFileSync(installed('assets/agent/Dockerfile'), 'FROM scratch\n');
  write('package.json', '{ "name": "app", "private": true }');
});

afterAll(() => {
  rmSync(app, { recursive: true, force: true });
});

function node(file: string, text: string): string {
  return execFileSync(process.execPath, [write(file, text)], { cwd: app, encoding: 'utf8' }).trim();
}

test('CommonJS and ES modules import it', () => {
  const print = 'console.log(typeof readableTemplate, typeof meshConfigSerializer.serialize)';
  expect(node('cjs.cjs', `const { readableTemplate, meshConfigSerializer } = require('cdk-ecs-microservices/testing'); ${print}`)).toBe(
    'function function',
  );
  expect(node('esm.mjs', `import { readableTemplate, meshConfigSerializer } from 'cdk-ecs-microservices/testing'; ${print}`)).toBe(
    'function function',
  );
  expect(node('main.mjs', "import { Microservices } from 'cdk-ecs-microservices'; console.log(typeof Microservices)")).toBe('function');
});

test.each([
  'cdk-ecs-microservices/package.json',
  'cdk-ecs-microservices/dist',
  'cdk-ecs-microservices/dist/index',
  'cdk-ecs-microservices/dist/index.js',
  'cdk-ecs-microservices/dist/core/plan/pack-config',
  'cdk-ecs-microservices/assets/agent/Dockerfile',
])('%s is found as it was before the package had entry points', (name) => {
  expect(node('resolve.cjs', `console.log(require.resolve('${name}'))`)).toContain(installed(''));
});

const RESOLUTIONS: readonly (readonly [string, ts.CompilerOptions, string])[] = [
  // Deprecated, and what many apps of the CDK have by default.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  ['node10', { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 }, 'use.ts'],
  ['node16, CommonJS', { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 }, 'use.cts'],
  ['node16, ES modules', { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 }, 'use.mts'],
  ['nodenext', { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }, 'use.mts'],
  ['bundler', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }, 'use.ts'],
];

const USE = `
import type { Template } from 'aws-cdk-lib/assertions';
import type { Plugin } from 'pretty-format';
import { meshConfigSerializer, readableTemplate } from 'cdk-ecs-microservices/testing';
import * as serializer from 'cdk-ecs-microservices/testing/serializer';
import { Microservices } from 'cdk-ecs-microservices';
declare const template: Template;
export const all: readonly Plugin[] = [meshConfigSerializer, serializer.default, serializer];
expect.addSnapshotSerializer(meshConfigSerializer);
export const resources: object = readableTemplate(template)['Resources'];
export const same = readableTemplate(template.toJSON());
export const wrong: string = meshConfigSerializer;
export const main = Microservices;
`;

test.each(RESOLUTIONS)(
  "TypeScript's %s finds the types, which are those of pretty-format's plugins",
  (_name, options, file) => {
    const use = write(file, USE);
    const program = ts.createProgram([use], {
      ...options,
      target: ts.ScriptTarget.ES2022,
      ignoreDeprecations: '6.0',
      strict: true,
      noEmit: true,
      types: ['jest'],
      skipLibCheck: true,
    });
    const messages = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText, start }) => `${USE.slice(0, start).split('\n').length}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    // One mistake, so that types which are \`any\` would be seen.
    expect(messages).toEqual(["12: Type 'MeshConfigSerializer' is not assignable to type 'string'."]);
  },
  60_000,
);

test('Jest takes it by name in its configuration', () => {
  const { MESH_CONFIG } = packConfig({ envoy: { connect_timeout: '1s' }, variables: {} });
  const environment = JSON.stringify([{ Name: 'MESH_CONFIG', Value: MESH_CONFIG }]);
  write('jest/jest.config.js', "module.exports = { snapshotSerializers: ['cdk-ecs-microservices/testing/serializer'], transform: {} };");
  write('jest/a.test.js', `test('a', () => { expect(${environment}).toMatchSnapshot(); });`);
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin/jest'), '--ci=false', '--rootDir', '.'], {
    cwd: join(app, 'jest'),
    encoding: 'utf8',
  });
  expect({ status, output: status === 0 ? '' : stderr }).toEqual({ status: 0, output: '' });
  expect(readFileSync(join(app, 'jest/__snapshots__/a.test.js.snap'), 'utf8')).toContain('"connect_timeout": "1s",');
});
