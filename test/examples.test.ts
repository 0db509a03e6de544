import { App, Validations } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BoutiqueStack } from '../examples/boutique-stack';
import { ChatStack } from '../examples/chat-stack';
import { ObservedStack } from '../examples/observed-stack';
import { ShopStack } from '../examples/shop-stack';
import { teamsApp } from '../examples/teams';
import { WarehouseStack } from '../examples/warehouse-stack';
import { Microservices } from '../lib';
import { FARGATE } from '../lib/core/limits/ecs';
import flags from '../cdk.json';
import { rootStacksOf } from '../programs/emulator/assembly/synthesized';
import { withCdkValidation } from './support/cdk-validation';

const EXAMPLES: readonly (readonly [string, (app: App) => Stack])[] = [
  ['the retail store', (app) => new ShopStack(app, 'Shop')],
  ['Online Boutique', (app) => new BoutiqueStack(app, 'Boutique')],
  ['the warehouse', (app) => new WarehouseStack(app, 'Warehouse')],
  ['the ticket office', (app) => new ObservedStack(app, 'Tickets')],
];

/** Assets are reviewed as sources: their hashes change with every line of the agent. */
function withoutHashes(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, '(hash)'));
}

test("the images of Online Boutique's release run on the processor for which they are built", () => {
  const definitions = Object.values(
    Template.fromStack(new BoutiqueStack(new App({ context: flags.context }), 'Boutique')).findResources('AWS::ECS::TaskDefinition'),
  ) as {
    readonly Properties: {
      readonly RuntimePlatform: { readonly CpuArchitecture: string };
      readonly ContainerDefinitions: readonly { readonly Name: string; readonly Image: unknown }[];
    };
  }[];
  const published = definitions.flatMap(({ Properties: { RuntimePlatform, ContainerDefinitions } }) =>
    ContainerDefinitions.filter(({ Name }) => Name === 'app').map(({ Image }) => `${RuntimePlatform.CpuArchitecture} ${String(Image)}`),
  );
  const google = published.filter((each) => each.includes('pkg.dev'));
  expect(published.filter((each) => !google.includes(each))).toEqual(['ARM64 public.ecr.aws/docker/library/redis:8.2-alpine']);
  expect(google).toHaveLength(10);
  for (const each of google)
    expect(each).toMatch(/^X86_64 us-central1-docker\.pkg\.dev\/online-boutique-ci\/microservices-demo\/[a-z]+:v0\.10\.6$/);
});

test('docs/first-deployment.md has the vCPUs of the examples', () => {
  const page = readFileSync(join(__dirname, '../docs/first-deployment.md'), 'utf8');
  const row = (name: string, { fargateVcpus: { onDemand, spot } }: Microservices): string => {
    expect(spot).toEqual({ desired: 0, deployment: 0, maximum: 0, maximumDeployment: 0 });
    return `| ${[name, onDemand.desired, onDemand.deployment, onDemand.maximum, onDemand.maximumDeployment].join(' | ')} |`;
  };
  expect(page).toContain(row('retail store (`bin/shop.ts`)', new ShopStack(new App(), 'Shop').shop));
  expect(page).toContain(row('Online Boutique (`bin/boutique.ts`)', new BoutiqueStack(new App(), 'Boutique').boutique));
  expect(page).toContain(row('warehouse (`bin/warehouse.ts`)', new WarehouseStack(new App(), 'Warehouse').warehouse));
  expect(page).toContain(row('ticket office (`bin/observed.ts`)', new ObservedStack(new App(), 'Tickets').tickets));
  const { raise } = FARGATE.onDemand;
  expect(page).toContain(`--quota-code ${(raise?.by === 'Service Quotas' ? raise.code : undefined) ?? 'none'} `);
  expect(page).toContain(`may run ${FARGATE.onDemand.value} of them on demand, and ${FARGATE.spot.value} of Spot`);
});

test.each(EXAMPLES)('%s explains the warning about its vCPUs: a new account has fewer', (_name, create) => {
  const system = create(new App()).node.children.find((child): child is Microservices => child instanceof Microservices);
  expect(system?.fargateVcpus.onDemand.maximumDeployment).toBeGreaterThan(FARGATE.onDemand.value);
});

describe.each([...EXAMPLES, ['the chat', (app: App): Stack => new ChatStack(app, 'Chat')] as const])('%s', (_name, create) => {
  test('synthesizes to the reviewed template', () => {
    expect(withoutHashes(Template.fromStack(create(new App({ context: flags.context }))).toJSON())).toMatchSnapshot();
  });

  test('has no warning and no error that it does not explain', () => {
    const stack = create(new App({ context: flags.context }));
    const annotations = Annotations.fromStack(stack);
    const texts = [...annotations.findWarning('*', Match.anyValue()), ...annotations.findError('*', Match.anyValue())].map(
      (message) => `${message.id}: ${JSON.stringify(message.entry.data)}`,
    );
    expect(texts).toEqual([]);
  });

  test("passes cdk-nag's AwsSolutions pack, with a written reason for every exception", () => {
    const app = new App({ context: flags.context });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    create(app);
    const { directory } = withCdkValidation(() => app.synth());
    // What is merely a warning does not throw, but is in the report.
    expect(JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'))).toMatchObject({ pluginReports: [] });
  });
});

describe('the shop of three teams', () => {
  test('has two nested stacks for each team, and a stack of their own for the third one', () => {
    const app = new App({ context: flags.context });
    teamsApp(app);
    expect(rootStacksOf(app.synth()).map(({ name, all }) => [name, all.length])).toEqual([
      // Itself, what three groups hand out, and two groups.
      ['Teams', 6],
      ['TeamsPayments', 1],
    ]);
  });

  test('has no warning and no error that it does not explain', () => {
    const { root, payments } = teamsApp(new App({ context: flags.context }));
    for (const stack of [root, payments]) {
      const annotations = Annotations.fromStack(stack);
      expect([...annotations.findWarning('*', Match.anyValue()), ...annotations.findError('*', Match.anyValue())]).toEqual([]);
    }
  });

  test("passes cdk-nag's AwsSolutions pack in all of its stacks", () => {
    const app = new App({ context: flags.context });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    teamsApp(app);
    const { directory } = withCdkValidation(() => app.synth());
    expect(JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'))).toMatchObject({ pluginReports: [] });
  });

  test('fails if cdk-nag finds something in a nested stack', () => {
    const app = new App({ context: flags.context });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const { shop } = teamsApp(app);
    shop.service('stock').workload().container.addEnvironment('PASSWORD', 'secret');
    expect(() => withCdkValidation(() => app.synth())).toThrow(/AwsSolutions-ECS2|Validation failed/);
  });
});
