import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');

/** All packages that lib/core may import: none of them reads or writes anything, and none depends on where it runs. */
const PURE_PACKAGES = ['fastest-levenshtein', 'node:crypto'];

const CDK = ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'];
const SDK = ['node:**', '@aws-sdk/*'];
const LIBRARY = ['lib/**'];
const CORE = ['lib/core/**'];
const PROGRAMS = ['programs/**'];

/** What every room of the library may import, like a word of the language: it is about nothing that the library is about. */
const EVERYWHERE = 'lib/core/defined.ts';

interface Room {
  /** Rooms from which its files may import, beside their own. */
  readonly rooms?: readonly string[];
  readonly packages?: readonly string[];
}

/**
 * What each folder may import. A file has a row of its own if it is all that may import others: a registry. In names, `*` is
 * one part of a path, `/**` a folder with all below it, and `$1` what the first `*` of the row stands for. The narrowest row
 * counts.
 */
const ROOMS: Readonly<Record<string, Room>> = {
  // The public API.
  'lib/index.ts': { rooms: ['lib/edge.ts', 'lib/fargate-vcpus.ts', 'lib/microservice.ts', 'lib/microservices.ts', 'lib/props'] },
  'lib/microservice.ts': { packages: CDK },
  'lib/fargate-vcpus.ts': {},
  'lib/edge.ts': { rooms: ['lib/microservice.ts'], packages: CDK },
  'lib/microservices.ts': {
    rooms: [
      'lib/edge.ts',
      'lib/fargate-vcpus.ts',
      'lib/microservice.ts',
      'lib/props',
      'lib/props/read-props.ts',
      'lib/core',
      'lib/core/reading',
      'lib/core/model',
      'lib/core/parse',
      'lib/core/parse/network',
      'lib/core/plan',
      'lib/cdk',
      'lib/cdk/compute',
      'lib/cdk/edges/render-edges.ts',
    ],
    packages: [...CDK, 'aws-cdk-lib/core/lib/prop-injectable'],
  },
  'lib/props/**': { rooms: ['lib/core/model'], packages: CDK },
  'lib/props/read-props.ts': { rooms: ['lib/core/reading'], packages: CDK },

  // Pure, from the ground up.
  // What the library and its programs agree on: both import it, and it imports nothing.
  'lib/core/contract': {},
  [EVERYWHERE]: {},
  'lib/core/reading': { packages: ['fastest-levenshtein'] },
  'lib/core/limits': { rooms: ['lib/core/reading'] },
  'lib/core/model': { rooms: ['lib/core/contract', 'lib/core/reading'] },
  'lib/core/parse/workload': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model'] },
  'lib/core/parse/security': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model'] },
  'lib/core/parse/traffic': { rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/parse/workload', 'lib/core/parse/security'] },
  'lib/core/parse/service': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/parse/workload',
      'lib/core/parse/security',
      'lib/core/parse/traffic',
    ],
    packages: ['node:crypto'],
  },
  'lib/core/parse/edge': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/parse/workload',
      'lib/core/parse/security',
      'lib/core/parse/service',
      'lib/core/edges',
      'lib/core/edges/kinds.ts',
      'lib/core/edges/select-kind.ts',
    ],
  },
  'lib/core/parse/network': { rooms: ['lib/core/reading', 'lib/core/model'] },
  'lib/core/parse': {
    rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model', 'lib/core/parse/*', 'lib/core/mesh/select-provider.ts'],
  },
  'lib/core/envoy/api': {},
  'lib/core/envoy/syntax': { rooms: ['lib/core/envoy/api'] },
  'lib/core/envoy/observability': { rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/envoy/api', 'lib/core/envoy/syntax'] },
  'lib/core/envoy/traffic': { rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/envoy/api', 'lib/core/envoy/syntax'] },
  'lib/core/envoy/security': {
    rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/envoy/api', 'lib/core/envoy/syntax', 'lib/core/envoy/traffic'],
  },
  'lib/core/envoy/load-balancer': {
    rooms: ['lib/core/model', 'lib/core/envoy/api', 'lib/core/envoy/syntax', 'lib/core/envoy/traffic', 'lib/core/envoy/security'],
  },
  'lib/core/envoy': { rooms: ['lib/core/contract', 'lib/core/model', 'lib/core/envoy/*'] },
  'lib/core/plan': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model'] },
  'lib/core/plan/workload': { rooms: ['lib/core/limits', 'lib/core/contract', 'lib/core/model', 'lib/core/plan'] },
  'lib/core/mesh': { rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/plan'] },
  'lib/core/mesh/*': {
    rooms: [
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/plan',
      'lib/core/plan/workload',
      'lib/core/mesh',
    ],
  },
  'lib/core/mesh/envoy': {
    rooms: [
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/plan',
      'lib/core/plan/workload',
      'lib/core/mesh',
      'lib/core/envoy',
      'lib/core/envoy/api',
    ],
    packages: ['node:crypto'],
  },
  // Registries: a line for each provider and each kind, which nobody else imports.
  'lib/core/mesh/providers.ts': { rooms: ['lib/core/mesh', 'lib/core/mesh/*'] },
  'lib/core/mesh/select-provider.ts': {
    rooms: ['lib/core/reading', 'lib/core/model', 'lib/core/plan', 'lib/core/mesh', 'lib/core/mesh/providers.ts'],
  },
  'lib/core/edges': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model'] },
  'lib/core/edges/*': { rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model', 'lib/core/edges'] },
  'lib/core/edges/kinds.ts': { rooms: ['lib/core/edges', 'lib/core/edges/*'] },
  'lib/core/edges/select-kind.ts': {
    rooms: ['lib/core/reading', 'lib/core/limits', 'lib/core/model', 'lib/core/plan', 'lib/core/edges', 'lib/core/edges/kinds.ts'],
  },
  // The topology becomes a plan here, and nothing is decided after it.
  'lib/core': {
    rooms: [
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/model',
      'lib/core/plan',
      'lib/core/mesh/select-provider.ts',
      'lib/core/edges/select-kind.ts',
    ],
  },

  // Constructs.
  'lib/cdk': { rooms: ['lib/props', 'lib/core', 'lib/core/contract', 'lib/core/reading'], packages: [...CDK, 'node:path'] },
  'lib/cdk/connections': { rooms: ['lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/certificates': { rooms: ['lib/core/contract', 'lib/core/plan', 'lib/cdk'], packages: [...CDK, 'node:crypto'] },
  'lib/cdk/mesh': { rooms: ['lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/mesh/*': { rooms: ['lib/core/plan', 'lib/core/mesh/$1', 'lib/cdk', 'lib/cdk/mesh'], packages: CDK },
  'lib/cdk/mesh/renderers.ts': { rooms: ['lib/cdk/mesh', 'lib/cdk/mesh/*'], packages: CDK },
  'lib/cdk/mesh/render.ts': { rooms: ['lib/core/plan', 'lib/cdk/mesh', 'lib/cdk/mesh/renderers.ts'], packages: CDK },
  'lib/cdk/compute': {
    rooms: [
      'lib/microservice.ts',
      'lib/props',
      'lib/core/contract',
      'lib/core/reading',
      'lib/core/limits',
      'lib/core/plan',
      'lib/cdk',
      'lib/cdk/connections',
      'lib/cdk/certificates',
      'lib/cdk/mesh',
      'lib/cdk/mesh/render.ts',
    ],
    packages: CDK,
  },
  'lib/cdk/edges': { rooms: ['lib/core/limits', 'lib/props', 'lib/core/plan', 'lib/cdk'], packages: CDK },
  'lib/cdk/edges/*': { rooms: ['lib/props', 'lib/core/plan', 'lib/core/edges/$1', 'lib/cdk', 'lib/cdk/edges'], packages: CDK },
  'lib/cdk/edges/renderers.ts': { rooms: ['lib/cdk/edges', 'lib/cdk/edges/*'], packages: CDK },
  'lib/cdk/edges/rendered-edge.ts': {
    rooms: [
      'lib/edge.ts',
      'lib/microservice.ts',
      'lib/core/reading',
      'lib/core/plan',
      'lib/cdk',
      'lib/cdk/edges',
      'lib/cdk/edges/renderers.ts',
    ],
    packages: CDK,
  },
  'lib/cdk/edges/render-edges.ts': {
    rooms: ['lib/edge.ts', 'lib/props', 'lib/core/plan', 'lib/cdk', 'lib/cdk/compute', 'lib/cdk/edges', 'lib/cdk/edges/rendered-edge.ts'],
    packages: CDK,
  },

  // What runs in AWS, and what the package's build makes of it.
  'programs/agent/**': {
    rooms: ['lib/core/contract', 'programs/shared', 'programs/shared/x509'],
    packages: ['node:**', '@aws-sdk/**', '@smithy/**'],
  },
  'programs/functions/**': {
    rooms: ['lib/core/contract', 'programs/shared', 'programs/shared/x509'],
    packages: [...SDK, '@peculiar/x509', 'reflect-metadata'],
  },
  'programs/shared': { packages: ['node:crypto', 'node:util'] },
  'programs/shared/x509': {
    rooms: ['lib/core/contract', 'programs/shared'],
    packages: ['node:crypto', 'asn1js'],
  },
  'programs/images': { packages: ['node:**', 'esbuild'] },
  'programs/*/bundle.mjs': { rooms: ['programs/images'], packages: ['node:**', 'esbuild'] },
  'programs/import/**': { rooms: ['lib/core/contract', 'lib/core/reading', 'lib/core/model'] },

  // As users have it.
  examples: { rooms: ['lib/index.ts'], packages: CDK },
  bin: { rooms: ['examples'], packages: CDK },

  // Tests, and what only tests use. Programs of end-to-end tests run where nothing else is.
  'test/support': { rooms: LIBRARY, packages: ['node:**', 'typescript', ...CDK] },
  'test/props': { rooms: ['test/support', 'test/simulator', ...LIBRARY], packages: ['node:**', 'typescript', 'fast-check', ...CDK] },
  'test/simulator/**': { rooms: ['test/support', 'test/props', ...CORE, 'lib/props/read-props.ts'], packages: ['fast-check'] },
  'test/compliance/**': { rooms: ['test/support', ...CORE], packages: ['node:**'] },
  'test/extensions': { rooms: ['test/support', ...LIBRARY], packages: CDK },
  'test/core/**': { rooms: ['test/support', 'test/props', 'test/simulator', ...LIBRARY, ...PROGRAMS], packages: ['node:**', 'fast-check'] },
  'test/cdk/**': {
    rooms: ['test/support', 'test/core', 'test/programs', 'test/e2e/runner/**', 'examples', ...LIBRARY, ...PROGRAMS],
    packages: ['node:**', '@aws-sdk/*', 'cdk-nag', ...CDK],
  },
  'test/programs/**': {
    rooms: ['test/support', 'test/props', 'test/e2e/runner', ...LIBRARY, ...PROGRAMS],
    packages: [...SDK, '@smithy/**', '@peculiar/x509', 'reflect-metadata', 'fast-check', ...CDK],
  },
  'test/e2e/programs': { packages: ['node:**', '@grpc/*'] },
  'test/e2e/runner/**': {
    rooms: ['test/e2e', 'test/e2e/programs', 'test/programs', 'lib/core/contract', ...PROGRAMS],
    packages: [...SDK, 'dns-packet'],
  },
  'test/e2e/api-gateway': { rooms: ['test/e2e/runner', 'lib/core/model'] },
  'test/e2e/real-programs': { rooms: ['test/e2e', 'test/e2e/runner', 'test/e2e/systems', ...LIBRARY], packages: ['node:**'] },
  'test/e2e/systems': { rooms: ['test/e2e/runner', 'test/support', 'examples', ...LIBRARY], packages: CDK },
  'test/e2e': {
    rooms: ['test/e2e/*', 'test/support', 'test/props', 'test/simulator', 'test/core', 'test/programs', ...LIBRARY, ...PROGRAMS],
    packages: [...SDK, '@grpc/*', 'fast-check', 'typescript', ...CDK],
  },
  'test/e2e/attacks/**': {
    rooms: ['test/e2e', 'test/e2e/runner', 'test/e2e/systems', 'test/simulator', 'test/programs', ...LIBRARY],
    packages: ['node:**', '@grpc/*', 'fast-check', ...CDK],
  },
  'test/e2e-runner': {
    rooms: ['test/e2e/**', 'test/programs/**', 'test/support', 'examples', ...LIBRARY, ...PROGRAMS],
    packages: [...SDK, 'dns-packet', ...CDK],
  },
  // Attacks on identities go by the policies of a template, as the emulated AWS reads them.
  'test/identity.test.ts': { rooms: ['test/e2e/**', 'programs/shared/**', ...LIBRARY], packages: [...SDK, ...CDK] },
  test: { rooms: ['test/support', 'examples', ...LIBRARY], packages: ['node:**', 'typescript', 'cdk-nag', ...CDK] },
  bench: { rooms: ['test/e2e', 'test/e2e/**', ...LIBRARY, ...PROGRAMS], packages: ['node:**', '@aws-cdk-containers/*', ...SDK, ...CDK] },
};

