/**
 * Bundles what runs in containers of a local system: `node programs/local/bundle.mjs [directory]`, by default assets/local. Part of the
 * package's build. The containers are those of the agent's image, which has Node.js and nothing else.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licensesOf } from '../images/licenses.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = resolve(process.argv[2] ?? join(root, 'assets/local'));

const programs = ['aws', 'task'].map((name) => [name, join(root, 'programs/local', `${name}.ts`)]);

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
writeFileSync(join(output, 'LICENSES'), licensesOf(Object.keys(metafile.inputs), root));
