import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTION_NAMES } from '../../../lib/core/contract/functions';

const ROOT = join(__dirname, '../../..');
const FUNCTIONS = [...FUNCTION_NAMES];

let folders: readonly string[];

beforeAll(() => {
  folders = ['a', 'b'].map((name) => mkdtempSync(join(tmpdir(), `bundle-${name}-`)));
  // From another folder the second time: the bytes may not depend on where one stands.
  folders.forEach((folder, index) => {
    execFileSync(process.execPath, [join(ROOT, 'programs/functions/bundle.mjs'), folder], { cwd: index === 0 ? ROOT : tmpdir() });
  });
});
afterAll(() => {
  folders.forEach((folder) => {
    rmSync(folder, { recursive: true });
  });
});

const bundle = (folder: string | undefined, name: string): string => readFileSync(join(folder ?? '', name, 'index.js'), 'utf8');

test('each function is one file', () => {
  expect(readdirSync(folders[0] ?? '').sort()).toEqual(FUNCTIONS);
  for (const name of FUNCTIONS) expect(readdirSync(join(folders[0] ?? '', name))).toEqual(['index.js']);
});

test.each(FUNCTIONS)('%s has the same bytes each time, and no path of this machine', (name) => {
  expect(bundle(folders[0], name)).toBe(bundle(folders[1], name));
  expect(bundle(folders[0], name)).not.toContain(ROOT);
});

test.each(FUNCTIONS)('%s needs nothing but Node.js and the SDK of Lambda, and exports a handler', (name) => {
  const code = bundle(folders[0], name);
  const modules = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1]);
  for (const module of modules)
    expect(module).toMatch(/^(node:|@aws-sdk\/client-(acm-pca|cloudwatch|ecs|kms|servicediscovery|sfn|ssm)$|crypto$|util$)/);
  const script = `process.stdout.write(typeof require(${JSON.stringify(join(folders[0] ?? '', name, 'index.js'))}).handler)`;
  const type = execFileSync(process.execPath, ['-e', script], {
    env: { ...process.env, AWS_REGION: 'eu-west-1', NODE_PATH: join(ROOT, 'node_modules') },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(type).toBe('function');
});

test.each([
  ['authority-set', ['cloudwatch']],
  ['certificate-authority', ['acm-pca', 'kms']],
  ['certificate-issuer', ['acm-pca', 'kms']],
  ['namespace-name', ['servicediscovery']],
])('%s takes from the SDK just the clients that it calls', (name, clients) => {
  const taken = new Set([...bundle(folders[0], name).matchAll(/require\("@aws-sdk\/client-([^"]+)"\)/g)].map((match) => match[1]));
  expect([...taken].sort()).toEqual(clients);
});

test('the check of authorities holds no code that makes certificates', () => {
  expect(bundle(folders[0], 'authority-set')).not.toMatch(/peculiar|asn1/i);
  expect(bundle(folders[0], 'authority-set').length).toBeLessThan(30_000);
});
