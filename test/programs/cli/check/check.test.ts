import type { App } from 'aws-cdk-lib';
import { Duration, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authorizer, Edge, Microservices, Timeout } from '../../../../lib';
import type { SystemDescription } from '../../../../lib/core/description/system-description';
import { checkSystem } from '../../../../programs/cli/check/check-system';
import { CODES, type Finding } from '../../../../programs/cli/check/finding';
import { readSystem } from '../../../../programs/cli/assembly/read-description';
import { expectGolden } from '../../../support/golden';
import { largeApp } from '../../../support/large-system';
import { service } from '../../../support/stack';
import { Bundled, EXAMPLES } from '../bundled';
import type { Apps, Ran } from '../bundled';

/** With the bundle, and with outputs of cdk synth. */
let bundled: Bundled;
let directory: string;

/** A system with one of each mistake. */
function mistakes(app: App): void {
  const stack = new Stack(app, 'Mistakes', { env: { account: '111111111111', region: 'eu-west-1' } });
  const vpc = new Vpc(stack, 'Vpc', {
    maxAzs: 1,
    subnetConfiguration: [
      { name: 'public', subnetType: SubnetType.PUBLIC },
      { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    ],
  });
  new Microservices(stack, 'Shop', {
    vpc,
    services: {
      ui: service({ calls: ['orders', 'stock'], desiredCount: 2 }),
      orders: service({
        calls: ['stock'],
        timeout: Timeout.perRequest(Duration.seconds(5)),
        capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
        desiredCount: 2,
      }),
      stock: service({ desiredCount: 12, cpu: 1024, memoryLimitMiB: 2048, allow: [{ methods: ['GET'] }, {}] }),
      forgotten: service(),
    },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), gateway: { desiredCount: 1 }, routes: { 'GET /{proxy+}': { service: 'ui' } } }),
  });
}

const APPS: Apps = { ...EXAMPLES, mistakes };

beforeAll(() => {
  bundled = new Bundled(APPS);
  directory = bundled.directory;
  largeApp({ services: 60, routes: 20, popular: 1, popularCallers: 40 }, join(directory, 'large')).synth();
});

afterAll(() => {
  bundled.close();
});

const check = (name: string, ...args: readonly string[]): Ran => bundled.run('check', '--app', join(directory, name), ...args);

const NAMES = [...Object.keys(APPS), 'large'];

test('findings are as reviewed', () => {
  const outputs = NAMES.map((name) => [`${name}.txt`, check(name).output] as const);
  expectGolden(join(__dirname, 'output'), new Map(outputs));
});

test.each([
  ['shop', 0],
  ['chat', 0],
  ['warehouse', 0],
  ['teams', 0],
  // 6.5 vCPUs, more than a new account has.
  ['boutique', 1],
  ['mistakes', 1],
] as const)('the exit code of %s is %i', (name, code) => {
  expect(check(name).exitCode).toBe(code);
});

test('lines have at most 100 characters', () => {
  for (const name of NAMES) {
    const { output } = check(name);
    // What is to be copied is one line.
    const lines = output.split('\n').filter((line) => line.length > 100);
    expect(lines).toEqual([]);
  }
});

test('findings are ignored by their codes, and then count no more', () => {
  expect(check('boutique', '--ignore', 'fargate-vcpus')).toMatchObject({ exitCode: 0 });
  expect(check('boutique', '--ignore', 'fargate-vcpu')).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining('did you mean "fargate-vcpus"?'),
  });
});

test('JSON has findings and all limits', () => {
  const { output, exitCode } = check('mistakes', '--json');
  const json = JSON.parse(output) as { readonly findings: readonly Finding[]; readonly limits: readonly unknown[] };
  expect(exitCode).toBe(1);
  expect(json).toMatchObject({ system: 'Mistakes/Shop', fargateVcpus: { onDemand: { desired: 13.75 } } });
  expect(json.limits.length).toBeGreaterThan(20);
  const warnings = json.findings.filter(({ severity }) => severity === 'warning').map(({ code, where }) => [code, where]);
  expect(warnings).toEqual([
    ['fargate-vcpus', 'services'],
    ['one-task', 'edge.gateway.desiredCount'],
    ['one-zone', 'vpc'],
    ['all-spot', 'services.orders.capacityProviderStrategies'],
    ['timeouts', 'services.orders.timeout'],
    ['unreachable', 'services.forgotten'],
    ['allows-everything', 'services.stock.allow[1]'],
  ]);
});

