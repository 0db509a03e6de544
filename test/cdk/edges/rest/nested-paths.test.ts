import { NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { Authorizer } from '../../../../lib/props/edge/authorizer';
import type { RestApiOptions, RestApiRouteProps } from '../../../../lib/props/edge/edge';
import { Edge } from '../../../../lib/props/edge/edge';
import type { Resource } from '../../../support/stack';
import { resourcesOf } from '../../../support/stack';
import type { RenderedStack } from '../stack-with-gateway';
import { functionIn, stackWithEdge } from '../stack-with-gateway';

const catalog: RestApiRouteProps = { service: 'catalog' };
const ROUTES: Readonly<Record<string, RestApiRouteProps>> = {
  'GET /': catalog,
  'GET /catalog/{id}': catalog,
  'GET /orders': catalog,
  'POST /orders': catalog,
  'GET /orders/{id}/items': catalog,
  'GET /orders-archive': catalog,
  'ANY /v1/payments/{proxy+}': catalog,
  'GET /v1/payments/cards/{card}': catalog,
  'GET /v1/users': catalog,
};
const PATHS = ['/v1/payments/cards', '/orders', '/v1/payments'];

function render(nestedStackPaths: string[], options: Partial<RestApiOptions> = {}): RenderedStack {
  return stackWithEdge((stack) =>
    Edge.restApi({
      authorizer: Authorizer.lambda({ handler: functionIn(stack), identityHeader: 'x-session' }),
      cors: { allowOrigins: ['https://shop.example'] },
      routes: ROUTES,
      ...options,
      nestedStackPaths,
    }),
  );
}

const stacksOf = ({ edge }: RenderedStack): readonly NestedStack[] =>
  edge.node.findAll().filter((node): node is NestedStack => node instanceof NestedStack);
const templateOf = (rendered: RenderedStack, path: string): Template => {
  const stack = stacksOf(rendered).find(({ node }) => node.id === `Paths${path.replaceAll('/', '~')}`);
  if (stack === undefined) throw new Error(`no nested stack for ${path}`);
  return Template.fromStack(stack);
};

/** What a template makes of the API: `GET orders`, or the part of a path. */
function partsIn(template: Template): readonly string[] {
  return Object.values(resourcesOf(template))
    .map(({ Type, Properties = {} }) => {
      if (Type === 'AWS::ApiGateway::Resource') return String(Properties['PathPart']);
      return Type === 'AWS::ApiGateway::Method' ? String(Properties['HttpMethod']) : Type;
    })
    .sort();
}

const ofApi = (resources: Readonly<Record<string, Resource>>): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, { Type }]) => ['AWS::ApiGateway::Method', 'AWS::ApiGateway::Resource'].includes(Type));

test('each path has a nested stack with its resource, all below it, their methods and the answers to preflight requests', () => {
  const rendered = render(PATHS);
  expect(partsIn(templateOf(rendered, '/orders'))).toEqual(['GET', 'GET', 'OPTIONS', 'OPTIONS', 'POST', 'items', 'orders', '{id}']);
});

test('of two paths the longer one counts, whatever order they are written in', () => {
  for (const paths of [PATHS, [...PATHS].reverse()]) {
    const rendered = render(paths);
    expect(partsIn(templateOf(rendered, '/v1/payments'))).toEqual(['ANY', 'OPTIONS', 'payments', '{proxy+}']);
    expect(partsIn(templateOf(rendered, '/v1/payments/cards'))).toEqual(['GET', 'OPTIONS', 'cards', '{card}']);
  }
});

test('a path may have parameters, whose resources stay where they are unless they are its last part', () => {
  const rendered = render(['/orders/{id}', '/catalog/{id}', '/orders/{id}/items']);
  expect(partsIn(templateOf(rendered, '/orders/{id}'))).toEqual(['{id}']);
  expect(partsIn(templateOf(rendered, '/orders/{id}/items'))).toEqual(['GET', 'OPTIONS', 'items']);
  expect(partsIn(templateOf(rendered, '/catalog/{id}'))).toEqual(['GET', 'OPTIONS', '{id}']);
  const own = ofApi(resourcesOf(rendered.template()));
  expect(own.map(([, { Properties }]) => Properties?.['PathPart'])).toEqual(expect.arrayContaining(['orders', 'catalog']));
  expect(own.map(([, { Properties }]) => Properties?.['PathPart'])).not.toContain('{id}');
});

test('everything else stays exactly where it is', () => {
  const before = resourcesOf(render([]).template());
  const after = resourcesOf(render(PATHS).template());
  const kept = ofApi(after);
  expect(kept.length).toBeGreaterThan(8);
  expect(Object.fromEntries(kept)).toEqual(Object.fromEntries(kept.map(([id]) => [id, before[id]])));
  const others = (resources: Readonly<Record<string, Resource>>): unknown =>
    Object.entries(resources)
      .filter(([, { Type }]) => !/^AWS::(ApiGateway::(Method|Resource|Deployment|Stage)|CloudFormation::Stack)$/.test(Type))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  expect(others(after)).toEqual(others(before));
});

