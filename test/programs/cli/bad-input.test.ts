import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ShopStack } from '../../../examples/shop-stack';
import { Bundled } from './bundled';

let bundled: Bundled;

/** Output of cdk synth in which the description of the system is another one. */
function withDescription(name: string, change: (text: string) => string): void {
  const directory = join(bundled.directory, name);
  cpSync(join(bundled.directory, 'shop'), directory, { recursive: true });
  const file = readdirSync(directory).find((each) => each.endsWith('.microservices.json')) ?? '';
  writeFileSync(join(directory, file), change(readFileSync(join(directory, file), 'utf8')));
}

beforeAll(() => {
  bundled = new Bundled({ shop: (app) => new ShopStack(app, 'Shop') });
  mkdirSync(join(bundled.directory, 'empty'));
  withDescription('cut', (text) => text.slice(0, text.length / 2));
  withDescription('newer', (text) => text.replace(/"schemaVersion": *"1\.\d+"/, '"schemaVersion": "2.0"'));
  withDescription('unversioned', (text) => text.replace(/"schemaVersion": *"1\.\d+",?/, ''));
});

afterAll(() => {
  bundled.close();
});

/** All that read the description of a system. */
const OF_SYSTEM: readonly (readonly [command: string, args: readonly string[]])[] = [
  ['check', []],
  ['cost', []],
  ['diagram', []],
  ['explain', ['ui', 'catalog', 'GET', '/']],
  ['local', ['compose']],
  ['map', ['--envoy', 'ui=http://localhost:9901']],
];
const OF_TEMPLATES: typeof OF_SYSTEM = [['config', ['ui']]];

const INPUTS: readonly (readonly [what: string, args: readonly string[], says: RegExp, fix: RegExp])[] = [
  ['there is no output of cdk synth', ['--app', 'nowhere'], /there is no directory nowhere/, /npx cdk synth/],
  ['the directory is another one', ['--app', 'empty'], /empty is not the output of cdk synth/, /cdk\.out/],
  ['no system is of that name', ['--app', 'shop', '--stack', 'Shp'], /Shp/, /Shop/],
];

const DESCRIPTIONS: typeof INPUTS = [
  ['the description is cut off', ['--app', 'cut'], /\.microservices\.json is no JSON/, /npx cdk synth` again/],
  ['the description is of a later release', ['--app', 'newer'], /version 2\.0 of its schema.*version 1/, /release of the library/],
  ['the description has no version', ['--app', 'unversioned'], /version none of its schema/, /release of the library/],
];

describe.each([
  ...OF_SYSTEM.map(([command, args]) => [command, args, [...INPUTS, ...DESCRIPTIONS]] as const),
  ...OF_TEMPLATES.map(([command, args]) => [command, args, INPUTS] as const),
])('%s', (command, args, inputs) => {
  test.each(inputs)('fails with 2 and what to do if %s', (_what, more, says, fix) => {
    const { exitCode, output, error } = bundled.run(command, ...args, ...more);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
    expect(error).toMatch(says);
    expect(error).toMatch(fix);
    expect(error).not.toMatch(/^\s+at /m);
  });
});

test('diff fails with 2 and what to do if either side is no output of cdk synth', () => {
  for (const sides of [
    ['nowhere', '--app', 'shop'],
    ['shop', '--app', 'nowhere'],
    ['empty', '--app', 'shop'],
  ]) {
    const { exitCode, error } = bundled.run('diff', '--against', ...sides);
    expect({ sides, exitCode }).toEqual({ sides, exitCode: 2 });
    expect(error).toMatch(/there is no directory nowhere|empty is not the output of cdk synth/);
  }
});
