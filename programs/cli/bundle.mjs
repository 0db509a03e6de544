/**
 * Bundles the command line interface: `node programs/cli/bundle.mjs [directory]`, by default assets/cli. Part of the package's build, so
 * that users get a command without its dependencies.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeLicenses } from '../images/licenses.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = resolve(process.argv[2] ?? join(root, 'assets/cli'));

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  tsconfigRaw: {},
  entryPoints: { 'cdk-ecs-microservices': join(root, 'programs/cli/main.ts') },
  outdir: output,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // The library's peer dependency: the one of the app has written what is read. And a dependency of its own, which the package brings.
  external: ['aws-cdk-lib', '@bufbuild/protobuf'],
  banner: { js: '#!/usr/bin/env node' },
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
});
chmodSync(join(output, 'cdk-ecs-microservices.js'), 0o755);

writeLicenses(root, Object.keys(metafile.inputs), join(output, 'LICENSES'));
