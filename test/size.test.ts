import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Authorizer, Certificates, Edge, Microservices, Tracing } from '../lib';
import { CLOUDFORMATION } from '../lib/core/limits/cloudformation';
import { parseTopology } from '../lib/core/parse/parse';
import { planSystem } from '../lib/core/plan-system';
import { IssueList } from '../lib/core/reading/issues';
import { readProps } from '../lib/props/read-props';
import type { MicroservicesProps, RouteProps, ServiceProps } from '../lib';
import { build, resourcesOf, service } from './support/stack';
import flags from '../cdk.json';

/** A chain: service-0 calls service-1 ... */
function inChain(count: number): Readonly<Record<string, ServiceProps>> {
  const calls = (index: number): string[] => (index + 1 < count ? [`service-${index + 1}`] : []);
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`service-${index}`, service({ calls: calls(index) })]));
}

function chain(count: number, certificates = Certificates.kms()): { readonly resources: number; readonly bytes: number } {
  const services = inChain(count);
  const { template } = build({ services, certificates, tracing: Tracing.xray() });
  // As the CDK writes it to disk, and CloudFormation counts it.
  return {
    resources: Object.keys(resourcesOf(template)).length,
    bytes: Buffer.byteLength(JSON.stringify(template.toJSON(), undefined, 1)),
  };
}

test.each([
  ['with mutual TLS', Certificates.kms(), { resources: 7, bytes: 14_200 }],
  ['in plain text', Certificates.none(), { resources: 7, bytes: 12_500 }],
])('one service more %s costs no more than it should', (_, certificates, most) => {
  const [ten, eleven] = [chain(10, certificates), chain(11, certificates)];
  expect(eleven.resources - ten.resources).toBeLessThanOrEqual(most.resources);
  expect(eleven.bytes - ten.bytes).toBeLessThanOrEqual(most.bytes);
});

test('60 services fit into a stack, as README.md and docs/operations.md say', () => {
  expect(readFileSync(join(__dirname, '../README.md'), 'utf8')).toContain('More than about 60 services');
  expect(readFileSync(join(__dirname, '../docs/operations.md'), 'utf8')).toContain('1 MB, about 60 services');
  expect(chain(60).bytes).toBeLessThan(1_000_000);
});

test('fails if a stack has more resources than CloudFormation takes, and tells the counts', () => {
  expect(() => chain(70)).toThrow(
    /STACK_TOO_LARGE: the stack "Stack" has 5\d\d resources, 5\d\d of them from the 70 ECS services of this mesh; CloudFormation takes 500\. Fix: /,
  );
});

test('fails if a template has more bytes than CloudFormation takes, and tells the counts', () => {
  const services = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`service-${index}`, service({ environment: { LARGE: 'x'.repeat(20_000) } })]),
  );
  expect(() => build({ services })).toThrow(
    /STACK_TOO_LARGE: the template of "Stack" has 1\d{6} bytes with the 40 ECS services of this mesh; CloudFormation takes 1000000\. Fix: /,
  );
});

test('a stack may have as many resources as CloudFormation takes, and not one more', () => {
  const synthesize = (others: number): number => {
    const app = new App({ context: flags.context });
    const stack = new Stack(app, 'Stack');
    new Microservices(stack, 'Shop', { services: { ui: service() } });
    for (let index = 0; index < others; index += 1)
      new CfnResource(stack, `Other${index}`, { type: 'AWS::CloudFormation::WaitConditionHandle' });
    const { template } = app.synth().getStackArtifact('Stack') as { readonly template: { readonly Resources: object } };
    return Object.keys(template.Resources).length;
  };
  const others = CLOUDFORMATION.resources.value - synthesize(0);
  expect(synthesize(others)).toBe(CLOUDFORMATION.resources.value);
  expect(() => synthesize(others + 1)).toThrow(`STACK_TOO_LARGE: the stack "Stack" has ${CLOUDFORMATION.resources.value + 1} resources`);
});

