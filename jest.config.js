const { availableParallelism } = require('node:os');

/** What both kinds of tests share. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': '<rootDir>/test/support/transform.js' },
  moduleFileExtensions: ['ts', 'js', 'json'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/cdk.out', '<rootDir>/.cache'],
  roots: ['<rootDir>/test'],
  setupFiles: ['<rootDir>/test/support/quick-cdk.ts', '<rootDir>/test/support/quiet.ts'],
  // Configurations stand in snapshots as objects, as they may in those of users.
  snapshotSerializers: ['<rootDir>/lib/testing/serializer.ts'],
};

/** @type {import('jest').Config} */
module.exports = {
  // In CI three at a time, whatever the cores: the end-to-end tests wait more than they work. Elsewhere half of the cores, but
  // two at a time on two: one core alone takes twice as long.
  maxWorkers: process.env.CI === 'true' ? 3 : Math.max(2, Math.floor(availableParallelism() / 2)),
  projects: [
    { ...common, displayName: 'unit', testMatch: ['**/*.test.ts'], setupFilesAfterEnv: ['<rootDir>/test/support/timeouts.ts'] },
    // Real Envoys in network namespaces; skipped with one line where their tools are missing.
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['**/*.e2e.ts'],
      globalSetup: '<rootDir>/test/e2e/announce.ts',
      setupFilesAfterEnv: ['<rootDir>/test/e2e/timeouts.ts'],
    },
  ],
};