// ------------------------------------------------------------------------------------------------ reading the sources

function filesBelow(directory: string): string[] {
  return readdirSync(join(ROOT, directory))
    .sort()
    .flatMap((name) => {
      const path = posix.join(directory, name);
      return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path];
    });
}

const FOLDERS = ['lib', 'programs', 'examples', 'bin', 'test', 'bench'];
const sources = FOLDERS.flatMap(filesBelow).filter((path) => /\.(ts|mjs)$/.test(path));

const isFile = (name: string): boolean => /\.(ts|mjs)$/.test(name);

function pattern(name: string): RegExp {
  const text = name.replace(/[.$]/g, '\\$&').replaceAll('/**', '(?:/.+)?').replaceAll('node:**', 'node:.+').replace(/\*/g, '([^/]+)');
  return new RegExp(`^${text}$`);
}

const wildcards = (name: string): number => (name.endsWith('/**') ? 100 : name.split('*').length - 1);

/** The narrowest row of a file, and the name of its room: rows that end in two stars are one room. */
function roomOf(file: string): { readonly row: string; readonly name: string; readonly match: RegExpExecArray } | undefined {
  const rows = Object.keys(ROOMS).flatMap((row) => {
    const subject = isFile(row) ? file : posix.dirname(file);
    const match = pattern(row).exec(subject);
    return match === null ? [] : [{ row, name: row.endsWith('/**') ? row.slice(0, -3) : subject, match }];
  });
  const byWidth = (a: { readonly row: string }, b: { readonly row: string }): number =>
    Number(isFile(b.row)) - Number(isFile(a.row)) || wildcards(a.row) - wildcards(b.row) || b.row.length - a.row.length;
  return rows.sort(byWidth)[0];
}

