/**
 * Makes the assets of the image of agent and aggregator: `node programs/agent/bundle.mjs [directory]`, by default assets/agent. Part of
 * the package's build, so that users need no esbuild.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeDockerfile } from '../images/dockerfile.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const output = process.argv[2] ?? join(here, '../../assets/agent');

mkdirSync(join(output, 'volume'), { recursive: true });
await build({
  // The bytes are the same on every machine: the image's tag is their hash.
  absWorkingDir: dirname(dirname(here)),
  tsconfigRaw: {},
  entryPoints: { agent: join(here, 'main.ts'), aggregator: join(here, '../aggregator/main.ts') },
  outdir: output,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // Runs on 22; the tests run it on what they run on themselves.
  target: 'node20',
  // require() in place of import(): of node:http, which the SDK imports this way, import() reads every export, and with them loads
  // fetch and its WebAssembly, 5 MiB that nothing uses.
  supported: { 'dynamic-import': false },
  // ES modules, of which unused parts can be left out.
  mainFields: ['module', 'main'],
  minify: true,
  // Reasons of failures are names of errors.
  keepNames: true,
  legalComments: 'eof',
  logLevel: 'warning',
});
copyFileSync(join(here, 'health/check.pl'), join(output, 'health.pl'));
await writeDockerfile(join(here, 'Dockerfile'), join(output, 'Dockerfile'));
// COPY needs something to copy, and the directory's owner comes with it.
writeFileSync(join(output, 'volume/README'), 'Certificates and endpoints that the mesh agent writes and Envoy reads.\n');
