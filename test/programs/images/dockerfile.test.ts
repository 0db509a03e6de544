import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PinnedImage } from '../../../lib/core/model/images';
import { imageReference, IMAGES } from '../../../lib/core/model/images';

const ROOT = join(__dirname, '../../..');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dockerfile-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function node(...argv: readonly string[]): string {
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', cwd: ROOT });
  return status === 0 ? '' : stderr;
}

function write(text: string): string {
  writeFileSync(join(directory, 'source'), text);
  const program =
    "import { writeDockerfile } from './programs/images/dockerfile.mjs'; await writeDockerfile(process.argv[1], process.argv[2]);";
  return node('--input-type=module', '-e', program, join(directory, 'source'), join(directory, 'Dockerfile'));
}

const images: readonly (readonly [string, PinnedImage])[] = Object.entries(IMAGES);

test('a Dockerfile gets its images from the constants of the library', () => {
  expect(write(images.map(([name]) => `FROM {{${name}}}`).join('\n'))).toBe('');
  expect(readFileSync(join(directory, 'Dockerfile'), 'utf8').split('\n')).toEqual(
    images.map(([, image]) => `FROM ${imageReference(image)}`),
  );
});

test('fails if a Dockerfile names an image that is no constant', () => {
  expect(write('FROM {{nodejs}}\n')).toMatch(/\{\{nodejs\}\} is no image of .*lib\/core\/model\/images\.ts/);
});

test.each([
  ['programs/images/bundle.mjs', 'envoy'],
  ['programs/agent/bundle.mjs', 'agentBase'],
] as const)("%s names no image but the library's", (bundler, name) => {
  expect(node(bundler, directory)).toBe('');
  const lines = readFileSync(join(directory, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => /^(FROM|ARG) /.test(line));
  expect(lines.join('\n')).not.toContain('{{');
  expect(lines.filter((line) => /[/:]/.test(line)).map((line) => line.replace(/^(FROM |ARG \w+=)/, ''))).toEqual([
    imageReference(IMAGES[name]),
  ]);
});
