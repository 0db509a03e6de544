import { App, Stack } from 'aws-cdk-lib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countLines, type Line } from '../../../../programs/cli/cost/count-lines';
import { estimate } from '../../../../programs/cli/cost/estimate';
import { withOwnPrices, type PriceList } from '../../../../programs/cli/cost/prices';
import PRICES from '../../../../programs/cli/cost/prices.json';
import { RESOURCE_COSTS } from '../../../../programs/cli/cost/resource-costs';
import { resourcesOf } from '../../../../programs/cli/assembly/nested-templates';
import { readStacks } from '../../../../programs/cli/assembly/read-assembly';
import { readSystem } from '../../../../programs/cli/assembly/read-description';
import { RESOURCE_TYPES } from '../../../../programs/emulator/deployment/resource-types';
import { Microservices } from '../../../../lib';
import { service } from '../../../support/stack';
import { expectGolden } from '../../../support/golden';
import { largeApp } from '../../../support/large-system';
import { Bundled, EXAMPLES } from '../bundled';
import type { Ran } from '../bundled';

const LIST: PriceList = PRICES;

/** With the bundle, and with outputs of cdk synth. */
let bundled: Bundled;
let directory: string;

const NAMES = [...Object.keys(EXAMPLES), 'large'];

beforeAll(() => {
  bundled = new Bundled(EXAMPLES);
  directory = bundled.directory;
  largeApp({ services: 60, routes: 20 }, join(directory, 'large')).synth();
});

afterAll(() => {
  bundled.close();
});

const cost = (name: string, ...args: readonly string[]): Ran => bundled.run('cost', '--app', join(directory, name), ...args);

test('estimates are as reviewed', () => {
  const outputs = NAMES.map((name) => [`${name}.txt`, cost(name, '--requests', '10000000').output] as const);
  expectGolden(join(__dirname, 'output'), new Map([...outputs, ['shop-ireland.txt', cost('shop', '--region', 'eu-west-1').output]]));
  for (const [, text] of outputs) expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
});

test('fails if a resource type of an example, or of the library, has no price, no reason to be free, and is not said to be unknown', () => {
  const ofExamples = NAMES.flatMap((name) => readStacks(join(directory, name)).flatMap(({ templates }) => templates.flatMap(resourcesOf)));
  const types = new Set([...ofExamples.map(({ Type: type }) => String(type)), ...Object.keys(RESOURCE_TYPES)]);
  const missing = [...types].filter((type) => RESOURCE_COSTS[type] === undefined && !type.startsWith('Custom::'));
  expect(missing).toEqual([]);
  expect(types.size).toBeGreaterThan(60);
});

/** What makes a line of each type that is counted by resources. */
const COUNTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'AWS::ACMPCA::CertificateAuthority': { UsageMode: 'SHORT_LIVED_CERTIFICATE' },
  'AWS::ApiGateway::Stage': { CacheClusterEnabled: true, CacheClusterSize: '0.5' },
  'AWS::CloudWatch::Alarm': {},
  'AWS::CloudWatch::Dashboard': {},
  'AWS::EC2::EIP': {},
  'AWS::EC2::NatGateway': {},
  'AWS::EC2::VPCEndpoint': { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { Type: 'network', Scheme: 'internal' },
  'AWS::KMS::Key': {},
  'AWS::Logs::MetricFilter': {},
  'AWS::Route53::HostedZone': {},
  'AWS::SecretsManager::Secret': {},
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {},
  'AWS::WAFv2::WebACL': { Rules: [{}] },
};
/** By workloads, and by edges. */
const BY_DESCRIPTION = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api', 'AWS::ECS::Service'];

test('fails if a type that is said to be counted makes no line, or one at 0', () => {
  const counted = Object.entries(RESOURCE_COSTS).flatMap(([type, known]) => (known?.kind === 'counted' ? [type] : []));
  expect([...Object.keys(COUNTED), ...BY_DESCRIPTION].sort()).toEqual(counted.sort());
  const system = readSystem(join(directory, 'shop'), undefined);
  const total = (resources: readonly Readonly<Record<string, unknown>>[]): number =>
    estimate(countLines(system, resources, {}), LIST, 'us-east-1').total;
  const none = total([]);
  const free = Object.entries(COUNTED).filter(([Type, Properties]) => total([{ Type, Properties }]) <= none);
  expect(free).toEqual([]);
});

