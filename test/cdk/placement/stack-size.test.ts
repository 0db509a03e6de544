import { Annotations, App, CfnParameter, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Microservices, Placement } from '../../../lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { measureTemplate } from '../../../lib/cdk/placement/template-bytes';
import { rootStacksOf } from '../../../programs/emulator/assembly/synthesized';
import { QUICK } from '../../support/placed-system';
import { service } from '../../support/stack';
import flags from '../../../cdk.json';

type Services = Readonly<Record<string, ServiceProps>>;

/** Each calls the next ones, two unless it is said. */
function inChain(count: number, more: Partial<ServiceProps> = {}, calls = 2): Services {
  const name = (index: number): string => `s${String(index % count).padStart(3, '0')}`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      name(index),
      service({ calls: Array.from({ length: calls }, (_call, step) => name(index + step + 1)), ...more }),
    ]),
  );
}

function shop(props: MicroservicesProps): { readonly app: App; readonly root: Stack; readonly system: Microservices } {
  const app = new App({ context: flags.context, treeMetadata: false });
  const root = new Stack(app, 'Root', { suppressTemplateIndentation: true });
  // The CDK warns of what is near a limit, as most of these are.
  Annotations.of(root).acknowledgeWarning('@aws-cdk/core:Stack.templateSize', 'a test');
  return { app, root, system: new Microservices(root, 'Shop', { ...QUICK, ...props }) };
}

