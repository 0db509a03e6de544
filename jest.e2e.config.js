const { base } = require('./jest.config.js');

/** Real Envoys in network namespaces: see test/e2e/README.md. */
module.exports = {
  ...base,
  roots: ['<rootDir>/test/e2e'],
  testMatch: ['**/*.e2e.ts'],
  testTimeout: 180_000,
};
