// Turns TypeScript into what Jest runs, a file at a time, with the esbuild that the library bundles its programs with: it
// takes a tenth of the compiler's time. Types are `npm run typecheck`'s business.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const esbuild = require('esbuild');

/** What tsconfig.json says, as far as it changes what runs. */
const OPTIONS = {
  loader: 'ts',
  format: 'cjs',
  platform: 'node',
  target: 'es2022',
  sourcemap: 'external',
  tsconfigRaw: { compilerOptions: { target: 'ES2022', strict: true } },
};
const VERSION = `${esbuild.version}\n${readFileSync(__filename, 'utf8')}`;

module.exports = {
  getCacheKey: (source, path, { instrument }) =>
    createHash('sha256')
      .update(JSON.stringify([VERSION, path, source, instrument]))
      .digest('hex'),
  process(source, path) {
    // Babel, and with it ts-jest, would move these calls above the imports.
    if (/\bjest\.(mock|unmock)\(/.test(source))
      throw new Error(`${path}: jest.mock() comes after the imports here; use jest.doMock() and require()`);
    const { code, map } = esbuild.transformSync(source, { ...OPTIONS, sourcefile: path });
    return { code, map };
  },
};
