// Bundles each function into assets/functions/<name>/index.js, when the package is built: users need no bundler to
// synthesize. `node programs/functions/bundle.mjs [folder]` writes somewhere else, for tests.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = resolve(process.argv[2] ?? join(root, 'assets/functions'));

const FUNCTIONS = ['authority-set', 'certificate-authority', 'certificate-issuer', 'job-runner', 'namespace-name', 'weight-shifter'];

for (const name of FUNCTIONS) {
  const result = await build({
    entryPoints: [join(root, 'programs/functions', name, 'index.ts')],
    // Paths in the bundle's comments are relative to this, so the bytes are the same on every machine.
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // Lambda's runtime has it.
    external: ['@aws-sdk/*'],
    // Readable in the console and in stack traces; the size does not matter.
    minify: false,
    charset: 'utf8',
    legalComments: 'inline',
    // What the project's tsconfig says is for type checks; without this its path decides about the bytes.
    tsconfigRaw: {},
    write: false,
    logLevel: 'warning',
  });
  const [file] = result.outputFiles;
  // Comments name sources by their paths below programs/: that these stand there has changed no function's bytes.
  const code = file.text.replaceAll('\n// programs/', '\n// ');
  const target = join(output, name, 'index.js');
  // Nothing else may be in the folder: it becomes the function's code as it is.
  rmSync(dirname(target), { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
  process.stdout.write(`${relative(root, target)}: ${Math.round(Buffer.byteLength(code) / 1024)} kB\n`);
}
