/**
 * Makes the build context of Envoy's image: `node programs/images/bundle.mjs [directory]`, by default assets/envoy. Part of the package's
 * build.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDockerfile } from './dockerfile.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, '../../assets/envoy');

// Nothing else may be in the folder: its content is the asset's hash.
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
await writeDockerfile(join(here, 'envoy/Dockerfile'), join(output, 'Dockerfile'));
