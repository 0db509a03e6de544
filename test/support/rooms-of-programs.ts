export interface Room {
  /** Rooms from which its files may import, beside their own. */
  readonly rooms?: readonly string[];
  readonly packages?: readonly string[];
}

const SDK = ['node:**', '@aws-sdk/*'];

/** Of what runs in AWS, of the command line, and of what the package's build makes of them: a part of the table of rooms.ts. */
export const ROOMS_OF_PROGRAMS: Readonly<Record<string, Room>> = {
  'programs/agent/**': {
    rooms: ['lib/core/contract', 'programs/shared', 'programs/shared/x509', 'programs/statistics'],
    packages: SDK,
  },
  // The agent's own way to a certificate, for callers outside of the mesh.
  'programs/client': {
    rooms: ['lib/core/contract', 'programs/agent', 'programs/agent/aws', 'programs/agent/certificate', 'programs/shared'],
    packages: ['node:**'],
  },
  'programs/functions/**': {
    rooms: ['lib/core/contract', 'programs/shared', 'programs/shared/x509'],
    packages: [...SDK, '@peculiar/x509', 'reflect-metadata'],
  },
  'programs/aggregator/**': { rooms: ['lib/core/contract', 'programs/shared'], packages: ['node:**'] },
  'programs/shared': { rooms: ['lib/core/contract'], packages: ['node:crypto', 'node:fs', 'node:net', 'node:path', 'node:util'] },
  'programs/shared/x509': {
    rooms: ['lib/core/contract', 'programs/shared'],
    packages: ['node:crypto', '@peculiar/x509', 'reflect-metadata'],
  },
  'programs/images': { packages: ['node:**', 'esbuild'] },
  'programs/cli': {
    rooms: [
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/plan',
      'lib/core/readable',
      'lib/core/description',
      'lib/core/model',
      'programs/client',
      'programs/map',
      'programs/cli/*',
      'programs/cli/assembly',
      'programs/cli/command.ts',
      'programs/cli/paint.ts',
      'programs/cli/port-number.ts',
      'programs/cli/trouble.ts',
      'programs/cli/wrap.ts',
      'programs/simulator',
    ],
    packages: ['node:**', 'aws-cdk-lib/cx-api', 'microdiff'],
  },
  'programs/cli/explain': {
    rooms: [
      'programs/cli/call-policy.ts',
      'programs/cli/paint.ts',
      'programs/cli/wrap.ts',
      'lib/core/contract',
      'lib/core/description',
      'lib/core/limits',
      'lib/core/model',
      'programs/simulator',
    ],
  },
  // Of what Envoy does, and of what the library writes into its configurations: names, ports, scripts.
  'programs/simulator/**': {
    rooms: ['lib/core/model', 'lib/core/grpc', 'lib/core/envoy/**'],
    packages: ['@bufbuild/**'],
  },
  'programs/cli/diagram': { rooms: ['lib/core/description'], packages: ['elkjs', 'elkjs/lib/elk.bundled.js'] },
  // What an Envoy says of itself, for whoever reads it: needs nothing else.
  'programs/statistics': { rooms: ['lib/core/contract'] },
  'programs/map': {
    rooms: ['lib/core/description', 'programs/statistics', 'programs/cli/diagram'],
    packages: ['node:crypto', 'node:http', 'node:net'],
  },
  // Runs in browsers: what it shares with the server is plain.
  'programs/map/page': { rooms: ['programs/map'] },
  // Of command lines that are being typed.
  'programs/cli/completion': { rooms: ['programs/cli/command.ts', 'programs/cli/trouble.ts'] },
  'programs/cli/command.ts': { rooms: ['programs/cli/terminal', 'programs/cli/trouble.ts'], packages: ['node:util'] },
  'programs/cli/paint.ts': { packages: ['picocolors'] },
  // Colours, progress and questions, where there is a terminal.
  'programs/cli/terminal': { rooms: ['programs/cli/paint.ts', 'programs/cli/trouble.ts'], packages: ['node:util', '@clack/prompts'] },
  'programs/cli/wrap.ts': {},
  'programs/cli/call-policy.ts': { rooms: ['lib/core/description'] },
  'programs/cli/port-number.ts': { rooms: ['programs/cli/trouble.ts'] },
  'programs/cli/assembly': {
    rooms: ['lib/core/contract', 'lib/core/plan', 'lib/core/readable', 'lib/core/description', 'programs/cli/trouble.ts'],
    packages: ['node:**', 'aws-cdk-lib/cx-api'],
  },
  'programs/cli/trouble.ts': { rooms: ['lib/core/reading', 'programs/cli/paint.ts'] },
  'programs/cli/local': {
    rooms: [
      'lib/core/contract',
      'lib/core/description',
      'lib/core/model',
      'lib/core/readable',
      'lib/core/reading',
      'programs/emulator/**',
      'programs/functions/**',
      'programs/local/local-system.ts',
      'programs/cli/local/engine',
      'programs/map',
      'programs/cli/port-number.ts',
      'programs/cli/assembly',
      'programs/cli/trouble.ts',
    ],
    packages: ['node:**', 'yaml', 'aws-cdk-lib/cx-api'],
  },
  // Of Compose files and what runs them, whatever a system is.
  'programs/cli/local/engine': { rooms: ['programs/cli/trouble.ts'], packages: ['node:**', 'yaml'] },
  'programs/cli/cost': {
    rooms: ['programs/cli/paint.ts', 'programs/cli/wrap.ts', 'lib/core/contract', 'lib/core/description', 'lib/core/readable'],
  },
  'programs/cli/check': {
    rooms: [
      'programs/cli/call-policy.ts',
      'programs/cli/paint.ts',
      'programs/cli/wrap.ts',
      'lib/core/description',
      'lib/core/limits',
      'lib/core/readable',
      'programs/cli/assembly',
    ],
  },
  // AWS, for tests and for systems that run locally: all of it goes by templates, and by what AWS's reference says.
  'programs/emulator': { packages: ['node:timers/promises'] },
  'programs/emulator/template': {},
  'programs/emulator/assembly': { rooms: ['programs/emulator/template'], packages: ['node:**', 'aws-cdk-lib/cx-api'] },
  'programs/emulator/aws': { rooms: ['programs/emulator', 'programs/emulator/template'], packages: SDK },
  'programs/emulator/deployment/**': {
    rooms: [
      'lib/core/contract',
      'programs/functions/**',
      'programs/shared',
      'programs/emulator',
      'programs/emulator/template',
      'programs/emulator/aws',
    ],
    packages: SDK,
  },
  'programs/emulator/load-balancer': { rooms: ['lib/core/model', 'programs/emulator/template', 'programs/emulator/api-gateway'] },
  'programs/emulator/api-gateway': {
    rooms: ['lib/core/model', 'programs/emulator/template'],
    packages: ['node:**', 'ajv', 'ajv/lib/refs/json-schema-draft-04.json'],
  },
  // What runs in containers of a local system.
  'programs/local': {
    rooms: ['lib/core/contract', 'programs/local/*', 'programs/local/local-system.ts', 'programs/local/log.ts'],
    packages: ['node:**'],
  },
  'programs/local/task': { rooms: ['programs/local/local-system.ts'], packages: ['node:**'] },
  // What the command line and the containers agree on.
  'programs/local/local-system.ts': { rooms: ['programs/emulator/template'] },
  'programs/local/log.ts': {},
  'programs/local/aws': {
    rooms: ['lib/core/contract', 'programs/local/edges', 'programs/local/local-system.ts', 'programs/local/log.ts', 'programs/emulator/**'],
    packages: ['node:**'],
  },
  'programs/local/edges': {
    rooms: ['programs/shared', 'lib/core/model', 'programs/local/local-system.ts', 'programs/local/log.ts', 'programs/emulator/**'],
    packages: ['node:**', '@smithy/signature-v4', 'ws'],
  },
  // Declarations are made of the source.
  'programs/client/bundle.mjs': { packages: ['node:**', 'esbuild', 'typescript'] },
  'programs/*/bundle.mjs': { rooms: ['programs/images'], packages: ['node:**', 'esbuild'] },
  'programs/import/**': { rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/model'] },
};
