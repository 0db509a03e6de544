/**
 * Bundles the command line interface: `node programs/cli/bundle.mjs [directory]`, by default assets/cli. Part of the package's build, so
 * that users get a command without its dependencies.
 */
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

// Their licenses ask for a copy.
const packages = new Set(Object.keys(metafile.inputs).flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
const texts = [...packages].sort().map((path) => {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, path)).find((each) => /^licen[sc]e/i.test(each));
  if (file === undefined) throw new Error(`${name} ${version} (${license}) has no file with its license`);
  // That of elkjs also asks to say where its source is.
  const source = (repository?.url ?? repository ?? '').replace(/^git\+/, '');
  return `${name} ${version}\n${source}\n\n${readFileSync(join(root, path, file), 'utf8').trim()}\n`;
});
writeFileSync(join(output, 'LICENSES'), texts.join(`\n${'-'.repeat(80)}\n\n`));
