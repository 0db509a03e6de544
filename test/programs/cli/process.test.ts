import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAssemblies } from './assemblies';

const ROOT = join(__dirname, '../../..');

/** With the bundle, as the package's build makes it, below a package.json, as in the package; and with outputs of cdk synth. */
let directory: string;
let program: string;

beforeAll(() => {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  // In .cache, so that the bundle finds aws-cdk-lib.
  directory = mkdtempSync(join(ROOT, '.cache/cli-'));
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'programs/cli/bundle.mjs'), join(directory, 'bundle')], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  program = join(directory, 'bundle/cdk-ecs-microservices.js');
  writeAssemblies(directory);
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: directory, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** What `config` prints, and nothing else. */
function printed(...args: readonly string[]): { readonly node?: { readonly cluster: string } } & Readonly<Record<string, unknown>> {
  const { status, stdout, stderr } = run('config', ...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as ReturnType<typeof printed>;
}

describe('config', () => {
  test.each([
    ['a service', 'catalog', ['--app', 'shop'], 'catalog'],
    ['the gateway service', 'gateway', ['--app', 'shop'], 'gateway'],
    ['a service of another example', 'frontend', ['--app', 'boutique'], 'frontend'],
    ['a service in a nested stack', 'shipping', ['--app', 'teams'], 'shipping'],
    ["a service in a stack of the user's own", 'ledger', ['--app=teams'], 'ledger'],
    ['the same, by the name of the stack', 'ledger', ['--app', 'teams', '--stack', 'TeamsPayments'], 'ledger'],
    ['a service in a nested stack, by the stack around it', 'stock', ['--app', 'teams', '--stack', 'Teams'], 'stock'],
    ['a version', 'catalog', ['--app', 'teams', '--version', 'next'], 'catalog-next'],
    ["a version by Envoy's name", 'catalog-stable', ['--app', 'teams'], 'catalog-stable'],
    ['a version without certificates, in a template without paths', 'catalog-next', ['--app', 'plain-text'], 'catalog-next'],
    ['a service of a stage', 'ui', ['--app', 'stages', '--stack', 'Prod/Shop'], 'ui'],
    ["a service of a stage, by CloudFormation's name of the stack", 'ui', ['--app', 'stages', '--stack', 'Beta-Shop'], 'ui'],
    ['one of two systems in a stack', 'ui', ['--app', 'two-in-one-stack', '--stack', 'Both/Market'], 'ui'],
  ] as const)('prints %s', (_name, service, options, cluster) => {
    const config = printed(service, ...options);
    expect(config.node).toMatchObject({ cluster });
    expect(config).toHaveProperty('static_resources.clusters');
  });

  test('prints the right one of two systems', () => {
    const of = (stack: string): string => JSON.stringify(printed('ui', '--app', 'two-in-one-stack', '--stack', stack));
    expect(of('Both/Market')).toContain('spiffe://market.internal/');
    expect(of('Both/Shop')).toContain('spiffe://shop.internal/');
  });

  test('prints what stacks around a nested stack pass to it, not the names of its parameters', () => {
    const { stdout } = run('config', 'ui', '--app', 'external-host');
    expect(JSON.parse(stdout)).toHaveProperty('static_resources');
    expect(JSON.stringify(JSON.parse(stdout))).toContain('"address":{"Fn::Join":["",["db.",{"Ref":"Domain"}]]}');
    expect(stdout).not.toContain('referenceto');
    expect(run('config', 'stock', '--app', 'teams', '--settings').stdout).not.toContain('referenceto');
  });

  test("prints the agent's settings: JSON as objects, and what the template says of the others", () => {
    expect(printed('web', '--app', 'teams', '--settings')).toMatchObject({
      MESH_IDENTITY: 'spiffe://shop.internal/web',
      MESH_WEIGHTS: [{ service: 'catalog', versions: [{ name: 'next' }, { name: 'stable' }] }],
      MESH_CLOUD_MAP_SERVICE_ID: { 'Fn::GetAtt': [expect.stringContaining('webDiscovery'), 'Id'] },
    });
    expect(printed('ui', '--app', 'app-mesh', '--settings')).toMatchObject({ MESH_STOP_SECONDS: expect.stringMatching(/^\d+$/) });
  });

  test('takes cdk.out where no directory is named, and lets readers stop early', () => {
    const { status, stdout } = spawnSync('sh', ['-c', `cp -r shop cdk.out && "${process.execPath}" "${program}" config ui | head -n 1`], {
      cwd: directory,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '{\n' });
    rmSync(join(directory, 'cdk.out'), { recursive: true });
  });
});

describe('diagram', () => {
  test('prints a drawing, or writes it into a file and says of what', () => {
    const { status, stdout, stderr } = run('diagram', '--app', 'shop');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^]*<\/svg>\n$/);
    expect(run('diagram', '--app', 'shop', '--output', 'shop.svg')).toEqual({
      status: 0,
      stdout: 'shop.svg: 2 edges, 2 gateways, 5 services and 10 calls.\n',
      stderr: '',
    });
    expect(readFileSync(join(directory, 'shop.svg'), 'utf8')).toBe(stdout);
  });

  test.each([
    ['html', /^<!doctype html>\n/],
    ['mermaid', /^flowchart LR\n/],
    ['dot', /^digraph "shop: orders" \{\n/],
    ['json', /^\{\n {2}"schemaVersion": "1\.0",\n {2}"system": "Shop\/Shop",\n/],
  ])('draws what is around a service as %s', (format, start) => {
    const { status, stdout } = run('diagram', '--app', 'shop', '--focus', 'orders', '--format', format);
    expect(status).toBe(0);
    expect(stdout).toMatch(start);
    expect(stdout).not.toContain('carts');
  });

  test.each([
    ['a service that is not there', ['--app', 'shop', '--focus', 'cart'], 'Shop/Shop has no service "cart"', 'did you mean "carts"?'],
    ['a format that is not there', ['--app', 'shop', '--format', 'pgn'], 'diagram has no format "pgn"', 'name one of these with --format'],
    ['two formats', ['--app', 'shop', '--json', '--format', 'svg'], 'diagram takes --json or --format svg, and got both', 'leave out one'],
    ['a depth of nothing', ['--app', 'shop', '--depth', '0'], '--depth "0" is no number', 'give a whole number from 1 on'],
    ['one of two systems', ['--app', 'stages'], 'stages has 2 systems', 'name one: --stack Beta/Shop/Shop'],
    ['no output of cdk synth', ['--app', 'nowhere'], 'there is no directory nowhere', 'run `npx cdk synth` first'],
    ['a file in no directory', ['--app', 'shop', '--output', 'no/a.svg'], 'no/a.svg cannot be written', 'name a file in a directory'],
  ] as const)('says what to do about %s', (_name, args, what, fix) => {
    const { status, stdout, stderr } = run('diagram', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(what);
    expect(stderr).toContain(fix);
  });
});

describe('diff', () => {
  const NOTHING: Ran = { status: 0, stdout: '', stderr: '' };

  test.each(['shop', 'boutique', 'teams', 'stages', 'two-in-one-stack', 'app-mesh'])('prints nothing where nothing differs: %s', (name) => {
    expect(run('diff', '--app', name, '--against', name)).toEqual(NOTHING);
  });

  test('prints a changed timeout by field, on both sides of the call', () => {
    const timeout = 'typed_config.route_config.virtual_hosts[catalog].routes';
    const chain = 'filter_chains[0].filters[HttpConnectionManager]';
    const { status, stdout, stderr } = run('diff', 'catalog', '--app', 'after', '--against', 'before');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^catalog \(Small\/Shop\)\n( {2}~ .*\n)+$/);
    const field = `static_resources.listeners[_inbound].${chain}.${timeout}[prefix=/].route.timeout`;
    expect(stdout.split('\n').filter((line) => line.startsWith(`  ~ ${field}: "`) && line.endsWith('s" -> "8s"'))).toHaveLength(1);
  });

  test('prints what a new callee adds to its caller, and nothing of the other callees', () => {
    const { status, stdout } = run('diff', 'ui', '--app', 'after', '--against', 'before');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ {2}\+ static_resources\.listeners\[basket\]:$/m);
    expect(stdout).toMatch(/^ {2}\+ static_resources\.clusters\[basket\]:$/m);
    const paths = stdout.split('\n').filter((line) => /^ {2}[~+-] [a-z]/.test(line));
    expect(paths.filter((line) => !/\[(basket|catalog)\]/.test(line))).toEqual([]);
    expect(paths.filter((line) => line.includes('[catalog]') && !line.includes('route.timeout'))).toEqual([]);
  });

  test('names services that are new, and those that are gone, of all services', () => {
    expect(run('diff', '--app', 'after', '--against', 'before').stdout).toMatch(/^\+ basket \(Small\/Shop\)$/m);
    expect(run('diff', '--app', 'before', '--against', 'after').stdout).toMatch(/^- basket \(Small\/Shop\)$/m);
    expect(run('diff', 'basket', '--app', 'before', '--against', 'after')).toEqual({
      status: 1,
      stdout: '- basket (Small/Shop)\n',
      stderr: '',
    });
  });

  test('compares a service that has moved to another stack with itself', () => {
    expect(run('diff', 'ui', '--app', 'elsewhere', '--against', 'before')).toEqual(NOTHING);
  });

  test('compares a service that has moved to a nested stack with itself: what that gets from the stack around it is the same', () => {
    const { status, stdout, stderr } = run('diff', 'ui', '--app', 'in-a-group', '--against', 'before');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    // Its own Cloud Map service moves with it, and is another one.
    expect(stdout).toMatch(/^ui \(Small\/Shop\/Group-all\)\n {2}~ settings\.MESH_CLOUD_MAP_SERVICE_ID: \{.*\} -> \{.*\}\n$/);
  });

  test('compares each version with itself, also where templates have no paths, and tasks no certificates', () => {
    expect(run('diff', 'catalog', '--app', 'versions', '--against', 'versions')).toEqual(NOTHING);
    const { stdout } = run('diff', 'catalog', '--app', 'plain-text', '--against', 'versions', '--version', 'next');
    expect(stdout.split('\n').filter((line) => !line.startsWith('  '))).toEqual(['catalog, version next (Small)', '']);
    expect(stdout).toContain('  - settings.MESH_IDENTITY: "spiffe://shop.internal/catalog"\n');
  });

  test('lists services that are new, or gone, as a list of lines', () => {
    expect(run('diff', '--stack', 'TeamsPayments', '--app', 'teams', '--against', 'before').stdout).toBe(
      '+ invoices (TeamsPayments/Shop)\n+ ledger (TeamsPayments/Shop)\n',
    );
  });
});

