import { App, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BoutiqueStack } from '../../../examples/boutique-stack';
import { ObservedStack } from '../../../examples/observed-stack';
import { ShopStack } from '../../../examples/shop-stack';
import { teamsApp } from '../../../examples/teams';
import { WarehouseStack } from '../../../examples/warehouse-stack';
import { Authorizer, Edge, Microservices, Placement } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import { expectGolden } from '../../support/golden';
import { openApiProblems } from '../../support/openapi-problems';

const SUFFIX = '.openapi.json';

/** By the path of the file in the assembly. */
function documentsOf(app: App): ReadonlyMap<string, string> {
  const { directory } = app.synth();
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(SUFFIX));
  return new Map(files.sort().map((file) => [file, readFileSync(join(directory, file), 'utf8')]));
}

const image = ContainerImage.fromRegistry('example/app');
const publicEdge = (...paths: readonly string[]): Edge =>
  Edge.httpApi({ authorizer: Authorizer.none(), routes: Object.fromEntries(paths.map((path) => [path, { service: 'web' }])) });

function systemIn(scope: Construct, id = 'Shop', props: Partial<MicroservicesProps> = {}): Microservices {
  return new Microservices(scope, id, { services: { web: { image, port: 8080 } }, edge: publicEdge('GET /a', 'GET /b'), ...props });
}

test('the document of an edge stands beside the template of its stack, and is what the handle has', () => {
  const app = new App();
  const shop = systemIn(new Stack(app, 'Shop-Stack'));
  expect([...documentsOf(app)]).toEqual([['Shop-Stack.Shop.default.openapi.json', shop.edge().openApiDocument]]);
});

test('the files of several edges, systems, stacks and stages are told apart', () => {
  const app = new App();
  const stack = new Stack(app, 'One');
  const edges = { default: publicEdge('GET /a'), partners: publicEdge('GET /b') };
  new Microservices(stack, 'Shop', { services: { web: { image, port: 8080 } }, edges });
  systemIn(stack, 'Other', { domain: 'other.internal' });
  systemIn(new NestedStack(stack, 'In'), 'Shop', { domain: 'nested.internal' });
  systemIn(new NestedStack(stack, 'In.Other'), 'Shop', { domain: 'deep.internal' });
  systemIn(new Stack(app, 'Two'), 'Shop', { domain: 'two.internal' });
  systemIn(new Stack(new Stage(app, 'Prod'), 'One'));
  expect([...documentsOf(app).keys()]).toEqual([
    'One.In.Shop.default.openapi.json',
    'One.In~2eOther.Shop.default.openapi.json',
    'One.Other.default.openapi.json',
    'One.Shop.default.openapi.json',
    'One.Shop.partners.openapi.json',
    'Two.Shop.default.openapi.json',
    'assembly-Prod/ProdOne900718A8.Shop.default.openapi.json',
  ]);
});

test('an edge of a group has its document beside the template of the stack that is deployed', () => {
  const app = new App();
  const stack = new Stack(app, 'Root');
  const team = new Stack(app, 'Team');
  const edgeIn = (group: string): Edge => Edge.httpApi({ authorizer: Authorizer.none(), group, routes: { 'GET /a': { service: 'web' } } });
  new Microservices(stack, 'Shop', {
    services: { web: { image, port: 8080 } },
    groups: { nested: Placement.nestedStack(), team: Placement.stack(team) },
    edges: { inner: edgeIn('nested'), teams: edgeIn('team') },
  });
  expect([...documentsOf(app).keys()]).toEqual(['Root.Shop.Group-nested.inner.openapi.json', 'Team.Shop.teams.openapi.json']);
});

test('the document has the same bytes in whatever order routes and services are written', () => {
  const documentOf = (services: readonly string[], paths: readonly string[]): string =>
    systemIn(new Stack(new App(), 'Stack'), 'Shop', {
      services: Object.fromEntries(services.map((name) => [name, { image, port: 8080 }])),
      edge: publicEdge(...paths),
    }).edge().openApiDocument;
  expect(documentOf(['web', 'api'], ['GET /b', 'ANY /a/{id}', 'GET /a/{proxy+}'])).toBe(
    documentOf(['api', 'web'], ['GET /a/{proxy+}', 'GET /b', 'ANY /a/{id}']),
  );
});

test('nothing that CloudFormation would fill in stands in the document', async () => {
  const token = (name: string): string => Fn.importValue(name);
  const shop = systemIn(new Stack(new App(), 'Stack'), 'Shop', {
    edge: Edge.httpApi({
      authorizer: Authorizer.jwt({ issuer: token('issuer'), audience: [token('audience')] }),
      cors: { allowOrigins: [token('origin')] },
      routes: { 'GET /a': { service: 'web' } },
    }),
  });
  const { openApiDocument } = shop.edge();
  expect(openApiDocument).not.toContain('Token[');
  expect(await openApiProblems(openApiDocument)).toEqual([]);
});

test('the file is in no template, and asks for no deployment', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  systemIn(stack);
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain(SUFFIX);
  const { directory } = app.synth();
  expect(readFileSync(join(directory, 'manifest.json'), 'utf8')).not.toContain(SUFFIX);
  expect(readFileSync(join(directory, 'Stack.assets.json'), 'utf8')).not.toContain(SUFFIX);
});

const EXAMPLES: readonly (readonly [string, (app: App) => unknown])[] = [
  ['the retail store', (app) => new ShopStack(app, 'Shop')],
  ['Online Boutique', (app) => new BoutiqueStack(app, 'Boutique')],
  ['the warehouse', (app) => new WarehouseStack(app, 'Warehouse')],
  ['the ticket office', (app) => new ObservedStack(app, 'Tickets')],
  ['the shop of three teams', teamsApp],
];

const documents = EXAMPLES.flatMap(([, create]) => {
  const app = new App();
  create(app);
  return [...documentsOf(app)];
});

test('the documents of the examples are as reviewed', () => {
  expectGolden(join(__dirname, 'openapi'), new Map(documents));
});

test.each(documents)('a validator of others accepts %s', async (_file, text) => {
  expect(await openApiProblems(text)).toEqual([]);
});