/** The bytes of the template that is written, of a system whose plan is worth measuring, with so many bytes of metadata. */
function written(metadata: number, suppressTemplateIndentation = false): number {
  const app = new App({ context: flags.context });
  const stack = new Stack(app, 'Stack', { suppressTemplateIndentation });
  const services = Object.fromEntries(
    Array.from({ length: 11 }, (_, index) => [`s${index}`, service({ environment: { LARGE: 'x'.repeat(45_000) } })]),
  );
  new Microservices(stack, 'Shop', { services });
  stack.templateOptions.metadata = { Padding: 'x'.repeat(metadata) };
  return statSync(app.synth().getStackArtifact('Stack').templateFullPath).size;
}

test.each([
  ['with an indentation', false],
  ['without one', true],
])('a template may have as many bytes as CloudFormation takes, as it is written %s, and not one more', (_, isCompact) => {
  const { value } = CLOUDFORMATION.templateBytes;
  const padding = value - written(0, isCompact);
  expect(written(padding, isCompact)).toBe(value);
  expect(() => written(padding + 1, isCompact)).toThrow(`has ${value + 1} bytes`);
});

test('a template that is too large for its indentation alone gets that as the fix', () => {
  const { value } = CLOUDFORMATION.templateBytes;
  expect(() => written(value - written(0) + 1)).toThrow(
    /Fix: set suppressTemplateIndentation of the stack to true, with which it has 9\d{5} bytes; or set groups: /,
  );
  expect(() => written(value)).toThrow(/Fix: put what is not of this mesh into another stack/);
});

// ------------------------------------------------------------------------------------------------ task definitions

const named = <T>(count: number, make: (index: number) => readonly [string, T]): Readonly<Record<string, T>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)));

function callees(count: number, more: Partial<ServiceProps> = {}): MicroservicesProps {
  const services = named(count, (index) => [`service-${index}`, service(more)]);
  return { services: { ...services, caller: service({ calls: Object.keys(services) }) } };
}

type Api = (props: {
  readonly authorizer: ReturnType<typeof Authorizer.none>;
  readonly routes: Readonly<Record<string, RouteProps>>;
}) => Edge;

const HTTP: Api = (props) => Edge.httpApi(props);
const REST: Api = (props) => Edge.restApi(props);

function behindEdge(api: Api, services: MicroservicesProps['services'], routes: Readonly<Record<string, RouteProps>>): MicroservicesProps {
  return { services, edges: { default: api({ authorizer: Authorizer.none(), routes }) } };
}

function servicesBehind(api: Api, count: number): MicroservicesProps {
  return behindEdge(
    api,
    named(count, (index) => [`service-${index}`, service()]),
    named(count, (index) => [`ANY /service-${index}/{proxy+}`, { service: `service-${index}` }]),
  );
}

function routesTo(api: Api, method: string, count: number): MicroservicesProps {
  return behindEdge(
    api,
    { ui: service() },
    named(count, (index) => [`${method} /route-${index}`, { service: 'ui' }]),
  );
}

/** What is too large by the plan of a system; undefined: nothing. */
function tooLarge(props: MicroservicesProps): string | undefined {
  const issues = new IssueList();
  planSystem(parseTopology({ props: readProps(props), defaultName: 'shop' }, issues), issues);
  expect(issues.all.filter(({ code }) => code !== 'TASK_DEFINITION_TOO_LARGE')).toEqual([]);
  return issues.all.length === 0 ? undefined : issues.all.map(({ path, fix }) => `${path}: ${fix ?? ''}`).join();
}

const CALL_FEWER =
  /^services\.caller: call fewer services, or fewer with versions, and put .* AWS Systems Manager\. The largest parts are the compressed configuration: \d+ bytes; /;
const ROUTE_FEWER =
  /^edges\.default: use fewer routes, or fewer services, behind this edge, or a second edge \(edges\)\. The largest parts are the compressed configuration: /;