describe('an error has its fix, and exit code 2', () => {
  test.each([
    ['no cdk.out', ['config', 'ui'], 'there is no directory cdk.out', 'run `npx cdk synth` first'],
    ['a directory that is none', ['config', 'ui', '--app', 'bundle'], 'bundle is not the output of cdk synth', 'by default cdk.out'],
    ['no mesh in it', ['config', 'ui', '--app', 'empty'], 'no task in empty has a mesh', '--app'],
    ['a template that is cut off', ['config', 'ui', '--app', 'broken'], 'Small.template.json cannot be read', 'run `npx cdk synth` again'],
    ['a manifest that is cut off', ['config', 'ui', '--app', 'broken-manifest'], 'broken-manifest cannot be read', '`npx cdk synth` again'],
    ['assets that are cut off', ['diff', '--app', 'before', '--against', 'broken-assets'], 'broken-assets cannot be read', 'synth` again'],
    ['no service', ['config', '--app', 'before'], 'takes the name of a service\n  allowed: catalog, ui', 'config <service>'],
    ['an unknown service', ['config', 'catalgo', '--app', 'before'], 'before has no service "catalgo"', 'did you mean "catalog"?'],
    ['an unknown service of both', ['diff', 'catalgo', '--app', 'before', '--against', 'after'], 'no service', 'did you mean "catalog"?'],
    ['an unknown stack', ['config', 'ui', '--app', 'before', '--stack', 'Smal'], 'no stack "Smal"', 'did you mean "Small"?'],
    [
      'a service of another stack',
      ['config', 'ledger', '--app', 'teams', '--stack', 'Teams'],
      'service "ledger" is not in "Teams"',
      'leave out --stack, or use --stack TeamsPayments',
    ],
    [
      'several stacks with the service',
      ['config', 'ui', '--app', 'stages'],
      '2 services are called "ui"\n  allowed: Beta/Shop/Shop, Prod/Shop/Shop',
      '--stack Beta/Shop/Shop',
    ],
    [
      'several systems with the service',
      ['config', 'ui', '--app', 'two-in-one-stack', '--stack', 'Both'],
      '2 services are called "ui"\n  allowed: Both/Market, Both/Shop',
      '--stack Both/',
    ],
    ['several versions', ['config', 'catalog', '--app', 'teams'], 'has 2 versions\n  allowed: next, stable', '--version next'],
    ['an unknown version', ['config', 'catalog', '--app', 'teams', '--version', 'nxt'], 'no version "nxt"', 'did you mean "next"?'],
    ['a version of none', ['config', 'ui', '--app', 'before', '--version', 'a'], 'service "ui" has no versions', 'leave out --version'],
    ["App Mesh's configuration", ['config', 'ui', '--app', 'app-mesh'], 'from AWS App Mesh', '--settings'],
    ['versions in App Mesh', ['config', 'catalog', '--app', 'app-mesh'], 'has 2 versions\n  allowed: next, stable', '--version next'],
    [
      'an older release',
      ['config', 'ui', '--app', 'other-release'],
      'another release of cdk-ecs-microservices',
      'of the app that it belongs to',
    ],
    ['nothing to compare with', ['diff', 'ui', '--app', 'before'], 'diff takes the output of cdk synth', '--against <directory>'],
    ['a version without a service', ['diff', '--version', 'a', '--app', 'before', '--against', 'after'], '--version', 'name the service'],
    [
      'an unknown command',
      ['confg'],
      'there is no command "confg"\n  allowed: certificate, check, completion, config, cost, diagram, diff, explain, local, map',
      'did you mean "config"?',
    ],
    ['an unknown option', ['config', 'ui', '--stak', 'Small'], 'config has no option "--stak"', 'did you mean "--stack"?'],
    ['an option without its value', ['config', 'ui', '--app'], "Option '--app <value>' argument missing", 'config --help'],
    ['two services', ['config', 'ui', 'catalog', '--app', 'before'], 'takes one service, and got "catalog" too', 'config --help'],
  ] as const)('%s', (_name, args, what, fix) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^cdk-ecs-microservices: .+\n(?: {2}allowed: .+\n)? {2}fix: {5}.+\n$/);
    expect(stderr).toContain(what);
    expect(stderr.slice(stderr.indexOf('  fix:'))).toContain(fix);
  });
});

