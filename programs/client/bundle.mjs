/**
 * Bundles the client for callers outside of the mesh: `node programs/client/bundle.mjs [directory]`, by default assets/client. Part of the
 * package's build: users get no packages by it. `index.js` is the entry point `cdk-ecs-microservices/client`, whose SDK is that of the
 * runtime of Lambda, or one that users have; `certificate.js` is the program that writes files, which brings its own.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const output = resolve(process.argv[2] ?? join(root, 'assets/client'));

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const common = {
  absWorkingDir: root,
  tsconfigRaw: {},
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // Reasons of failures are names of errors.
  keepNames: true,
  charset: 'utf8',
  legalComments: 'eof',
  logLevel: 'warning',
};
await build({ ...common, entryPoints: { index: join(root, 'programs/client/mesh-client.ts') }, outdir: output, external: ['@aws-sdk/*'] });
await build({ ...common, entryPoints: { certificate: join(root, 'programs/client/certificate.ts') }, outdir: output, minify: true });

/** What users see is written in one file, and names nothing of the others. */
const source = readFileSync(join(root, 'programs/client/mesh-client.ts'), 'utf8');
const { outputText, diagnostics = [] } = ts.transpileDeclaration(source, {
  fileName: 'mesh-client.ts',
  reportDiagnostics: true,
  compilerOptions: { declaration: true, isolatedDeclarations: true, stripInternal: true },
});
if (diagnostics.length > 0) throw new Error(diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'));
const foreign = outputText.split('\n').filter((line) => /^import .*'\.\.?\//.test(line));
if (foreign.length > 0) throw new Error(`the declarations of the client name other files: ${foreign.join(' ')}`);
writeFileSync(join(output, 'index.d.ts'), outputText);
