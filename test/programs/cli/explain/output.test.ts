import { App } from 'aws-cdk-lib';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import flags from '../../../../cdk.json';
import { BoutiqueStack } from '../../../../examples/boutique-stack';
import { ShopStack } from '../../../../examples/shop-stack';
import { teamsApp } from '../../../../examples/teams';
import { expectGolden } from '../../../support/golden';

const ROOT = join(__dirname, '../../../..');

/** With the bundle, as users have it, and outputs of cdk synth. */
let directory: string;

beforeAll(() => {
  const parent = join(ROOT, '.cache');
  mkdirSync(parent, { recursive: true });
  directory = mkdtempSync(join(parent, 'explain-'));
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'programs/cli/bundle.mjs'), join(directory, 'bundle')], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const app = (name: string): App =>
    new App({ outdir: join(directory, name), context: { ...flags.context, 'aws:cdk:enable-path-metadata': true } });
  const [shop, boutique, teams] = [app('shop'), app('boutique'), app('teams')];
  new ShopStack(shop, 'Shop');
  new BoutiqueStack(boutique, 'Boutique');
  teamsApp(teams);
  for (const each of [shop, boutique, teams]) each.synth();
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function ask(app: string, question: string): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  const program = join(directory, 'bundle/cdk-ecs-microservices.js');
  return spawnSync(process.execPath, [program, 'explain', ...question.split(' '), '--app', app], { cwd: directory, encoding: 'utf8' });
}

const QUESTIONS: readonly (readonly [string, string, string])[] = [
  ['shop-call', 'shop', 'ui orders GET /orders/7?full=1'],
  ['shop-not-called', 'shop', 'checkout ui GET /'],
  ['shop-client', 'shop', 'client POST /orders --edge partners'],
  ['shop-no-route', 'shop', 'client GET /nowhere --edge partners'],
  ['shop-json', 'shop', 'checkout orders POST /orders --header x-user:7 --header x-user:8 --json'],
  ['boutique-grpc', 'boutique', 'frontend cartservice POST /hipstershop.CartService/GetCart --header content-type:application/grpc'],
  ['teams-versions', 'teams', 'stock catalog GET /items/7'],
  ['teams-stack-of-a-team', 'teams', 'invoices ledger POST /entries'],
];

test('what explain prints is as reviewed', () => {
  const outputs = new Map<string, string>();
  for (const [name, app, question] of QUESTIONS) {
    const { stdout, stderr, status } = ask(app, question);
    expect(stderr).toBe('');
    outputs.set(`${name}.txt`, `$ explain ${question}\n${stdout}exit code ${status ?? ''}\n`);
  }
  expectGolden(join(__dirname, 'output'), outputs);
});

test.each([
  ['no such service', 'ui order GET /', 'there is no service "order"', 'did you mean "orders"?'],
  ['no path', 'ui orders GET', 'explain takes a caller, a callee, a method and a path', 'npx cdk-ecs-microservices explain <caller>'],
  ['a path without a slash', 'ui orders GET orders', 'the path "orders" does not begin with a slash', 'write /orders'],
  ['too many words', 'ui orders GET / x', 'explain takes 4 arguments, and got "x" too', 'see npx'],
  ['several edges', 'client GET /', 'the system has 2 edges', 'name one: --edge default'],
  ['no such edge', 'client GET / --edge partner', 'there is no edge "partner"', 'did you mean "partners"?'],
  ['no header', 'ui orders GET / --header x', '"x" is no header', 'write --header name:value'],
  ['an unknown option', 'ui orders GET / --headers x:1', 'explain has no option "--headers"', 'did you mean "--header"?'],
])('fails if there is %s', (_, question, what, fix) => {
  const { status, stdout, stderr } = ask('shop', question);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(what);
  expect(stderr).toContain(fix);
});
