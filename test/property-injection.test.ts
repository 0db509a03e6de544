import { App, PropertyInjectors, Stack, Stage } from 'aws-cdk-lib';
import type { IPropertyInjector } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type { MicroservicesProps } from '../lib';
import { Microservices, Tracing } from '../lib';
import { containersOf, resourcesOf, service } from './support/stack';

/** What a company sets for every mesh of its apps, unless an app says otherwise. */
const injector = (inject: (props: MicroservicesProps) => unknown): IPropertyInjector => ({
  constructUniqueId: Microservices.PROPERTY_INJECTION_ID,
  inject,
});
const company = injector((props) => ({ cpuArchitecture: CpuArchitecture.X86_64, tracing: Tracing.none(), ...props }));

const mesh = (stack: Stack, props: Partial<MicroservicesProps> = {}): Microservices =>
  new Microservices(stack, 'Shop', { services: { ui: service() }, ...props });
const containers = (stack: Stack): readonly string[] => [...containersOf(Template.fromStack(stack), 'ui').keys()];
const architectures = (stack: Stack): readonly unknown[] =>
  Object.values(resourcesOf(Template.fromStack(stack)))
    .filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition')
    .map(({ Properties }) => (Properties?.['RuntimePlatform'] as { readonly CpuArchitecture: unknown }).CpuArchitecture);

test("an injector of the app changes every mesh's props", () => {
  const app = new App({ propertyInjectors: [company] });
  const stack = new Stack(app, 'Stack');
  mesh(stack);
  expect(containers(stack)).toEqual(['mesh-init', 'envoy', 'app', 'mesh-agent']);
  expect(architectures(stack)).toEqual(['X86_64']);
});

test('what the mesh itself says wins, if the injector lets it', () => {
  const stack = new Stack(new App({ propertyInjectors: [company] }), 'Stack');
  mesh(stack, { tracing: Tracing.xray() });
  expect(containers(stack)).toContain('collector');
  expect(architectures(stack)).toEqual(['X86_64']);
});

test('the injector that is nearest in the tree counts, and no other', () => {
  const app = new App({ propertyInjectors: [company] });
  const stage = new Stage(app, 'Stage');
  PropertyInjectors.of(stage).add(injector((props) => ({ ...props, cpuArchitecture: CpuArchitecture.ARM64 })));
  const stack = new Stack(stage, 'Stack');
  mesh(stack);
  expect(architectures(stack)).toEqual(['ARM64']);
  expect(containers(stack)).toContain('collector');
});

test('an app without an injector gets the props as they are', () => {
  const stack = new Stack(new App(), 'Stack');
  mesh(stack);
  expect(architectures(stack)).toEqual(['ARM64']);
  expect(containers(stack)).toContain('collector');
});

test('fails if what the injector returns is wrong: the props are checked after it', () => {
  const wrong = injector((props) => ({ ...props, cpuArchitecture: 'x86' }));
  const stack = new Stack(new App({ propertyInjectors: [wrong] }), 'Stack');
  expect(() => mesh(stack)).toThrow(
    expect.objectContaining({
      name: 'MicroservicesValidationError',
      issues: [expect.objectContaining({ path: 'cpuArchitecture' })],
    }) as Error,
  );
});

test('a mesh is an instance of its class all the same, and has its name', () => {
  const system = mesh(new Stack(new App({ propertyInjectors: [company] }), 'Stack'));
  expect(system).toBeInstanceOf(Microservices);
  expect(system.constructor.name).toBe('Microservices');
});