test('one of several systems is named by --stack', () => {
  expect(check('shop', '--stack', 'Shop').output).toMatch(/^Shop\/Shop: /);
  expect(check('shop', '--stack', 'Shp')).toMatchObject({ exitCode: 2, error: expect.stringContaining('has no system in "Shp"') });
});

test('the command takes no argument', () => {
  expect(check('shop', 'orders')).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining('check takes options only, and got "orders"'),
  });
});

test('docs/commands.md has each code', () => {
  const page = readFileSync(join(__dirname, '../../../../docs/commands.md'), 'utf8');
  expect(Object.keys(CODES).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

/** The shop, with other fields of its services. */
function changed(change: (system: SystemDescription) => Partial<SystemDescription>): readonly Finding[] {
  const system = readSystem(join(directory, 'shop'), undefined);
  return checkSystem({ ...system, ...change(system) }, 2);
}

const withService = (name: string, fields: Partial<SystemDescription['services'][number]>) => (system: SystemDescription) => ({
  services: system.services.map((each) => (each.name === name ? { ...each, ...fields } : each)),
});

test.each([
  ['every request', { everyService: true }, 'warning'],
  ['every path of a prefix of all', { everyService: true, paths: ['/*'] }, 'warning'],
  ['some requests', { everyService: true, methods: ['GET'] }, 'note'],
] as const)('fails if a rule that lets every service send %s is not said', (_name, rule, severity) => {
  const findings = changed(withService('orders', { allow: [rule] })).filter(({ code }) => code === 'every-service');
  expect(findings).toMatchObject([{ severity, where: 'services.orders.allow[0]' }]);
});

test('a rule that allows everything is no finding where it is the only one', () => {
  const findings = changed(withService('orders', { allow: [{}] }));
  expect(findings.filter(({ code }) => code === 'allows-everything')).toEqual([]);
});

test('a limit that nobody can raise is an error, and one that an account can raise a warning', () => {
  const findings = changed(({ limits }) => ({
    limits: limits.map((use) =>
      use.id === 'apiGateway.vpcLinks' || use.id === 'cloudMap.instancesOfService' ? { ...use, used: 5000 } : use,
    ),
  })).filter(({ code }) => code === 'limit');
  expect(new Set(findings.map(({ severity, what }) => `${severity}: ${what}`))).toEqual(
    new Set([
      expect.stringMatching(/^error: 5,000 of 1,000 of AWS Cloud Map/),
      expect.stringMatching(/^warning: 5,000 of 10 of Amazon API Gateway/),
    ]),
  );
  expect(findings[0]?.severity).toBe('error');
});

test('a caller that waits as long as what it calls is no finding, nor one that waits without an end', () => {
  const timeouts = (requestSeconds: number | undefined): readonly Finding[] =>
    changed((system) =>
      withService('checkout', {
        callPolicy: { ...callPolicyOf(system), timeouts: requestSeconds === undefined ? {} : { requestSeconds } },
      })(system),
    ).filter(({ code }) => code === 'timeouts');
  expect(timeouts(15)).toEqual([]);
  expect(timeouts(undefined)).toEqual([]);
  expect(timeouts(14.9)).toMatchObject([{ what: 'ui waits 14.9 s for checkout, which waits up to 15 s for orders' }]);
});

function callPolicyOf({ services: [first] }: SystemDescription): SystemDescription['services'][number]['callPolicy'] {
  if (first === undefined) throw new Error('no service');
  return first.callPolicy;
}

test('what synthesis warns of is a note, but for what a finding of its own says', () => {
  const findings = changed(() => ({
    warnings: [
      { id: 'api-throttle', path: 'edge', message: 'the throttle is large.' },
      { id: 'fargate-vcpus', path: 'services', message: 'many.' },
    ],
  }));
  expect(findings.filter(({ code }) => code === 'synthesis')).toMatchObject([{ severity: 'note', what: 'the throttle is large' }]);
});
