import type { Room } from './rooms-of-programs';

/** What reads .proto files and writes descriptors. */
const PROTOBUF = ['@bufbuild/protobuf', '@bufbuild/protobuf/wkt', 'protobufjs'];

const CDK = ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'];
const SDK = ['node:**', '@aws-sdk/*'];
const LIBRARY = ['lib/**'];
const CORE = ['lib/core/**'];
const PROGRAMS = ['programs/**'];

/** Of tests, and of what only tests use: a part of the table of rooms.ts. */
export const ROOMS_OF_TESTS: Readonly<Record<string, Room>> = {
  // Tests, and what only tests use. Programs of end-to-end tests run where nothing else is.
  'test/support/task-config.ts': { rooms: ['lib/core/contract', 'lib/core/plan'] },
  'test/support': {
    rooms: LIBRARY,
    packages: [
      'node:**',
      'typescript',
      'fast-check',
      'ajv',
      'fflate',
      'ts-json-schema-generator',
      '@redocly/openapi-core',
      ...PROTOBUF,
      ...CDK,
    ],
  },
  'test/core/grpc': { rooms: ['test/support', 'lib/core/grpc'], packages: ['node:**', 'ajv/**', 'fast-check', ...PROTOBUF] },
  'test/support/large-system.ts': { rooms: ['lib/index.ts'], packages: CDK },
  // The language of CloudWatch Logs Insights, and nothing of the library.
  'test/support/logs-insights': {},
  'test/support/quotas': { rooms: ['lib/core/limits'], packages: ['node:**'] },
  // Of templates, and of nothing that the library is about.
  'test/support/assembly': { rooms: ['programs/emulator/template', 'programs/emulator/assembly'], packages: ['node:**', ...CDK] },
  'test/props': {
    rooms: ['test/support', 'test/simulator', 'programs/simulator', ...LIBRARY],
    packages: ['node:**', 'typescript', 'fast-check', 'ajv/**', ...CDK],
  },
  'test/simulator/**': {
    rooms: ['test/support', 'test/props', 'programs/simulator/**', ...CORE, 'lib/props/read-props.ts'],
    packages: ['fast-check'],
  },
  'test/compliance/**': { rooms: ['test/support', ...CORE], packages: ['node:**'] },
  'test/extensions': { rooms: ['test/support', ...LIBRARY], packages: CDK },
  'test/core/**': {
    rooms: ['test/support', 'test/support/task-config.ts', 'test/props', 'test/simulator', ...LIBRARY, ...PROGRAMS],
    packages: ['node:**', 'ajv/**', 'fast-check'],
  },
  'test/testing': { rooms: ['test/support', ...LIBRARY], packages: ['node:**', 'typescript', 'pretty-format', ...CDK] },
  'test/cdk/**': {
    rooms: [
      'test/support',
      'test/support/logs-insights',
      'test/support/assembly',
      'test/core',
      'test/programs',
      'test/e2e/runner/**',
      'examples',
      ...LIBRARY,
      ...PROGRAMS,
    ],
    packages: ['node:**', 'fast-check', '@aws-sdk/*', 'cdk-nag', ...CDK],
  },
  'test/programs/**': {
    rooms: ['test/support', 'test/props', 'test/e2e/runner', ...LIBRARY, ...PROGRAMS],
    packages: [...SDK, '@peculiar/x509', 'reflect-metadata', 'fast-check', ...CDK],
  },
  'test/programs/map': { rooms: ['test/support', 'test/programs/cli/diagram', ...LIBRARY, ...PROGRAMS], packages: ['node:**', ...CDK] },
  'test/programs/cli/map': {
    rooms: ['test/support', 'test/programs/cli', 'test/programs/map', ...LIBRARY, ...PROGRAMS],
    packages: ['node:**', ...CDK],
  },
  'test/programs/cli/diagram': {
    rooms: ['test/support', 'test/support/large-system.ts', 'test/programs/**', 'examples', ...LIBRARY, ...PROGRAMS],
    packages: ['node:**', ...CDK],
  },
  'test/programs/cli': {
    rooms: ['test/support', 'test/support/task-config.ts', 'test/programs/**', 'examples', ...LIBRARY, ...PROGRAMS],
    packages: ['node:**', 'fast-check', ...CDK],
  },
  'test/programs/cli/*': {
    rooms: [
      'test/support',
      'test/simulator',
      'test/props',
      'test/programs/cli',
      'test/support/large-system.ts',
      'test/e2e/runner/**',
      'examples',
      ...LIBRARY,
      ...PROGRAMS,
    ],
    packages: ['node:**', 'fast-check', 'yaml', ...CDK],
  },
  'test/programs/local': {
    rooms: ['test/support', 'test/e2e/systems', 'test/e2e/runner/**', 'examples', ...LIBRARY, ...PROGRAMS],
    packages: ['fast-check', ...SDK, '@smithy/signature-v4', 'ws', ...CDK],
  },
  'test/e2e/programs': { packages: ['node:**', '@grpc/*', '@opentelemetry/*'] },
  'test/e2e/runner/**': {
    rooms: [
      'test/e2e',
      'test/e2e/programs',
      'test/programs',
      'test/support/task-config.ts',
      'test/support/assembly',
      'lib/core/contract',
      ...PROGRAMS,
    ],
    packages: [...SDK, 'dns-packet'],
  },
  'test/e2e/api-gateway': {
    rooms: ['test/e2e', 'test/e2e/programs', 'test/e2e/runner', 'lib/core/model', 'programs/emulator/**'],
    packages: ['node:**', 'ws'],
  },
  'test/e2e/containers': { rooms: ['test/e2e', 'test/e2e/runner', 'lib/core/model'], packages: ['node:**'] },
  'test/e2e/real-programs': { rooms: ['test/e2e', 'test/e2e/runner', 'test/e2e/systems', ...LIBRARY], packages: ['node:**'] },
  'test/e2e/systems': {
    rooms: [
      'test/e2e',
      'test/e2e/containers',
      'test/e2e/runner',
      'test/support',
      'test/support/task-config.ts',
      'test/support/assembly',
      'programs/emulator/assembly',
      'examples',
      ...LIBRARY,
    ],
    packages: ['node:**', '@bufbuild/**', ...CDK],
  },
  'test/e2e': {
    rooms: [
      'test/e2e/*',
      'test/support',
      'test/support/logs-insights',
      'test/support/task-config.ts',
      'test/props',
      'test/simulator',
      'test/core',
      'test/programs',
      'test/programs/cli',
      'test/programs/cli/diagram',
      'test/programs/cli/explain',
      'test/programs/map',
      ...LIBRARY,
      ...PROGRAMS,
    ],
    packages: [
      ...[...SDK, '@bufbuild/**', '@connectrpc/*', '@grpc/*', 'ajv/**', 'esbuild', 'fast-check', 'playwright-core', 'typescript', 'ws'],
      'parse-prometheus-text-format',
      'yaml',
      ...CDK,
    ],
  },
  'test/e2e/attacks/**': {
    rooms: [
      'test/e2e',
      'test/e2e/runner',
      'test/e2e/api-gateway',
      'test/e2e/systems',
      'test/simulator',
      'test/programs',
      ...LIBRARY,
      ...PROGRAMS,
    ],
    packages: ['node:**', '@grpc/*', 'fast-check', ...CDK],
  },
  'test/e2e-runner': {
    rooms: [
      'test/e2e/**',
      'test/programs/**',
      'test/support',
      'test/support/task-config.ts',
      'test/support/assembly',
      'examples',
      ...LIBRARY,
      ...PROGRAMS,
    ],
    packages: [...SDK, 'dns-packet', 'fast-check', ...CDK],
  },
  // Attacks on identities go by the policies of a template, as the emulated AWS reads them.
  'test/identity.test.ts': { rooms: ['test/e2e/**', 'programs/emulator/**', 'programs/shared/**', ...LIBRARY], packages: [...SDK, ...CDK] },
  test: {
    rooms: [
      'test/support',
      'programs/statistics',
      'test/support/assembly',
      'programs/emulator/assembly',
      'test/support/large-system.ts',
      'test/support/quotas',
      'examples',
      ...LIBRARY,
    ],
    packages: ['node:**', 'typescript', 'cdk-nag', 'pretty-format', ...CDK],
  },
  bench: {
    rooms: [
      'test/e2e',
      'test/e2e/**',
      'test/programs/**',
      'test/support/assembly',
      'test/support/large-system.ts',
      ...LIBRARY,
      ...PROGRAMS,
    ],
    packages: ['node:**', '@aws-cdk-containers/*', ...SDK, ...CDK],
  },
};
