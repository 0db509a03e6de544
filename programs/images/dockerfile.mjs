/**
 * Writes Dockerfiles with the images of lib/core/model/images.ts, where their tags and digests stand once for the library and
 * for what the package's build makes. In the sources, `{{agentBase}}` is the reference of IMAGES.agentBase.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const source = join(root, 'lib/core/model/images.ts');

export async function writeDockerfile(from, to) {
  const { IMAGES, imageReference } = await images();
  const text = readFileSync(from, 'utf8').replace(/\{\{(\w+)\}\}/g, (placeholder, name) => {
    if (!Object.hasOwn(IMAGES, name)) throw new Error(`${from}: ${placeholder} is no image of ${source}`);
    return imageReference(IMAGES[name]);
  });
  writeFileSync(to, text);
}

async function images() {
  const { outputFiles: [file] } = await build({ entryPoints: [source], format: 'esm', tsconfigRaw: {}, write: false, logLevel: 'warning' });
  return import(`data:text/javascript;base64,${Buffer.from(file.contents).toString('base64')}`);
}