describe('help', () => {
  test.each([
    [['--help'], 0, ['AVAILABLE COMMANDS', 'o certificate', 'o config', 'o diff']],
    [[], 2, ['AVAILABLE COMMANDS']],
    [['config', '--help'], 0, ['config - Prints', '--settings (boolean)', '--app (string)', 'EXIT CODES']],
    [['certificate', '--help'], 0, ['certificate - Writes', '<directory> (string)', '--watch (boolean)']],
    [['diff', '--help'], 0, ['diff - Prints', '--against (string)', '1  Something differs.']],
    [['map', '--help'], 0, ['map - Shows', '--envoy (string)', 'SIGTERM']],
    [['diff', 'ui', '-h'], 0, ['diff - Prints']],
  ] as const)('%p', (args, code, parts) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stderr }).toEqual({ status: code, stderr: '' });
    for (const part of parts) expect(stdout).toContain(part);
    const long = stdout.split('\n').filter((line) => line.length > 80 && !line.includes('npx '));
    expect(long).toEqual([]);
  });
});

test('the version is that of the package', () => {
  // Two folders above the bundle, as in assets/cli.
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
  const inPlace = spawnSync(process.execPath, [join(ROOT, 'programs/cli/bundle.mjs'), join(directory, 'package/assets/cli')], {
    encoding: 'utf8',
  });
  expect(inPlace.status).toBe(0);
  spawnSync('cp', [join(ROOT, 'package.json'), join(directory, 'package')]);
  const path = join(directory, 'package/assets/cli/cdk-ecs-microservices.js');
  expect(spawnSync(process.execPath, [path, '--version'], { encoding: 'utf8' }).stdout).toBe(`${version}\n`);
});

test('the bundle is one program and the script of a page, needs aws-cdk-lib and a package of the library alone, and has licenses', () => {
  expect(readdirSync(join(directory, 'bundle')).sort()).toEqual(['LICENSES', 'cdk-ecs-microservices.js', 'local.js', 'map.js']);
  const text = readFileSync(program, 'utf8');
  expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true);
  const required = new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = '']) => name));
  expect([...required].filter((name) => !name.startsWith('node:')).sort()).toEqual([
    '@bufbuild/protobuf',
    '@bufbuild/protobuf/wkt',
    'aws-cdk-lib/cx-api',
    'module',
  ]);
  const licenses = readFileSync(join(directory, 'bundle/LICENSES'), 'utf8');
  for (const name of ['@clack/prompts', 'fastest-levenshtein', 'fflate', 'microdiff', 'picocolors', '@aws-sdk/client-kms'])
    expect(licenses).toMatch(new RegExp(`^${name} \\d`, 'm'));
  for (const text of ['Permission is hereby granted', 'Apache License']) expect(licenses).toContain(text);
});