test('the API is the same: each resource and method is there once, in one of the stacks', () => {
  const rendered = render(PATHS);
  const all = [rendered.template(), ...PATHS.map((path) => templateOf(rendered, path))].flatMap((each) => ofApi(resourcesOf(each)));
  const before = ofApi(resourcesOf(render([]).template()));
  const kinds = (parts: readonly (readonly [string, Resource])[]): readonly string[] =>
    parts.map(([, { Properties = {} }]) => String(Properties['PathPart'] ?? Properties['HttpMethod'])).sort();
  expect(kinds(all)).toEqual(kinds(before));
});

test('the nested stack of a path depends on its own name alone', () => {
  const alone = Object.keys(resourcesOf(templateOf(render(['/orders']), '/orders')));
  expect(Object.keys(resourcesOf(templateOf(render(PATHS), '/orders')))).toEqual(alone);
});

test('the deployment comes after all nested stacks, and these after what their methods need', () => {
  const resources = resourcesOf(render(PATHS).template());
  const nested = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::CloudFormation::Stack');
  expect(nested).toHaveLength(3);
  const [deployment] = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGateway::Deployment');
  expect(deployment?.DependsOn).toEqual(expect.arrayContaining(nested.map(([id]) => id)));
  for (const [, { DependsOn = [] }] of nested)
    for (const type of ['Listener', 'VpcLink', 'Authorizer']) expect([DependsOn].flat().join()).toContain(type);
});

test('no nested stack takes more than a few values from the others, and none of them depend on each other in a circle', () => {
  const rendered = render(PATHS);
  const resources = resourcesOf(rendered.template());
  const ids = Object.keys(resources).filter((id) => resources[id]?.Type === 'AWS::CloudFormation::Stack');
  for (const path of PATHS) {
    const { Parameters = {} } = templateOf(rendered, path).toJSON() as { readonly Parameters?: object };
    expect(Object.keys(Parameters).length).toBeLessThan(10);
  }
  const uses = (id: string): readonly string[] => ids.filter((other) => other !== id && JSON.stringify(resources[id]).includes(other));
  const reached = (from: string): ReadonlySet<string> => {
    const found = new Set(uses(from));
    for (const id of found) for (const next of uses(id)) found.add(next);
    return found;
  };
  expect(ids.filter((id) => reached(id).has(id))).toEqual([]);
});

test('300 routes fit, of which each takes a resource, a method and an answer to preflight requests', () => {
  const areas = ['a', 'b', 'c'];
  const routes = Object.fromEntries(
    areas.flatMap((area) => Array.from({ length: 100 }, (_, index) => [`GET /${area}/r${index}`, catalog] as const)),
  );
  const rendered = render(['/a', '/b', '/c'], { routes });
  const counts = areas.map((area) => Object.keys(resourcesOf(templateOf(rendered, `/${area}`))).length);
  expect(counts).toEqual([301, 301, 301]);
  expect(Object.keys(resourcesOf(rendered.template())).length).toBeLessThan(100);
  for (const area of areas) expect(JSON.stringify(templateOf(rendered, `/${area}`).toJSON()).length).toBeLessThan(600_000);
});

describe('a change of a nested part goes live', () => {
  const deploymentIn = (resources: Readonly<Record<string, Resource>>): string | undefined =>
    Object.keys(resources).find((id) => resources[id]?.Type === 'AWS::ApiGateway::Deployment');
  const idOf = (rendered: RenderedStack): string | undefined => deploymentIn(resourcesOf(rendered.template()));
  const methodOf = ({ edge }: RenderedStack, path: string, name: string): apigateway.CfnMethod =>
    edge.restApi?.root.resourceForPath(path).node.findChild(name).node.defaultChild as apigateway.CfnMethod;

  test.each<[string, (rendered: RenderedStack) => void]>([
    [
      'of a method, by the handle of the API',
      (rendered) => {
        methodOf(rendered, '/orders', 'POST').addPropertyOverride('ApiKeyRequired', true);
      },
    ],
    [
      'of an answer to preflight requests',
      (rendered) => {
        methodOf(rendered, '/orders', 'OPTIONS').addPropertyOverride('OperationName', 'x');
      },
    ],
  ])('%s', (_, change) => {
    const rendered = render(PATHS);
    change(rendered);
    expect(idOf(rendered)).not.toBe(idOf(render(PATHS)));
  });

  test('of a route', () => {
    const { 'GET /orders/{id}/items': items, ...others } = ROUTES;
    expect(items).toBeDefined();
    expect(idOf(render(PATHS, { routes: others }))).not.toBe(idOf(render(PATHS)));
  });

  test('and where nothing changes, nothing is deployed; the stage serves the deployment that is there', () => {
    const resources = resourcesOf(render(PATHS).template());
    const id = idOf(render(PATHS));
    expect(deploymentIn(resources)).toBe(id);
    const [stage] = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGateway::Stage');
    expect(stage?.Properties?.['DeploymentId']).toEqual({ Ref: id });
  });
});

test('what users add below a nested path by the handle of the API stands in its nested stack', () => {
  const rendered = render(PATHS);
  const resource = rendered.edge.restApi?.root.resourceForPath('/orders/refunds');
  expect(Stack.of(resource ?? rendered.stack)).toBe(stacksOf(rendered).find(({ node }) => node.id === 'Paths~orders'));
});