interface Import {
  readonly module: string;
  /** The file, for what is in the repository. */
  readonly file: string | undefined;
}

function importsOf(from: string): readonly Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, from), 'utf8'), true, true);
  return importedFiles.map(({ fileName: module }) => {
    if (!module.startsWith('.')) return { module, file: undefined };
    const target = posix.join(posix.dirname(from), module);
    const candidates = [target, `${target}.ts`, target.replace(/\.js$/, '.ts'), posix.join(target, 'index.ts')];
    return { module, file: candidates.find((path) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile()) ?? target };
  });
}

/** Data that anybody may read. */
const isData = (file: string): boolean => file.endsWith('.json');

function violation(from: string, { module, file }: Import): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return undefined; // said by another test
  const { rooms = [], packages = [] } = ROOMS[room.row] ?? {};
  if (file === undefined) {
    return packages.some((name) => pattern(name).test(module)) ? undefined : `${room.row} may not import the package ${module}`;
  }
  if (isData(file) || (file === EVERYWHERE && /^(lib|programs\/import)\//.test(from))) return undefined;
  const target = roomOf(file);
  if (target?.name === room.name) return undefined;
  const allowed = rooms.map((name) => name.replaceAll('$1', room.match[1] ?? ''));
  if (target !== undefined && allowed.some((name) => pattern(name).test(target.name))) return undefined;
  return `${room.row} may not import ${file}`;
}

const isPure = (path: string): boolean => /^(lib\/core|programs\/import)\//.test(path);

// ------------------------------------------------------------------------------------------------ what holds

test('every folder with sources has a row, which says what it may import', () => {
  expect(sources.filter((path) => roomOf(path) === undefined)).toEqual([]);
});

test('every row has sources, so that none is for what is gone', () => {
  const used = new Set(sources.map((path) => roomOf(path)?.row));
  expect(Object.keys(ROOMS).filter((row) => !used.has(row))).toEqual([]);
});

test.each(FOLDERS)('%s: each folder imports only what its row allows', (folder) => {
  const found = sources
    .filter((path) => path.startsWith(`${folder}/`))
    .flatMap((path) =>
      importsOf(path).flatMap((each) => {
        const complaint = violation(path, each);
        return complaint === undefined ? [] : [`${path}: ${complaint}`];
      }),
    );
  expect(found).toEqual([]);
});

test('what is pure imports no package but those of the list, whatever its rows say', () => {
  const packages = Object.entries(ROOMS)
    .filter(([row]) => isPure(`${row}/`))
    .flatMap(([, room]) => room.packages ?? []);
  expect(packages.length).toBeGreaterThan(0);
  expect(packages.filter((name) => !PURE_PACKAGES.includes(name))).toEqual([]);
});

/** By which code reaches the world, or depends on when and where it runs, without an import. */
const IMPURE = new Set([
  '__dirname',
  '__filename',
  'console',
  'Date',
  'eval',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

function impureNames(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && IMPURE.has(node.text) && !isMember(node)) found.push(`${path}: ${node.text}`);
    if (ts.isPropertyAccessExpression(node) && node.getText(source) === 'Math.random') found.push(`${path}: Math.random`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `edge.process`, not `process`. */
function isMember(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name === name;
  return ts.isPropertySignature(parent);
}

test('what is pure looks at no clock, no environment and no chance', () => {
  const pure = sources.filter(isPure);
  expect(pure.length).toBeGreaterThan(100);
  expect(pure.flatMap(impureNames)).toEqual([]);
});

test('no rooms of the library and its programs import each other, by way of others or not', () => {
  const arrows = new Map<string, Set<string>>();
  for (const path of sources.filter((each) => /^(lib|programs)\//.test(each))) {
    const from = roomOf(path)?.name ?? path;
    for (const { file } of importsOf(path)) {
      const to = file === undefined ? undefined : roomOf(file)?.name;
      if (to !== undefined && to !== from) arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    }
  }
  const circles = [...arrows.keys()].filter((start) => {
    const reached = new Set(arrows.get(start));
    // A set goes on to what is added to it meanwhile.
    for (const room of reached) for (const next of arrows.get(room) ?? []) reached.add(next);
    return reached.has(start);
  });
  expect(circles).toEqual([]);
});

test('lib/index.ts holds exports and nothing else', () => {
  const source = ts.createSourceFile('index.ts', readFileSync(join(ROOT, 'lib/index.ts'), 'utf8'), ts.ScriptTarget.ES2022);
  expect(source.statements.every((statement) => ts.isExportDeclaration(statement))).toBe(true);
});

test('file names are kebab-case, and nothing is called utils', () => {
  for (const path of sources) {
    expect(path).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*\/)+[a-z0-9]+(-[a-z0-9]+)*(\.(test|e2e|d))?\.(ts|mjs)$/);
    expect(path).not.toMatch(/utils|helpers|misc|common/);
  }
});

test('a folder of the library or of its programs holds at most 24 sources, so that one can look through it', () => {
  const folders = sources.filter((path) => /^(lib|programs)\//.test(path)).map((path) => posix.dirname(path));
  expect([...new Set(folders)].filter((folder) => folders.filter((each) => each === folder).length > 24)).toEqual([]);
});

const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');

test('ARCHITECTURE.md names every room of the library and its programs', () => {
  // A row of one provider is an exception to that of all providers.
  const isException = (row: string): boolean => !row.endsWith('*') && `${posix.dirname(row)}/*` in ROOMS;
  const rows = Object.keys(ROOMS).filter((row) => /^(lib|programs)\//.test(row) && !isFile(row) && !isException(row));
  const rooms = rows.map((row) => row.replace(/\/\*+$/, ''));
  // "`traffic/`" for a part of a room, beside it.
  const isPart = (room: string): boolean => page.includes(`\`${posix.dirname(room)}/`) && page.includes(`\`${posix.basename(room)}/\``);
  expect(rooms.length).toBeGreaterThan(20);
  expect(rooms.filter((room) => !page.includes(`\`${room}/`) && !isPart(room))).toEqual([]);
});

test('every path that ARCHITECTURE.md names is there', () => {
  const paths = [...page.matchAll(/`((?:lib|programs|test|docs|examples|bin)\/[^`<*\s]*)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => statSync(join(ROOT, path), { throwIfNoEntry: false }) === undefined)).toEqual([]);
});

// The table's own tests: a check that cannot fail is none.
test.each([
  ['lib/core/parse/parse.ts', 'node:fs', 'lib/core/parse may not import the package node:fs'],
  ['lib/core/plan/egress.ts', 'aws-cdk-lib', 'lib/core/plan may not import the package aws-cdk-lib'],
  ['lib/core/model/callers.ts', '../parse/parse.ts', 'lib/core/model may not import lib/core/parse/parse.ts'],
  ['lib/core/mesh/app-mesh/tls.ts', '../envoy/provider.ts', 'lib/core/mesh/* may not import lib/core/mesh/envoy/provider.ts'],
  ['lib/core/mesh/app-mesh/tls.ts', '../providers.ts', 'lib/core/mesh/* may not import lib/core/mesh/providers.ts'],
  ['lib/cdk/edges/http/render.ts', '../../../core/edges/rest/plan.ts', 'lib/cdk/edges/* may not import lib/core/edges/rest/plan.ts'],
  ['lib/cdk/compute/workload.ts', '../../core/parse/parse.ts', 'lib/cdk/compute may not import lib/core/parse/parse.ts'],
  ['programs/agent/main.ts', '../../lib/core/model/constants.ts', 'programs/agent/** may not import lib/core/model/constants.ts'],
  ['programs/agent/main.ts', '../../lib/core/defined.ts', 'programs/agent/** may not import lib/core/defined.ts'],
  ['lib/core/contract/agent.ts', '../model/constants.ts', 'lib/core/contract may not import lib/core/model/constants.ts'],
  ['test/e2e/programs/relay.ts', '../wait.ts', 'test/e2e/programs may not import test/e2e/wait.ts'],
])('fails if %s imports %s', (from, module, complaint) => {
  const file = module.startsWith('.') ? posix.join(posix.dirname(from), module) : undefined;
  expect(violation(from, { module, file })).toBe(complaint);
});

test('fails if a folder is new', () => {
  expect(roomOf('lib/core/other/file.ts')).toBeUndefined();
  expect(roomOf('lib/other/file.ts')).toBeUndefined();
});
