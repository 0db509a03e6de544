/** What both kinds of tests share. Type errors are `npm run typecheck`'s business; transpiling alone keeps a run at seconds. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0', target: 'ES2022', esModuleInterop: true, resolveJsonModule: true, isolatedModules: true, sourceMap: true, inlineSources: true, types: ['node', 'jest'] }, diagnostics: false }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/cdk.out', '<rootDir>/.cache'],
  roots: ['<rootDir>/test'],
  setupFiles: ['<rootDir>/test/support/quick-cdk.ts'],
};

/** @type {import('jest').Config} */
module.exports = {
  // In CI three at a time, whatever the cores: the end-to-end tests wait more than they work.
  maxWorkers: process.env.CI === 'true' ? 3 : '50%',
  projects: [
    { ...common, displayName: 'unit', testMatch: ['**/*.test.ts'] },
    // Real Envoys in network namespaces; skipped with one line where their tools are missing.
    { ...common, displayName: 'e2e', testMatch: ['**/*.e2e.ts'], globalSetup: '<rootDir>/test/e2e/announce.ts', setupFilesAfterEnv: ['<rootDir>/test/e2e/patience.ts'] },
  ],
};