test.each<[string, RegExp, (count: number) => MicroservicesProps, RegExp]>([
  ['calls of a service', /about (\d+) calls of a service/, callees, CALL_FEWER],
  [
    'calls to services with two versions',
    /\((\d+) to services with two versions\)/,
    (count) => callees(count, { versions: { blue: { weight: 1 }, green: { weight: 1 } } }),
    CALL_FEWER,
  ],
  ['services behind an HTTP API', /(\d+) services behind an edge/, (count) => servicesBehind(HTTP, count), ROUTE_FEWER],
])(
  'so many %s fit into a task definition as docs/operations.md says, and hardly more: then the fix is what helps',
  (_, said, props, fix) => {
    const row = /^\| Size of a task definition \|.*$/m.exec(readFileSync(join(__dirname, '../docs/operations.md'), 'utf8'))?.[0] ?? '';
    const count = Number(said.exec(row)?.[1]);
    expect(tooLarge(props(count))).toBeUndefined();
    expect(tooLarge(props(Math.ceil(count * 1.2)))).toMatch(fix);
  },
  60_000,
);

test('300 routes, which API Gateway takes, fit into a task definition, of either kind and with every method', () => {
  for (const edge of [HTTP, REST]) for (const method of ['GET', 'ANY']) expect(tooLarge(routesTo(edge, method, 300))).toBeUndefined();
});

test('fails if a REST API does not fit into its stack, and names the paths that would take enough of it out', () => {
  const synthesize = (others: number, nestedStackPaths: string[] = []): string => {
    const app = new App({ context: flags.context });
    const stack = new Stack(app, 'Stack');
    const routes = Object.fromEntries(
      ['a', 'b', 'b', 'c'].flatMap((area, part) =>
        Array.from({ length: 10 }, (_, index): [string, RouteProps] => [`GET /${area}/r${part}x${index}`, { service: 'ui' }]),
      ),
    );
    const edge = Edge.restApi({ authorizer: Authorizer.none(), cors: { allowOrigins: ['*'] }, routes, nestedStackPaths });
    new Microservices(stack, 'Shop', { services: { ui: service() }, edge });
    for (let index = 0; index < others; index += 1)
      new CfnResource(stack, `Other${index}`, { type: 'AWS::CloudFormation::WaitConditionHandle' });
    try {
      app.synth();
      return '';
    } catch (error) {
      return String(error);
    }
  };
  const limit = CLOUDFORMATION.resources.value;
  const [, count = ''] = /has (\d+) resources/.exec(synthesize(limit)) ?? [];
  // Twenty too many with those of the system.
  const others = limit - (Number(count) - limit) + 20;
  const named =
    /name paths of the edge "default" in nestedStackPaths, if they are not deployed yet: \[([^\]]+)\] would take (\d+) resources/;
  expect(named.exec(synthesize(others))?.slice(1)).toEqual(["'/b'", '61']);
  expect(synthesize(others, ['/b'])).toBe('');
  // More than one of them.
  expect(named.exec(synthesize(others + 62))?.slice(1)).toEqual(["'/b', '/a'", '92']);
});

test.each([
  ['below one parameter', (index: number) => `GET /v1/{id}/r${index}`],
  ['that have nothing in common', (index: number) => `GET /r${index}/{id}`],
])('fails if a REST API has very many routes %s, and says what else helps than very many nested stacks', (_, routeOf) => {
  const routes = named(300, (index): [string, RouteProps] => [routeOf(index), { service: 'ui' }]);
  expect(() => build({ services: { ui: service() }, edge: Edge.restApi({ authorizer: Authorizer.none(), routes }) })).toThrow(
    /Fix: the routes of the edge "default" make [69]0\d resources in it: use greedy paths .*, or Edge\.httpApi\(\), .* a second edge in a group/,
  );
});