test('prices are those of the Region of the stack, unless --region says otherwise, or none are known', () => {
  for (const [name, region] of [
    ['ireland', 'eu-west-1'],
    ['sydney', 'ap-southeast-2'],
  ] as const) {
    const app = new App({ outdir: join(directory, name) });
    new Microservices(new Stack(app, 'Shop', { env: { region } }), 'Shop', { services: { ui: service() } });
    app.synth();
  }
  const headOf = (...args: Parameters<typeof cost>): string => /in ([a-z]+-[a-z]+-\d)/.exec(cost(...args).output)?.[1] ?? '';
  expect(headOf('ireland')).toBe('eu-west-1');
  expect(headOf('ireland', '--region', 'us-east-1')).toBe('us-east-1');
  expect(headOf('sydney')).toBe('us-east-1');
  expect(cost('sydney').output).toContain('no price is known in ap-southeast-2, the Region of the stack');
});

test('requests that a firewall looks at count for each edge that it stands in front of', () => {
  const system = readSystem(join(directory, 'chat'), undefined);
  const association = { Type: 'AWS::WAFv2::WebACLAssociation' };
  const requestsOf = (...resources: readonly object[]): number | undefined =>
    countLines(system, resources as never, { requests: 1e6 }).find(({ service: of, part }) => of === 'AWS WAF' && part === 'requests')
      ?.quantity;
  expect(requestsOf({ Type: 'AWS::WAFv2::WebACL' }, association, association)).toBe(2);
  expect(requestsOf(association)).toBe(1);
  expect(requestsOf({ Type: 'AWS::WAFv2::WebACL' })).toBeUndefined();
});

test('what has no price in a Region is unknown, and the total says so', () => {
  const { output } = cost('chat', '--region', 'eu-west-1', '--json');
  const { lines, isLeast } = JSON.parse(output) as ReturnType<typeof estimate>;
  expect(isLeast).toBe(true);
  const balancer = lines.find(({ price }) => price === 'elb.network');
  expect(balancer).toMatchObject({ reason: 'no price is known in eu-west-1' });
  expect(balancer).not.toHaveProperty('month');
  expect(lines.filter(({ month }) => month === 0)).toEqual([]);
});

test('renewals of certificates are counted: two requests with the identity key, one signature and one call of a function each', () => {
  const system = readSystem(join(directory, 'shop'), undefined);
  const tasks = system.workloads.reduce((sum, { desiredCount, minCapacity }) => sum + (desiredCount ?? minCapacity ?? 1), 0);
  // Every second day, of a month of 730 hours.
  const renewals = (tasks * 730) / 48;
  const quantities = (certificates: 'kms' | 'none' | 'privateCa'): Readonly<Record<string, number | undefined>> =>
    Object.fromEntries(
      countLines({ ...system, certificates }, [], {})
        .filter(({ service }) => service === 'AWS KMS' || service === 'AWS Lambda')
        .map(({ price = '', quantity }) => [price, quantity]),
    );
  expect(quantities('kms')).toEqual({
    'kms.request': (2 * renewals) / 1e4,
    'kms.sign': renewals / 1e4,
    'lambda.request': renewals / 1e6,
    'lambda.duration.ARM64': renewals / 4,
  });
  // Every third day, and signed by AWS Private CA.
  expect(quantities('privateCa')).toMatchObject({ 'kms.request': (2 * tasks * 730) / 72 / 1e4 });
  expect(quantities('privateCa')).not.toHaveProperty(['kms.sign']);
  expect(quantities('none')).toEqual({});
});

test('certificates of AWS Private CA are unknown, not free', () => {
  const system = readSystem(join(directory, 'shop'), undefined);
  const ofAuthority = (certificates: 'kms' | 'none' | 'privateCa'): readonly Line[] =>
    countLines({ ...system, certificates }, [], {}).filter(({ service }) => service === 'AWS Private CA');
  expect(ofAuthority('privateCa')).toEqual([
    { service: 'AWS Private CA', part: 'certificates', reason: 'by certificate, and by the mode of the authority' },
  ]);
  expect([...ofAuthority('kms'), ...ofAuthority('none')]).toEqual([]);
});

test('less than a cent is not shown as nothing, and logs cost what --logs says', () => {
  const { output } = cost('shop', '--logs', '20');
  expect(output).toMatch(/signatures of certificates .* < 0\.01\n/);
  expect(output).toMatch(/logs that are written +20 GB +0\.5 +10\.00\n/);
  expect(output).not.toMatch(/ 0\.00\n/);
  expect(cost('shop').output).toContain('logs that are written (by the GB: say --logs)');
});

