/**
 * Bundles the command line interface: `node programs/cli/bundle.mjs [directory]`, by default assets/cli. Part of the package's build, so
 * that users get a command without its dependencies.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licensesOf } from '../images/licenses.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = resolve(process.argv[2] ?? join(root, 'assets/cli'));

/** The part of the command `local` is a file of its own, which no other command loads. */
const LOCAL = {
  name: 'local',
  setup: (of) => of.onResolve({ filter: /^\.\/local\/run-local\.js$/ }, () => ({ path: './local.js', external: true })),
};

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  tsconfigRaw: {},
  entryPoints: { 'cdk-ecs-microservices': join(root, 'programs/cli/main.ts'), local: join(root, 'programs/cli/local/run-local.ts') },
  plugins: [LOCAL],
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
  loader: { '.bash': 'text', '.fish': 'text', '.zsh': 'text' },
  metafile: true,
  logLevel: 'warning',
});
// The script of the page of `map`, which browsers run.
await build({
  absWorkingDir: root,
  entryPoints: { map: join(root, 'programs/map/page/main.ts') },
  tsconfig: join(root, 'programs/map/page/tsconfig.json'),
  outdir: output,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  minify: true,
  charset: 'utf8',
  logLevel: 'warning',
});
chmodSync(join(output, 'cdk-ecs-microservices.js'), 0o755);

writeFileSync(join(output, 'LICENSES'), licensesOf(Object.keys(metafile.inputs), root));
