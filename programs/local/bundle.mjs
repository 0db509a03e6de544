/**
 * Bundles what runs in containers of a local system: `node programs/local/bundle.mjs [directory]`, by default dist/local. Part of the
 * package's build. The containers are those of the agent's image, which has Node.js and nothing else.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeLicenses } from '../images/licenses.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = resolve(process.argv[2] ?? join(root, 'dist/local'));

const programs = ['aws', 'task'].map((name) => [name, join(root, 'programs/local', `${name}.ts`)]).filter(([, path]) => existsSync(path));

const { metafile } = await build({
  absWorkingDir: root,
  tsconfigRaw: {},
  entryPoints: Object.fromEntries(programs),
  outdir: output,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // The framework of the CDK is in a directory of its own.
  external: ['aws-cdk-lib'],
  // Reasons of failures are names of errors.
  keepNames: true,
  charset: 'utf8',
  legalComments: 'eof',
  metafile: true,
  logLevel: 'warning',
});
writeLicenses(root, Object.keys(metafile.inputs), join(output, 'LICENSES'));
