import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PinnedImage } from '../../../lib/core/model/images';
import { FIRST_PROXY_MINOR, imageReference, IMAGES, NEWEST_TESTED_PROXY_MINOR, withTag } from '../../../lib/core/model/images';

const images: readonly (readonly [string, PinnedImage])[] = Object.entries(IMAGES);
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const PINNED: PinnedImage = { repository: 'docker.io/envoyproxy/envoy', tag: 'v1.40.0', digest: DIGEST };
const EXACT_TAG = /^v?\d+\.\d+\.\d+[a-z0-9.-]*$/;

test.each(images)('%s has an exact tag, and a digest of a registry or none', (_, { repository, tag, digest }) => {
  expect(repository).toMatch(/^(docker\.io|public\.ecr\.aws)\/[a-z0-9/-]+$/);
  expect(tag).toMatch(EXACT_TAG);
  expect(tag).not.toMatch(/latest/);
  if (digest !== undefined) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test.each(['latest', '22-slim', 'v1.40-latest', 'bookworm-slim'])('fails if a tag moves, as %s does', (tag) => {
  expect(tag).not.toMatch(EXACT_TAG);
});

test('an image is named by its tag and, where it is known, by its digest', () => {
  expect(imageReference({ ...PINNED, digest: undefined })).toBe('docker.io/envoyproxy/envoy:v1.40.0');
  expect(imageReference(PINNED)).toBe(`docker.io/envoyproxy/envoy:v1.40.0@${DIGEST}`);
});

test('the digest is that of our tag alone', () => {
  expect(withTag(PINNED, undefined)).toBe(PINNED);
  expect(withTag(PINNED, 'v1.40.0')).toBe(PINNED);
  expect(imageReference(withTag(PINNED, 'v1.39.2'))).toBe('docker.io/envoyproxy/envoy:v1.39.2');
});

test('the Envoys that the tests run are the one that is pinned, the newest tested one, and the first one that is accepted', () => {
  const tools = readFileSync(join(__dirname, '../../../.ci/tools'), 'utf8');
  const version = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(tools)?.[1];
  expect(`v${version('ENVOY') ?? ''}`).toBe(IMAGES.envoy.tag);
  expect(IMAGES.envoy.tag).toMatch(new RegExp(`^v1\\.${NEWEST_TESTED_PROXY_MINOR}\\.`));
  expect(version('OLDEST_ENVOY')).toBe(`1.${FIRST_PROXY_MINOR}.0`);
});

describe('docs/releasing.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/releasing.md'), 'utf8');

  test.each(images)('has the command that reads the digest of %s, and says what pins it', (name, image) => {
    expect(page.split('\n').map((line) => line.trim())).toContain(
      `docker buildx imagetools inspect ${imageReference({ ...image, digest: undefined })}`,
    );
    expect(page).toMatch(
      new RegExp(`^\\| \`IMAGES\\.${name}\` \\| .* \\| ${image.digest === undefined ? 'tag' : 'tag and digest'} \\|$`, 'm'),
    );
  });
});