test('Fargate Spot has a price of one day, and the estimate says so', () => {
  const system = readSystem(join(directory, 'shop'), undefined);
  const spot = [{ name: 'FARGATE_SPOT', base: 0, weight: 1, launchType: 'FARGATE' } as const];
  const workloads = system.workloads.map((workload) => ({ ...workload, capacityProviders: spot }));
  for (const region of ['us-east-1', 'eu-west-1']) {
    const lines = estimate(countLines({ ...system, workloads }, [], {}), LIST, region).lines.filter(
      ({ service }) => service === 'AWS Fargate',
    );
    expect(lines.map(({ month = 0, date }) => [month > 0, date])).toEqual([
      [true, '2026-09-28'],
      [true, '2026-09-28'],
    ]);
  }
});

test('a type that nobody knows is unknown', () => {
  const system = readSystem(join(directory, 'shop'), undefined);
  const lines = countLines(system, [{ Type: 'AWS::RDS::DBInstance' }], {});
  expect(lines.find(({ part }) => part === 'RDS::DBInstance: 1')).toMatchObject({ reason: 'this command has no price for it' });
});

test('storage above 20 GiB, and tasks by base and weight of their capacity providers, are counted', () => {
  const system = readSystem(join(directory, 'shop'), undefined);
  const [workload] = system.workloads;
  if (workload === undefined) throw new Error('no workload');
  const provider = (name: string, base: number, weight: number) => ({ name, base, weight, launchType: 'FARGATE' }) as const;
  const workloads = [
    {
      ...workload,
      ...{ cpu: 1024, memoryMiB: 2048, desiredCount: 5, ephemeralStorageGiB: 30 },
      capacityProviders: [provider('FARGATE', 1, 1), provider('FARGATE_SPOT', 0, 3)],
    },
  ];
  const lines = countLines({ ...system, workloads }, [], {}).filter(({ service }) => service === 'AWS Fargate');
  expect(Object.fromEntries(lines.map(({ price, quantity = 0 }) => [price, quantity / 730]))).toEqual({
    'fargate.vcpu.ARM64': 2,
    'fargate.memory.ARM64': 4,
    'fargate.spot.vcpu.ARM64': 3,
    'fargate.spot.memory.ARM64': 6,
    'fargate.storage': 50,
  });
});

describe('prices', () => {
  const own = {
    currency: 'USD',
    prices: { 'elb.network': { unit: 'hour', prices: { 'eu-west-1': 0.03 }, source: 'ours', date: '2026-11-30' } },
  };

  test('of a file of your own take the place of those of the package', () => {
    const file = join(directory, 'own.json');
    writeFileSync(file, JSON.stringify(own));
    const { output } = cost('chat', '--region', 'eu-west-1', '--prices', file, '--json');
    const { lines } = JSON.parse(output) as ReturnType<typeof estimate>;
    expect(lines.find(({ price }) => price === 'elb.network')).toMatchObject({ unitPrice: 0.03, source: 'ours' });
    expect(lines.find(({ price }) => price === 'vpc.nat')).toMatchObject({ unitPrice: 0.048 });
  });

  test.each([
    ['no object', 1, 'it is no object'],
    ['no currency', { prices: {} }, 'currency is no text'],
    ['an unknown price', { currency: 'USD', prices: { gold: {} } }, 'prices.gold is no price that this command knows'],
    ['a price without a date', { currency: 'USD', prices: { 'vpc.nat': { unit: 'hour', source: 'x', prices: {} } } }, 'date is no text'],
    [
      'a negative price',
      { currency: 'USD', prices: { 'vpc.nat': { unit: 'hour', source: 'x', date: 'x', prices: { 'eu-west-1': -1 } } } },
      'prices.vpc.nat.prices.eu-west-1 is no number that is 0 or more',
    ],
    ['another currency for some prices', { ...own, currency: 'EUR' }, 'would stay in USD'],
  ])('are refused: %s', (_name, list, message) => {
    expect(withOwnPrices(LIST, list)).toEqual(expect.stringContaining(message));
  });

  test('of the package have a form that it takes itself, pages of AWS, and dates', () => {
    expect(withOwnPrices(LIST, LIST)).toEqual(LIST);
    for (const price of Object.values(LIST.prices)) {
      expect(price?.source).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9-]+\/pricing\/$/);
      expect(price?.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });
});

test.each([
  [['--region', 'mars-1'], 'no price is known in mars-1'],
  [['--requests', 'many'], '--requests is "many"'],
  [['--logs=-1'], '--logs is "-1"'],
  [['--prices', 'nowhere.json'], 'nowhere.json cannot be read'],
])('says what is wrong with %j', (args, message) => {
  expect(cost('shop', ...args)).toMatchObject({ exitCode: 2, error: expect.stringContaining(message) });
});