function failure(props: MicroservicesProps): string {
  try {
    shop(props).app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

/** What a message proposes: the group of each service. */
function proposed(message: string, services: Services): ReadonlyMap<string, string> {
  const parts = [...message.matchAll(/group: '([^']+)' for (?:the (\d+) services from )?"([^"]+)"(?: to "([^"]+)")?/g)];
  return new Map(
    parts.flatMap(([, group = '', count = '1', first = '', last = first]) => {
      const names = Object.keys(services).filter((name) => first <= name && name <= last);
      expect(names).toHaveLength(Number(count));
      return names.map((name): [string, string] => [name, group]);
    }),
  );
}

function grouped(services: Services, groups: ReadonlyMap<string, string>): Services {
  return Object.fromEntries(
    Object.entries(services).map(([name, props]) => {
      const group = groups.get(name) ?? props.group;
      return [name, { ...props, ...(group === undefined ? {} : { group }) }];
    }),
  );
}

const nested = (names: Iterable<string>): Record<string, Placement> =>
  Object.fromEntries([...names].map((name) => [name, Placement.nestedStack()]));

test.each([
  ['resources', inChain(75), /^.*STACK_TOO_LARGE: the stack "Root" has \d+ resources, /s],
  ['bytes', inChain(40, { environment: { LARGE: 'x'.repeat(25_000) } }), /STACK_TOO_LARGE: the template of "Root" has \d+ bytes/],
])('fails if a stack is too large, and names groups that fit: %s', (_name, services, expected) => {
  const message = failure({ services });
  expect(message).toMatch(expected);
  const groups = proposed(message, services);
  expect(groups.size).toBeGreaterThan(0);
  // Those that stay need not be moved.
  expect(groups.size).toBeLessThan(Object.keys(services).length);
  expect(failure({ services: grouped(services, groups), groups: nested(new Set(groups.values())) })).toBe('');
});

test.each([
  ['resources', inChain(90, { group: 'all' }), /the nested stack "Root\/Shop\/Group-all" has \d+ resources, /],
  [
    'bytes',
    inChain(40, { group: 'all', environment: { LARGE: 'x'.repeat(25_000) } }),
    /the template of "Root\/Shop\/Group-all" has \d+ bytes/,
  ],
])('fails if a group is too large for its stack, and names groups that fit: %s', (_name, services, expected) => {
  const message = failure({ services, groups: nested(['all']) });
  expect(message).toMatch(expected);
  const groups = proposed(message, services);
  expect([...groups.values()]).toEqual(expect.arrayContaining(['all-1']));
  expect(groups.size).toBeLessThan(Object.keys(services).length);
  expect(failure({ services: grouped(services, groups), groups: nested(['all', ...groups.values()]) })).toBe('');
});

test('fails if what stands in the stack beside the services is too much: no group would help', () => {
  const { app, root } = shop({ services: { ui: service() } });
  for (let index = 0; index < 500; index += 1) new CfnResource(root, `Other${index}`, { type: 'AWS::CloudFormation::WaitConditionHandle' });
  expect(() => app.synth()).toThrow(/STACK_TOO_LARGE: .* Fix: put what is not of this mesh into another stack/);
});

test('fails if the services of a group refer to more values than a nested stack takes parameters', () => {
  const app = new App({ context: flags.context, treeMetadata: false });
  const root = new Stack(app, 'Root');
  // As many as a template may have itself are exceeded, too.
  const values = Array.from({ length: 200 }, (_, index) => new CfnParameter(root, `Value${index}`).valueAsString);
  const environment = (from: number): Record<string, string> =>
    Object.fromEntries(values.slice(from, from + 100).map((value, index) => [`V${index}`, value]));
  new Microservices(root, 'Shop', {
    ...QUICK,
    groups: nested(['all']),
    services: {
      one: service({ group: 'all', environment: environment(0) }),
      two: service({ group: 'all', environment: environment(100) }),
    },
  });
  expect(() => app.synth()).toThrow(
    /STACK_TOO_LARGE: the nested stack "Root\/Shop\/Group-all" has 2\d\d parameters; CloudFormation takes 200\./,
  );
});

describe('a stack with all that is nested in it', () => {
  const more = (scope: Stack, count: number): void => {
    for (let index = 0; index < count; index += 1)
      new CfnResource(scope, `Other${index}`, { type: 'AWS::CloudFormation::WaitConditionHandle' });
  };

  test('fails if it is too much for one operation, and names groups to place elsewhere', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const services = Object.fromEntries(names.map((group) => [`in-${group}`, service({ group })]));
    const { app, system } = shop({ services, groups: nested(names) });
    for (const group of names) more(Stack.of(system.service(`in-${group}`)), 430);
    expect(() => app.synth()).toThrow(
      /STACK_TOO_LARGE: the stack "Root" and those nested in it have 2\d{3} resources, which are deployed in one operation; CloudFormation takes 2500\. Fix: place groups in stacks of your own, such as groups: \{ 'a': Placement\.stack\(\.\.\.\) \}/,
    );
  });

  test('counts nested stacks of others, too', () => {
    const { app, root } = shop({ services: { ui: service() } });
    for (let index = 0; index < 6; index += 1) more(new NestedStack(root, `Nested${index}`), 430);
    expect(() => app.synth()).toThrow(
      /and those nested in it have 2\d{3} resources, .* Fix: put what is not of this mesh into another stack/,
    );
  });
});

test('the size of a template is that of the file that is written, of nested stacks, too', () => {
  const { app, root, system } = shop({ services: inChain(4, { group: 'all' }), groups: nested(['all']) });
  const assembly = app.synth();
  const [{ nested: files }] = rootStacksOf(assembly) as readonly [ReturnType<typeof rootStacksOf>[number]];
  expect(files.size).toBe(2);
  const stack = Stack.of(system.service('s000'));
  if (!(stack instanceof NestedStack)) throw new Error('it stands in no nested stack');
  const written = readFileSync(join(assembly.directory, stack.templateFile), 'utf8');
  expect(measureTemplate(stack)?.written).toBe(Buffer.byteLength(written));
  // Without white space, which CloudFormation counts.
  expect(written).toBe(JSON.stringify(JSON.parse(written)));
  expect(measureTemplate(root)?.written).toBe(Buffer.byteLength(readFileSync(join(assembly.directory, 'Root.template.json'), 'utf8')));
});

test('fails if a template that the policies of grants make too large is not measured', () => {
  const { app, system } = shop({ services: inChain(20) });
  // The CDK makes managed policies of what is too large for the role.
  for (const name of Object.keys(inChain(20)))
    for (let index = 0; index < 10; index += 1)
      system
        .service(name)
        .taskRole.addToPrincipalPolicy(
          new PolicyStatement({ actions: [`s3:Get${index}`], resources: [`arn:aws:s3:::${'x'.repeat(5000)}`] }),
        );
  expect(() => app.synth()).toThrow(/STACK_TOO_LARGE: the template of "Root" has 1\d{6} bytes/);
});

test.each<readonly [string, string, (root: Stack, own: Stack, system: Microservices) => Construct]>([
  ['beside the system', 'Root', (root) => root],
  ['below the system', 'Root', (_root, _own, system) => system],
  ['in a stack of theirs with a group', 'Own', (_root, own) => own],
])('fails if a template that resources of the user make too large is not measured: %s', (_name, stackName, scopeOf) => {
  const app = new App({ context: flags.context, treeMetadata: false });
  const [root, own] = [new Stack(app, 'Root'), new Stack(app, 'Own')];
  const services = { orders: service(), payments: service({ group: 'own' }) };
  const system = new Microservices(root, 'Shop', { ...QUICK, services, groups: { own: Placement.stack(own) } });
  const scope = scopeOf(root, own, system);
  for (let index = 0; index < 300; index += 1) new StringParameter(scope, `Parameter${index}`, { stringValue: 'x'.repeat(3900) });
  expect(() => app.synth()).toThrow(new RegExp(`STACK_TOO_LARGE: the template of "${stackName}" has 1\\d{6} bytes`));
});

test.each([1, 3, 12])(
  'a resource of a service with %d calls has fewer bytes on average than a template without a measure may have',
  (calls) => {
    const { app } = shop({ services: inChain(24, {}, calls) });
    const { Resources } = app.synth().getStackArtifact('Root').template as { Resources: Record<string, { readonly Type: string }> };
    const own = Object.entries(Resources).filter(([id, { Type }]) => id.startsWith('Shops') && Type !== 'AWS::ECS::TaskDefinition');
    expect(own.length).toBeGreaterThan(100);
    expect(JSON.stringify(Object.fromEntries(own)).length / own.length).toBeLessThan(1100);
  },
);
